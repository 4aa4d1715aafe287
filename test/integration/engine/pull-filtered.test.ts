import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { required, table, type } from '../../support/catalog.ts';
import { closureOf, companyTables } from '../../support/company-tables.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

/** Filters of tables as the workspace file has them, and the same as tests. */
const FILTERS = {
  people: { where: { active: true }, test: (row: readonly (string | null)[]) => row[4] === 't' },
  units: { where: { size: { less: 2 } }, test: (row: readonly (string | null)[]) => Number(row[3]) < 2 },
  visits: {
    where: { at: { atLeast: '2024-01-20' } },
    test: (row: readonly (string | null)[]) => (row[3] ?? '') >= '2024-01-20',
  },
  places: {
    where: { floor: { in: [1, 2, 3] } },
    test: (row: readonly (string | null)[]) => Number(row[0]) <= 3,
  },
} as const;

type Filtered = keyof typeof FILTERS;

function keysIn(workspace: TestWorkspace): Record<string, string[]> {
  const keys = (name: string, key: string): string[] =>
    query(workspace.database, `SELECT ${key} FROM ${name}`)
      .map(([value]) => String(value))
      .sort();
  return {
    people: keys('people', 'id'),
    units: keys('units', 'id'),
    places: keys('places', 'floor'),
    visits: keys('visits', 'id'),
  };
}

function everyByteOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

function filteredIn(report: PullReport): Record<string, unknown> {
  return Object.fromEntries(report.tables.map((each) => [each.table, each.filtered]));
}

describe('a pull of a part of production', () => {
  const folder = temporaryFolders();

  const combinations: readonly (readonly Filtered[])[] = [
    ['people'],
    ['visits'],
    ['people', 'units'],
    ['people', 'units', 'places', 'visits'],
  ];
  for (const consistent of [true, false]) {
    for (const names of combinations) {
      it(`brings what ${names.join(', ')} are filtered to, and all that it refers to, ${consistent ? 'in' : 'without'} a snapshot`, async () => {
        const { seed, random } = seededRandom();
        for (let round = 0; round < 4; round += 1) {
          const production = fakeProduction(companyTables(random, 5 + Math.floor(random() * 25)), {
            consistent,
            batchRows: 3,
          });
          const workspace = testWorkspace(folder(), {
            tables: Object.fromEntries(names.map((name) => [name, { where: FILTERS[name].where }])),
          });
          const report = await workspace.pull(production);
          const expected = closureOf(
            production.tables,
            Object.fromEntries(names.map((name) => [name, FILTERS[name].test])),
          );
          assert.deepEqual(keysIn(workspace), expected, `seed ${seed}`);
          assert.deepEqual(query(workspace.database, 'PRAGMA foreign_key_check'), []);
          for (const { table: key, rows, filtered } of report.tables) {
            assert.equal(rows, expected[key]?.length);
            if (filtered !== undefined) assert.equal(filtered.matched + filtered.parents, rows);
            assert.equal(filtered !== undefined, names.includes(key as Filtered));
          }
        }
      });
    }
  }

  it('lets no raw key reach the disk', async () => {
    const { random } = seededRandom();
    const workspace = testWorkspace(folder(), { tables: { people: { where: { active: true } } } });
    await workspace.pull(fakeProduction(companyTables(random, 60), { batchRows: 7 }));
    assert.ok(query(workspace.database, 'SELECT * FROM people').length > 0);
    const bytes = everyByteOf(workspace.folder) + workspace.log.join('\n');
    assert.ok(!/person\d+@company/.test(bytes));
  });

  const orders: FakeTable = {
    table: table(
      'orders',
      { id: required(type.int), customer: type.int, at: required(type.timestamptz) },
      { key: ['id'], references: [{ columns: ['customer'], table: 'customers', to: ['id'] }] },
    ),
    rows: [
      ['1', '1', '2020-01-01 00:00:00+00'],
      ['2', '2', '2024-03-01 00:00:00+00'],
      ['3', null, '2024-03-02 00:00:00+00'],
    ],
  };
  const customers: FakeTable = {
    table: table('customers', { id: required(type.int), status: type.text }, { key: ['id'] }),
    rows: [
      ['1', 'open'],
      ['2', 'closed'],
      ['3', 'open'],
      ['4', null],
    ],
  };

  it('says how many rows met the conditions, and how many came because others refer to them', async () => {
    const workspace = testWorkspace(folder(), {
      tables: {
        orders: { where: { at: { atLeast: '2024-01-01' } } },
        customers: { where: { status: 'open' } },
      },
    });
    const report = await workspace.pull(fakeProduction([orders, customers]));
    assert.deepEqual(filteredIn(report), {
      customers: { matched: 2, parents: 1 },
      orders: { matched: 2, parents: 0 },
    });
    const counts = report.checks.find(({ name }) => name === 'row counts');
    assert.equal(
      counts?.detail,
      '2 tables have as many rows as production; 2 of them only those that meet their conditions, and 1 rows to which others refer',
    );
    assert.deepEqual(query(workspace.database, 'SELECT id FROM customers ORDER BY id'), [[1n], [2n], [3n]]);
  });

  it('leaves a reference alone whose table is not pulled', async () => {
    const workspace = testWorkspace(folder(), {
      tables: {
        orders: { where: { at: { atLeast: '2024-01-01' } } },
        customers: { direction: 'none' },
      },
    });
    await workspace.pull(fakeProduction([orders, customers]));
    assert.deepEqual(query(workspace.database, 'SELECT id, customer FROM orders ORDER BY id'), [
      [2n, 2n],
      [3n, null],
    ]);
  });

  it('brings nothing to which only a masked-away reference leads', async () => {
    const workspace = testWorkspace(folder(), {
      tables: { orders: { mask: { customer: 'null' } }, customers: { where: { status: 'none' } } },
    });
    await workspace.pull(fakeProduction([orders, customers]));
    assert.deepEqual(query(workspace.database, 'SELECT count(*) FROM customers'), [[0n]]);
  });

  it('means relative times from its own start', async () => {
    const workspace = testWorkspace(folder(), {
      tables: { orders: { where: { at: { atLeast: 'now-2d' } } } },
    });
    const at = (days: number): string =>
      new Date(Date.now() - days * 86_400_000).toISOString().replace('T', ' ').replace('Z', '+00');
    const production = fakeProduction([
      { ...orders, rows: [1, 3].map((days) => [String(days), null, at(days)]) },
      customers,
    ]);
    await workspace.pull(production);
    assert.deepEqual(query(workspace.database, 'SELECT id FROM orders'), [[1n]]);
  });

  it('refuses conditions that are wrong before it reads a row', async () => {
    const workspace = testWorkspace(folder(), { tables: { orders: { where: { at: 'soon' } } } });
    const production = fakeProduction([orders, customers]);
    const error = await expectError('CONFIG_INVALID', () => workspace.pull(production));
    assert.match(error.message, /syncline\.json:\d+:\d+: "tables\.orders\.where\.at"/);
    assert.ok(!production.steps.some((step) => step.startsWith('batch')));
  });
});
