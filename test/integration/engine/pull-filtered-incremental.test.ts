import assert from 'node:assert/strict';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const customers: FakeTable = {
  table: table('customers', { id: required(type.int), status: type.text, n: type.int }, { key: ['id'] }),
  rows: [
    ['1', 'open', '1'],
    ['2', 'closed', '1'],
    ['3', 'open', '1'],
    ['4', 'closed', '1'],
    ['5', 'closed', '1'],
  ],
};
const orders: FakeTable = {
  table: table(
    'orders',
    { id: required(type.int), customer: type.int, n: type.int },
    { key: ['id'], references: [{ columns: ['customer'], table: 'customers', to: ['id'] }] },
  ),
  rows: [
    ['1', '2', '1'],
    ['2', '1', '1'],
  ],
};
const where = { status: 'open' };
const NONE = { inserted: 0, updated: 0, deleted: 0 };

function incremental(workspace: TestWorkspace, production: FakeProduction): Promise<PullReport> {
  return workspace.open((context) =>
    pullIncremental(context, {
      production,
      maskingKey: KEY,
      replaceLocalEdits: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    }),
  );
}

describe('production changes of a table that is pulled in part', () => {
  const folder = temporaryFolders();

  for (const consistent of [true, false]) {
    it(`are those of rows that were pulled or are meant, ${consistent ? 'in' : 'without'} a snapshot`, async () => {
      const workspace = testWorkspace(folder(), { tables: { customers: { where } } });
      const production = fakeProduction([customers, orders], { batchRows: 2, consistent });
      await workspace.pull(production);
      const counts = async (): Promise<unknown> =>
        Object.fromEntries(
          (await workspace.compare(production)).map((each) => [each.table, each.counts] as const),
        );
      assert.deepEqual(await counts(), { customers: NONE, orders: NONE });
      production.tables = [
        {
          ...customers,
          rows: [
            ['1', 'closed', '2'],
            ['2', 'closed', '2'],
            ['4', 'closed', '9'],
            ['5', 'closed', '1'],
            ['6', 'open', '1'],
            ['7', 'closed', '1'],
          ],
        },
        { ...orders, rows: [...orders.rows, ['3', '5', '1']] },
      ];
      assert.deepEqual(await counts(), {
        // The fifth comes because the third order refers to it.
        customers: { inserted: 2, updated: 2, deleted: 1 },
        orders: { inserted: 1, updated: 0, deleted: 0 },
      });
      await incremental(workspace, production);
      assert.deepEqual(query(workspace.database, 'SELECT id, n FROM customers ORDER BY id'), [
        [1n, 2n],
        [2n, 2n],
        [5n, 1n],
        [6n, 1n],
      ]);
      assert.deepEqual(query(workspace.database, 'PRAGMA foreign_key_check'), []);
      assert.deepEqual(await counts(), { customers: NONE, orders: NONE });
    });
  }

  it('are not looked for when the conditions are others', async () => {
    const workspace = testWorkspace(folder(), { tables: { customers: { where } } });
    const production = fakeProduction([customers, orders]);
    await workspace.pull(production);
    workspace.configure({ tables: { customers: { where: { status: 'closed' } } } });
    await expectError('FULL_PULL_NEEDED', () => incremental(workspace, production));
  });
});
