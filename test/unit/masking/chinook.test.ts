import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { createLeakCheck } from '../../../src/core/masking/leak-check.ts';
import { skip } from '../../support/skip.ts';
import { catalog, column, foreignKey, INTEGER, KEY, maskRows, planFor, table, varchar } from './tables.ts';

const required = { nullable: false };
const timestamp: LogicalType = { kind: 'timestamp', zone: false };
const money: LogicalType = { kind: 'numeric', precision: 10, scale: 2 };

/** The shape of Chinook's tables that hold people, and of two that do not. */
const customer = table('customer', [
  column('customer_id', INTEGER, required),
  column('first_name', varchar(40), required),
  column('last_name', varchar(20), required),
  column('company', varchar(80)),
  column('address', varchar(70)),
  column('city', varchar(40)),
  column('state', varchar(40)),
  column('country', varchar(40)),
  column('postal_code', varchar(10)),
  column('phone', varchar(24)),
  column('fax', varchar(24)),
  column('email', varchar(60), required),
  column('support_rep_id', INTEGER),
]);
const employee = table(
  'employee',
  [
    column('employee_id', INTEGER, required),
    column('last_name', varchar(20), required),
    column('first_name', varchar(20), required),
    column('title', varchar(30)),
    column('reports_to', INTEGER),
    column('birth_date', timestamp),
    column('hire_date', timestamp),
    column('address', varchar(70)),
    column('phone', varchar(24)),
    column('email', varchar(60)),
  ],
  { foreignKeys: [foreignKey('reports_to', 'employee', 'employee_id')] },
);
const invoice = table(
  'invoice',
  [
    column('invoice_id', INTEGER, required),
    column('customer_id', INTEGER, required),
    column('invoice_date', timestamp, required),
    column('billing_address', varchar(70)),
    column('billing_city', varchar(40)),
    column('billing_state', varchar(40)),
    column('billing_country', varchar(40)),
    column('billing_postal_code', varchar(10)),
    column('total', money, required),
  ],
  { foreignKeys: [foreignKey('customer_id', 'customer', 'customer_id')] },
);
const genre = table('genre', [column('genre_id', INTEGER, required), column('name', varchar(120))]);
const track = table('track', [
  column('track_id', INTEGER, required),
  column('name', varchar(200), required),
  column('composer', varchar(220)),
  column('milliseconds', INTEGER, required),
]);

function summary(of: Table): Record<string, string> {
  const plan = planFor(catalog(customer, employee, invoice, genre, track));
  const { columns } = plan.tables.get(of.name.name)!;
  return Object.fromEntries(columns.map((mask) => [mask.column, mask.transformer]));
}

describe('Chinook without any rule', () => {
  it('customer: every personal column is masked for what it is', () => {
    assert.deepEqual(summary(customer), {
      customer_id: 'keep',
      first_name: 'first-name',
      last_name: 'last-name',
      company: 'company',
      address: 'street-address',
      city: 'city',
      state: 'region',
      country: 'country',
      postal_code: 'postal-code',
      phone: 'phone',
      fax: 'phone',
      email: 'email',
      support_rep_id: 'keep',
    });
  });

  it('employee: dates of birth move, dates of hire stay', () => {
    assert.deepEqual(summary(employee), {
      employee_id: 'keep',
      last_name: 'last-name',
      first_name: 'first-name',
      title: 'text',
      reports_to: 'keep',
      birth_date: 'date-shift',
      hire_date: 'keep',
      address: 'street-address',
      phone: 'phone',
      email: 'email',
    });
  });

  it('invoice: the address is masked as the customer is, dates and amounts stay', () => {
    assert.deepEqual(summary(invoice), {
      invoice_id: 'keep',
      customer_id: 'keep',
      invoice_date: 'keep',
      billing_address: 'street-address',
      billing_city: 'city',
      billing_state: 'region',
      billing_country: 'country',
      billing_postal_code: 'postal-code',
      total: 'keep',
    });
    const plan = planFor(catalog(customer, invoice));
    const [person] = maskRows(plan, customer, [
      [
        1n,
        'Ada',
        'L',
        null,
        '1 Ockham Way',
        'Ockham',
        'Surrey',
        'England',
        'GU23',
        null,
        null,
        'a@x.test',
        null,
      ],
    ]);
    const [bill] = maskRows(plan, invoice, [
      [9n, 1n, '1840-01-01T00:00:00.000000', '1 Ockham Way', 'Ockham', 'Surrey', 'England', 'GU23', '1.98'],
    ]);
    assert.deepEqual(bill?.slice(3, 8), person?.slice(4, 9));
  });

  it('genre and track: what nobody classified is masked too', () => {
    assert.deepEqual(summary(genre), { genre_id: 'keep', name: 'text' });
    assert.deepEqual(summary(track), {
      track_id: 'keep',
      name: 'text',
      composer: 'full-name',
      milliseconds: 'keep',
    });
  });
});

const DATABASE = join(import.meta.dirname, '../../../../shared/data/chinook/chinook.sqlite');

/** Columns of Customer and Employee whose values must be nowhere. */
const PERSONAL = /^(?:FirstName|LastName|Company|Address|City|PostalCode|Phone|Fax|Email)$/;

describe('the real Chinook, masked without any rule', () => {
  let tables: Table[];
  let rows: Map<string, Row[]>;

  before(function () {
    if (!existsSync(DATABASE)) skip(this, 'the Chinook database is not beside the project');
    const database = new Database(DATABASE, { readonly: true }).defaultSafeIntegers(true);
    const names = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
      .pluck()
      .all() as string[];
    tables = names.map((name) => {
      const columns = database.prepare('select name, type from pragma_table_info(?)').all(name);
      return table(
        name,
        (columns as { name: string; type: string }[]).map((each) => column(each.name, typeOf(each.type))),
      );
    });
    rows = new Map(
      names.map((name) => [name, database.prepare(`select * from "${name}"`).raw().all() as Row[]]),
    );
    database.close();
  });

  function typeOf(declared: string): LogicalType {
    const length = /^NVARCHAR\((\d+)\)$/.exec(declared)?.[1];
    if (length !== undefined) return varchar(Number(length));
    if (declared === 'INTEGER') return INTEGER;
    return declared === 'DATETIME' ? timestamp : { kind: 'float', bits: 64 };
  }

  it("leaves no value of a person's anywhere in eleven tables, neither whole nor inside another", () => {
    const samples = Object.fromEntries([...rows].map(([name, all]) => [name, all.slice(0, 100)]));
    const plan = planFor(catalog(...tables), { samples });
    const leaks = createLeakCheck({ plan, key: KEY });
    const texts: string[] = [];
    for (const source of tables) {
      const raw = rows.get(source.name.name) ?? [];
      const finished = maskRows(plan, source, raw);
      for (const [index, row] of finished.entries()) {
        leaks.observe(source.name.name, raw[index] ?? [], row);
        texts.push(...row.filter((cell) => typeof cell === 'string'));
      }
    }
    assert.equal(tables.length, 11);
    assert.equal(leaks.result().status, 'passed', leaks.result().reason);

    const everything = texts.join('\n').toLowerCase();
    const personal = tables
      .filter(({ name }) => ['Customer', 'Employee'].includes(name.name))
      .flatMap(({ name, columns }) =>
        columns.flatMap((each, index) =>
          PERSONAL.test(each.name) ? (rows.get(name.name) ?? []).map((row) => row[index]) : [],
        ),
      )
      .filter((cell) => typeof cell === 'string');
    assert.ok(new Set(personal).size > 400);
    const found = [...new Set(personal)].filter((value) => everything.includes(value.toLowerCase()));
    assert.deepEqual(found, []);
  });
});
