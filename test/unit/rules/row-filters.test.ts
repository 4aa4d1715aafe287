import assert from 'node:assert/strict';
import type { RowCondition } from '../../../src/core/ports.ts';
import { parseWorkspaceFile } from '../../../src/core/rules/parse-workspace-file.ts';
import { relativeTime } from '../../../src/core/rules/relative-time.ts';
import { namedSets, rowScopes } from '../../../src/core/rules/row-scopes.ts';
import { restrictCatalog, selectForPull } from '../../../src/core/rules/select-tables.ts';
import { rowTest } from '../../../src/core/rows/row-test.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import { catalogOf, required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';

const NOW = Date.UTC(2024, 2, 31, 12, 30, 0, 250);

const users = table(
  'users',
  {
    id: required(type.bigint),
    status: type.text,
    handle: type.citext,
    active: type.boolean,
    points: { kind: 'numeric', precision: 10, scale: 2 },
    born: { kind: 'date' },
    created_at: type.timestamptz,
    local_at: { kind: 'timestamp', zone: false },
    settings: type.jsonb,
    mood: { kind: 'enum', name: 'mood', values: ['sad', 'ok'] },
  },
  { key: ['id'] },
);
const pairs = table('pairs', { a: required(type.int), b: required(type.text) }, { key: ['a', 'b'] });
const audit = table('audit', { at: type.timestamptz });
const catalog = catalogOf(users, pairs, audit);

function rulesOf(file: object): ReturnType<typeof parseWorkspaceFile> {
  const text = { local: { path: './dev.db' }, targets: { production: {} }, ...file };
  return parseWorkspaceFile(JSON.stringify(text, null, 2));
}

function scopesOf(file: object): ReturnType<typeof rowScopes> {
  const rules = rulesOf(file);
  return rowScopes(restrictCatalog(catalog, selectForPull(catalog, rules)), rules, NOW);
}

const usersWhere = (where: unknown): readonly RowCondition[] | undefined =>
  scopesOf({ tables: { users: { where } } }).get('users');

describe('"where" of the workspace file', () => {
  it('becomes conditions with values in the text of the column', () => {
    assert.deepEqual(
      usersWhere({
        id: '9007199254740993',
        status: { in: ['a', "o'b"], not: null },
        active: true,
        points: { atLeast: 1.5, less: '100' },
        born: { greater: 'now-1m' },
        created_at: { atLeast: 'now-90d', atMost: 'now' },
        local_at: { less: '2024-01-01 10:00' },
        settings: null,
        mood: { notIn: ['sad'] },
      }),
      [
        { column: 'id', is: 'equal', value: '9007199254740993' },
        { column: 'status', is: 'not-null' },
        { column: 'status', is: 'in', values: ['a', "o'b"] },
        { column: 'active', is: 'equal', value: 't' },
        { column: 'points', is: 'less', value: '100.00' },
        { column: 'points', is: 'at-least', value: '1.50' },
        { column: 'born', is: 'greater', value: '2024-02-29' },
        { column: 'created_at', is: 'at-most', value: '2024-03-31T12:30:00.250000Z' },
        { column: 'created_at', is: 'at-least', value: '2024-01-01T12:30:00.250000Z' },
        { column: 'local_at', is: 'less', value: '2024-01-01T10:00:00.000000' },
        { column: 'settings', is: 'null' },
        { column: 'mood', is: 'not-in', values: ['sad'] },
      ],
    );
  });

  it('counts relative times by the calendar', () => {
    const iso = (text: string): string => new Date(relativeTime(text, NOW) ?? 0).toISOString();
    assert.equal(iso('now-1m'), '2024-02-29T12:30:00.250Z');
    assert.equal(iso('now-13m'), '2023-02-28T12:30:00.250Z');
    assert.equal(iso('now+1y'), '2025-03-31T12:30:00.250Z');
    assert.equal(iso('now-2w'), '2024-03-17T12:30:00.250Z');
    assert.equal(iso('now+36h'), '2024-04-02T00:30:00.250Z');
    for (const text of ['now-', 'now-1', 'now - 1d', 'yesterday', 'now-1s']) {
      assert.equal(relativeTime(text, NOW), undefined, text);
    }
  });

  const mistakes: readonly [what: string, where: unknown, code: string, says: RegExp][] = [
    ['an unknown column', { stauts: 'x' }, 'CONFIG_UNKNOWN_COLUMN', /:\d+:\d+: .*"stauts".*status/],
    ['a value of another type', { id: 'ten' }, 'CONFIG_INVALID', /:\d+:\d+: "tables\.users\.where\.id"/],
    ['a number in a text', { status: 5 }, 'CONFIG_INVALID', /in quotes/],
    ['a boolean in a number', { id: true }, 'CONFIG_INVALID', /true is no value/],
    ['a number that JSON rounds', { id: 2 ** 60 }, 'CONFIG_INVALID', /in quotes/],
    ['more digits than the column has', { points: 0.005 }, 'CONFIG_INVALID', /digits after the point/],
    ['a label that the enum lacks', { mood: { in: ['ok', 'glad'] } }, 'CONFIG_INVALID', /mood\.in\.1/],
    ['a text in an order', { status: { less: 'b' } }, 'CONFIG_INVALID', /no order/],
    ['a document', { settings: '{}' }, 'CONFIG_INVALID', /only be compared with null/],
    ['an unknown comparison', { id: { above: 1 } }, 'CONFIG_INVALID', /"above"/],
    ['no comparison', { id: {} }, 'CONFIG_INVALID', /compare|object that names/],
    ['an empty list', { id: { in: [] } }, 'CONFIG_INVALID', /where\.id/],
    ['a relative time of no time', { born: 'now-90' }, 'CONFIG_INVALID', /calendar/],
  ];
  for (const [what, where, code, says] of mistakes) {
    it(`refuses ${what}, with its place`, async () => {
      const error = await expectError(code as 'CONFIG_INVALID', () =>
        Promise.resolve().then(() => usersWhere(where)),
      );
      assert.match(error.message, says);
      assert.ok(Number(error.details['line']) > 1, error.message);
    });
  }

  it('cannot be on a column that is never read', async () => {
    const error = await expectError('CONFIG_INVALID', () =>
      Promise.resolve().then(() =>
        scopesOf({ tables: { users: { exclude: ['status'], where: { status: 'x' } } } }),
      ),
    );
    assert.match(error.message, /status/);
  });

  it('says nothing about a table that is not pulled', () => {
    assert.equal(scopesOf({ tables: { users: { direction: 'none', where: { status: 'x' } } } }).size, 0);
  });
});

describe('a named set', () => {
  const setsOf = (sets: object, tables: object = {}): ReturnType<typeof namedSets> => {
    const rules = rulesOf({ sets, tables });
    return namedSets(restrictCatalog(catalog, selectForPull(catalog, rules)), rules, NOW);
  };

  it('names tables, conditions and rows', () => {
    const sets = setsOf({
      billing: {
        tables: ['audit'],
        where: { users: { status: 'paid' } },
        rows: [
          { table: 'pairs', key: [1, 'a,b'] },
          { table: 'users', key: ['42'] },
        ],
        children: true,
      },
    });
    assert.deepEqual(sets.get('billing'), {
      tables: ['audit', 'users'],
      where: new Map([['users', [{ column: 'status', is: 'equal', value: 'paid' }]]]),
      rows: [
        { table: 'pairs', key: ['1', 'a,b'] },
        { table: 'users', key: ['42'] },
      ],
      withChildren: true,
    });
  });

  const mistakes: readonly [what: string, set: object, code: string, says: RegExp][] = [
    ['nothing', {}, 'CONFIG_INVALID', /must name/],
    ['an unknown table', { tables: ['user'] }, 'CONFIG_UNKNOWN_TABLE', /"user"/],
    ['an unknown column', { where: { users: { x: 1 } } }, 'CONFIG_UNKNOWN_COLUMN', /"x"/],
    ['too short a key', { rows: [{ table: 'pairs', key: [1] }] }, 'CONFIG_INVALID', /a, b: 2 values/],
    ['a key of no row', { rows: [{ table: 'users', key: ['x'] }] }, 'CONFIG_INVALID', /whole number/],
    ['a row without a key', { rows: [{ table: 'audit', key: ['x'] }] }, 'CONFIG_INVALID', /no primary key/],
  ];
  for (const [what, set, code, says] of mistakes) {
    it(`with ${what} is refused, with its place`, async () => {
      const error = await expectError(code as 'CONFIG_INVALID', () =>
        Promise.resolve().then(() => setsOf({ billing: set })),
      );
      assert.match(error.message, says);
      assert.ok(Number(error.details['line']) > 1, error.message);
    });
  }

  it('with a table that is not pulled is refused', async () => {
    await expectError('CONFIG_INVALID', () =>
      Promise.resolve().then(() => setsOf({ all: { tables: ['users'] } }, { users: { direction: 'none' } })),
    );
  });
});

describe('a condition that is answered here', () => {
  const meets = (of: LogicalType, text: string | null, condition: object): boolean => {
    const column = { name: 'c', type: of, postgresType: '', nullable: true };
    return rowTest([column], [{ column: 'c', ...condition } as RowCondition])([text]);
  };

  it('orders numbers and times by their value', () => {
    const ordered: readonly [LogicalType, readonly string[]][] = [
      [type.bigint, ['-9223372036854775808', '-1', '0', '9', '10']],
      [
        type.numeric,
        [
          '-Infinity',
          '-10',
          '-9.5',
          '-0.01',
          '0',
          '0.009',
          '0.01',
          '1',
          '9.99',
          '10',
          '1e20',
          'Infinity',
          'NaN',
        ].map((text) => text.replace('1e20', '100000000000000000000')),
      ],
      [type.double, ['-Infinity', '-1', '0', '1e-7', '2', '10', 'Infinity', 'NaN']],
      [
        { kind: 'date' },
        ['-infinity', '0044-03-15 BC', '0001-01-01', '2024-02-29', '10000-01-01', 'infinity'],
      ],
      [type.timestamptz, ['-infinity', '0001-01-01 00:00:00+00 BC', '2024-01-01 00:00:00+00', 'infinity']],
      [type.uuid, ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
    ];
    for (const [of, texts] of ordered) {
      for (const [left, text] of texts.entries()) {
        for (const [right, value] of texts.entries()) {
          const expected = [left < right, left <= right, left > right, left >= right, left === right];
          const operators = ['less', 'at-most', 'greater', 'at-least', 'equal'];
          const got = operators.map((is) => meets(of, text, { is, value }));
          assert.deepEqual(got, expected, `${of.kind}: ${text} and ${value}`);
        }
      }
    }
  });

  it('finds equal what is equal', () => {
    assert.ok(meets(type.numeric, '1.10', { is: 'equal', value: '1.1' }));
    assert.ok(meets(type.citext, 'Ada', { is: 'equal', value: 'aDA' }));
    assert.ok(meets({ kind: 'text', padded: true }, 'ab   ', { is: 'equal', value: 'ab' }));
    assert.ok(
      meets(type.timestamptz, '2024-01-01 00:00:00+00', {
        is: 'equal',
        value: '2024-01-01T00:00:00.000000Z',
      }),
    );
    assert.ok(meets(type.boolean, 't', { is: 'in', values: ['t'] }));
    assert.ok(!meets(type.text, 'a', { is: 'equal', value: 'A' }));
    assert.ok(meets(type.bytea, '\\x5c22', { is: 'equal', value: '\\x5c22' }));
  });

  it('does not take NULL for a value', () => {
    for (const condition of [
      { is: 'equal', value: 'a' },
      { is: 'not-equal', value: 'a' },
      { is: 'in', values: ['a'] },
      { is: 'not-in', values: ['a'] },
      { is: 'not-null' },
    ]) {
      assert.equal(meets(type.text, null, condition), false, JSON.stringify(condition));
    }
    assert.equal(meets(type.text, null, { is: 'null' }), true);
    assert.equal(meets(type.text, null, { is: 'not-in', values: [] }), true);
    assert.equal(meets(type.text, 'a', { is: 'in', values: [] }), false);
  });
});
