import assert from 'node:assert/strict';
import type { RowCounts } from '../../../src/core/local-ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { type } from '../../support/catalog.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { PERSONAL, scoutTables } from '../../support/scout-tables.ts';
import { execute } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const NONE: RowCounts = { inserted: 0, updated: 0, deleted: 0 };

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
