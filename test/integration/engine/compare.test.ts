import assert from 'node:assert/strict';
import type { RowCounts } from '../../../src/core/local-ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { PERSONAL, scoutTables } from '../../support/scout-tables.ts';
import { execute } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const NONE: RowCounts = { inserted: 0, updated: 0, deleted: 0 };

interface Example {
  readonly what: string;
  readonly table: Table;
  readonly before: readonly PostgresTextRow[];
  readonly now: readonly PostgresTextRow[];
  readonly expected: RowCounts;
  /** What the workspace file says about the table. */
  readonly rules?: object;
}

const PEOPLE = table(
  't',
  { id: required(type.bigint), email: type.text, active: type.boolean, n: type.numeric },
  { key: ['id'] },
);
const NATURAL = table('t', { email: required(type.text), n: type.int }, { key: ['email'] });
const COMPOSITE = table(
  't',
  { a: required(type.int), b: required(type.text), c: type.text },
  { key: ['a', 'b'] },
);
const KEYLESS = table('t', { a: type.text, at: type.timestamptz });

const EXAMPLES: readonly Example[] = [
  {
    what: 'one of each',
    table: PEOPLE,
    before: [
      ['1', 'a@x.test', 't', '1'],
      ['2', 'b@x.test', 't', '1'],
    ],
    now: [
      ['1', 'a@x.test', 'f', '1'],
      ['9007199254740993', 'c@x.test', 't', null],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'a change of nothing but a masked column',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1']],
    now: [['1', 'b@x.test', 't', '1']],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a masked column that became NULL, and one that was NULL',
    table: PEOPLE,
    before: [
      ['1', 'a@x.test', 't', '1'],
      ['2', null, 't', '1'],
    ],
    now: [
      ['1', null, 't', '1'],
      ['2', '', 't', '1'],
    ],
    expected: { ...NONE, updated: 2 },
  },
  {
    what: 'no change where a number is written otherwise',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1.10']],
    now: [['1', 'a@x.test', 't', '1.1']],
    expected: NONE,
    rules: { mask: { n: 'keep' } },
  },
  {
    what: 'rows by a key that is masked',
    table: NATURAL,
    before: [
      ['a@x.test', '1'],
      ['b@x.test', '1'],
      ['c@x.test', '1'],
    ],
    now: [
      ['a@x.test', '1'],
      ['b@x.test', '2'],
      ['d@x.test', '1'],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'rows by a composite key',
    table: COMPOSITE,
    before: [
      ['1', 'x', 'old'],
      ['1', 'y', 'old'],
      ['2', 'x', 'old'],
    ],
    now: [
      ['1', 'x', 'old'],
      ['1', 'y', 'new'],
      ['2', 'y', 'old'],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'rows without a key by their number',
    table: KEYLESS,
    before: [
      ['x', null],
      ['x', null],
      ['y', '2024-01-01 00:00:00+00'],
    ],
    now: [
      ['x', null],
      ['y', '2024-01-01 00:00:00+00'],
      ['y', '2024-01-01 00:00:00+00'],
      ['y', '2024-01-01 00:00:00.000001+00'],
    ],
    expected: { inserted: 2, updated: 0, deleted: 1 },
  },
  {
    what: 'columns that are excluded, which is nothing',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1']],
    now: [['1', 'z@x.test', 't', '1']],
    expected: NONE,
    rules: { exclude: ['email'] },
  },
  {
    what: 'a table that was empty',
    table: PEOPLE,
    before: [],
    now: [['1', null, null, null]],
    expected: { ...NONE, inserted: 1 },
  },
];

describe('comparing production with what was pulled', () => {
  const folder = temporaryFolders();

  for (const { what, table: source, before, now, expected, rules = {} } of EXAMPLES) {
    for (const raw of [false, true]) {
      it(`finds ${what}${raw ? ', after a raw pull' : ''}`, async () => {
        const workspace = testWorkspace(folder(), { tables: { t: rules } });
        const production = fakeProduction([{ table: source, rows: before }], { batchRows: 2 });
        await workspace.pull(production, { raw });
        production.tables = [{ table: source, rows: now }];
        const [compared] = await workspace.compare(production);
        assert.deepEqual(compared?.counts, expected);
        assert.deepEqual(compared.schemaDifferences, []);
        const [shown] = (await workspace.status()).tables;
        assert.deepEqual(shown?.production, expected);
        const changed = expected.inserted + expected.updated + expected.deleted > 0;
        assert.equal(shown.drift, changed ? 'production-changes' : 'in-step');
      });
    }
  }

  it('finds nothing in a production that did not change, of every kind', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    for (const { counts, table: key } of await workspace.compare(fakeProduction(scoutTables()))) {
      assert.deepEqual(counts, NONE, key);
    }
  });

  it('needs a pull, and the key that it was masked with', async () => {
    const workspace = testWorkspace(folder());
    const production = fakeProduction(scoutTables());
    await expectError('LOCAL_NOT_FOUND', () => workspace.compare(production));
    await workspace.pull(production);
    const error = await expectError('MASKING_KEY_MISSING', () => workspace.compare(production, OTHER_KEY));
    assert.ok(!error.message.includes(KEY.fingerprint));
    await expectError('REMOTE_ROWS_HIDDEN', () =>
      workspace.compare(fakeProduction(scoutTables(), { seesAllRows: false })),
    );
  });

  it('is not mistaken for a comparison with a pull that was made meanwhile', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    let pulled = false;
    const changed = scoutTables().map((each) => ({ ...each, rows: [] }));
    await workspace.compare(
      fakeProduction(changed, {
        async onStep() {
          if (pulled) return;
          pulled = true;
          await workspace.pull(fakeProduction(changed));
        },
      }),
    );
    assert.deepEqual([...new Set((await workspace.status()).tables.map(({ drift }) => drift))], ['in-step']);
  });

  it('can be cancelled, and leaves what was known', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    const controller = new AbortController();
    const production = fakeProduction(scoutTables(), {
      onStep: ({ kind }) => {
        if (kind === 'batch') throw new DOMException('stopped', 'AbortError');
      },
    });
    await assert.rejects(workspace.compare(production), { name: 'AbortError' });
    controller.abort();
    assert.equal(production.openSnapshots, 0);
    assert.ok((await workspace.status()).tables.every((each) => each.comparedAt === undefined));
  });
});

describe('the status of a table', () => {
  const folder = temporaryFolders();

  async function pulled(file: object = {}): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), file);
    await workspace.pull(fakeProduction(scoutTables()));
    return workspace;
  }
  const altered = (name: string, change: (each: Table) => Table): FakeTable[] =>
    scoutTables().map((each) =>
      each.table.name.name === name ? { ...each, table: change(each.table) } : each,
    );

  it('is unknown to a workspace that never pulled, and never pulled to one that can ask', async () => {
    const workspace = testWorkspace(folder());
    assert.deepEqual((await workspace.status()).tables, []);
    const { tables, address, pulledAt } = await workspace.status(fakeProduction(scoutTables()));
    assert.deepEqual(
      tables.map(({ table: key, drift }) => [key, drift]),
      [
        ['audit', 'never-pulled'],
        ['order', 'never-pulled'],
        ['sections', 'never-pulled'],
        ['users', 'never-pulled'],
      ],
    );
    assert.equal(address, 'postgres://fake.invalid/production');
    assert.equal(pulledAt, undefined);
    const users = tables.at(-1);
    assert.deepEqual(users?.primaryKey, ['id']);
    const section = users.columnDetails?.find(({ column }) => column === 'section_id');
    assert.deepEqual(section?.references, { table: 'sections', column: 'id' });
  });

  it('is in step after a pull, whoever looked at the file', async () => {
    const workspace = await pulled();
    for (const { drift, local, rows } of (await workspace.status(fakeProduction(scoutTables()))).tables) {
      assert.equal(drift, 'in-step');
      assert.deepEqual(local, NONE);
      assert.ok(rows !== undefined && rows > 0);
    }
  });

  it('tells local changes, production changes and both', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE sections SET name = 'x' WHERE id = 1`, 'DELETE FROM audit');
    const changed = scoutTables().map((each) =>
      ['audit', 'order'].includes(each.table.name.name) ? { ...each, rows: each.rows.slice(1) } : each,
    );
    await workspace.compare(fakeProduction(changed));
    assert.deepEqual(
      (await workspace.status()).tables.map(({ table: key, drift }) => [key, drift]),
      [
        ['audit', 'both'],
        ['order', 'production-changes'],
        ['sections', 'local-changes'],
        ['users', 'in-step'],
      ],
    );
  });

  it('tells what was altered in production', async () => {
    const workspace = await pulled();
    const production = fakeProduction(
      altered('users', (users) => ({
        ...users,
        primaryKey: { name: 'users_pkey', columns: ['email'] },
        columns: [
          ...users.columns
            .filter(({ name }) => name !== 'full_name')
            .map((column) =>
              column.name === 'active'
                ? { ...column, type: type.text, postgresType: 'text', nullable: true }
                : column,
            ),
          { name: 'nick 😀', type: type.text, postgresType: 'text', nullable: true },
        ],
      })).filter((each) => each.table.name.name !== 'audit'),
    );
    const { tables } = await workspace.status(production);
    assert.deepEqual(
      tables
        .filter(({ drift }) => drift !== 'in-step')
        .map((each) => [each.table, each.drift, each.schemaDifferences]),
      [
        ['audit', 'schema-differs', ['the table was dropped in production']],
        [
          'users',
          'schema-differs',
          [
            'column "nick 😀" was added in production',
            'column "full_name" was dropped in production',
            'column "active" was boolean and is text in production',
            'column "active" may now be NULL in production',
            'the primary key was altered in production',
          ],
        ],
      ],
    );
    const compared = await workspace.compare(production);
    assert.deepEqual(
      compared.find((each) => each.table === 'users')?.counts,
      NONE,
      'rows that cannot be read alike',
    );
    const remembered = (await workspace.status()).tables.find((each) => each.table === 'users');
    assert.equal(remembered?.schemaDifferences.length, 5, 'known without asking again');
  });

  it('does not take for a difference what the rules leave out', async () => {
    const workspace = await pulled({ tables: { users: { exclude: ['email'] } } });
    const retyped = altered('users', (users) => ({
      ...users,
      columns: users.columns.map((column) =>
        column.name === 'email' ? { ...column, type: type.int } : column,
      ),
    }));
    assert.deepEqual(await drifts(workspace, retyped), ['in-step']);
    assert.deepEqual(await drifts(workspace, scoutTables()), ['in-step']);
    workspace.configure({ tables: { users: { exclude: ['email'], direction: 'push' } } });
    assert.deepEqual(
      await drifts(workspace, scoutTables()),
      ['in-step'],
      'pulled before the rule said otherwise',
    );
  });

  it('tells a local table that is gone or altered, and a local database that is gone', async () => {
    const workspace = await pulled();
    execute(workspace.database, 'DROP TABLE audit', 'ALTER TABLE "order" ADD COLUMN mine TEXT');
    assert.deepEqual(
      (await workspace.status()).tables
        .map((each) => [each.table, each.drift, each.schemaDifferences])
        .slice(0, 3),
      [
        ['audit', 'schema-differs', ['the local table is missing or altered']],
        ['order', 'schema-differs', ['the local table is missing or altered']],
        ['sections', 'in-step', []],
      ],
    );
    workspace.configure({ local: { path: './elsewhere.db' } });
    assert.deepEqual(
      [...new Set((await workspace.status()).tables.flatMap((each) => each.schemaDifferences))],
      ['the local database is missing'],
    );
  });

  it('is what was known when production cannot be asked', async () => {
    const workspace = await pulled();
    const { tables, connectionError } = await workspace.status(
      fakeProduction(scoutTables(), {
        onStep: () => {
          throw new Error('a driver error that quotes ' + PERSONAL[0]!);
        },
      }),
    );
    assert.equal(connectionError?.code, 'INTERNAL');
    assert.ok(!JSON.stringify(connectionError).includes(PERSONAL[0]!));
    assert.equal(tables.length, 4);
  });

  async function drifts(workspace: TestWorkspace, tables: readonly FakeTable[]): Promise<string[]> {
    const status = await workspace.status(fakeProduction(tables));
    return [...new Set(status.tables.map(({ drift }) => drift))];
  }
});
