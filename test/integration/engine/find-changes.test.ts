import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ChangeMethod } from '../../../src/core/changes-port.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PulledTable } from '../../../src/engine/pull-report.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import {
  fakeProduction,
  type FakeOptions,
  type FakeProduction,
  type FakeTable,
} from '../../support/fake-production.ts';
import { filesBelow } from '../../support/files-below.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const visits = table(
  'visits',
  { id: required(type.int), place: type.text, updated_at: required(type.timestamptz) },
  { key: ['id'] },
);
const people = table('people', { email: required(type.text), points: type.int }, { key: ['email'] });
const RULES = { tables: { visits: { mask: { place: 'keep' }, watermark: 'updated_at' } } };

const visit = (id: number, place = `place ${id}`, day = 1): PostgresTextRow => [
  String(id),
  place,
  `2026-01-${String(day).padStart(2, '0')} 00:00:00+00`,
];
const first: FakeTable[] = [
  { table: visits, rows: [1, 2, 3, 4, 5].map((id) => visit(id)) },
  {
    table: people,
    rows: [
      ['ada@secret.test', '1'],
      ['bo@secret.test', '2'],
    ],
  },
];
/** One row changed, one is gone, one is new; and a person moved. */
const second: FakeTable[] = [
  { table: visits, rows: [visit(1), visit(2, 'elsewhere', 20), visit(4), visit(5), visit(9, 'new', 21)] },
  {
    table: people,
    rows: [
      ['bo@secret.test', '3'],
      ['cy@secret.test', '4'],
    ],
  },
];

describe('what production changed is found', () => {
  const folder = temporaryFolders();

  async function pulled(
    options: FakeOptions,
  ): Promise<{ workspace: TestWorkspace; production: FakeProduction }> {
    const workspace = testWorkspace(folder(), RULES);
    const production = fakeProduction(first, options);
    await workspace.pull(production);
    return { workspace, production };
  }

  async function found(
    workspace: TestWorkspace,
    production: FakeProduction,
    method?: ChangeMethod,
  ): Promise<{ readonly visits?: PulledTable['found']; readonly people?: PulledTable['found'] }> {
    const { tables } = await workspace.open((context) =>
      pullIncremental(context, {
        production,
        maskingKey: KEY,
        ...(method === undefined ? {} : { method }),
        replaceLocalEdits: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
    return Object.fromEntries(tables.map((each) => [each.table, each.found]));
  }

  /** The local rows are those of a full pull. */
  async function requireEqual(workspace: TestWorkspace, production: FakeProduction): Promise<void> {
    const full = testWorkspace(folder(), RULES);
    await full.pull(production);
    for (const sql of ['SELECT * FROM visits ORDER BY id', 'SELECT * FROM people ORDER BY email']) {
      assert.deepEqual(query(workspace.database, sql), query(full.database, sql));
    }
  }

  it('by the change log from the first pull on, without reading or planning anything else', async () => {
    const { workspace, production } = await pulled({ kit: true });
    const before = production.steps.length;
    production.tables = second;
    const { visits: how } = await found(workspace, production);
    assert.deepEqual(how, { method: 'change-log', read: 3 });
    assert.deepEqual(
      production.steps.slice(before).filter((step) => /^(batch|sample|count)/.test(step)),
      [],
    );
    await requireEqual(workspace, production);
    assert.deepEqual((await found(workspace, production)).visits, { method: 'change-log', read: 0 });
  });

  it('in full when the log does not reach back, and by the log again after that', async () => {
    for (const reason of ['pruned', 'moved'] as const) {
      const { workspace, production } = await pulled({ kit: true });
      production.forgetPositions(reason);
      production.tables = second;
      assert.deepEqual((await found(workspace, production)).visits, {
        method: 'full',
        read: 5,
        instead: reason,
      });
      await requireEqual(workspace, production);
      production.tables = first;
      assert.equal((await found(workspace, production)).visits?.method, 'change-log');
      await requireEqual(workspace, production);
    }
  });

  it('in full of one table that the log does not answer for, with and without a snapshot', async () => {
    for (const consistent of [true, false]) {
      const { workspace, production } = await pulled({ kit: true, consistent });
      production.unanswered = { visits: 'untracked' };
      production.tables = second;
      const how = await found(workspace, production);
      assert.deepEqual([how.visits?.method, how.visits?.instead], ['full', 'untracked']);
      assert.equal(how.people?.method, 'change-log');
      await requireEqual(workspace, production);
    }
  });

  it('by digests from the second time on, also what is only gone', async () => {
    const { workspace, production } = await pulled({ digests: true });
    assert.deepEqual((await found(workspace, production)).visits, {
      method: 'full',
      read: 5,
      instead: 'first-time',
    });
    production.tables = second;
    assert.equal((await found(workspace, production)).visits?.method, 'digests');
    await requireEqual(workspace, production);
    production.tables = [{ table: visits, rows: second[0]!.rows.slice(1) }, second[1]!];
    assert.equal((await found(workspace, production)).visits?.method, 'digests');
    await requireEqual(workspace, production);
    const { visits: how } = await found(workspace, production);
    assert.deepEqual(how, { method: 'digests', read: 0 });
  });

  it('by digests beside rows that wait for a decision, and again when they are decided', async () => {
    const { workspace, production } = await pulled({ digests: true });
    await found(workspace, production);
    execute(
      workspace.database,
      `UPDATE visits SET place = 'here' WHERE id = 2; UPDATE visits SET place = 'here' WHERE id = 3;
       INSERT INTO visits VALUES (9, 'mine', '2026-01-01T00:00:00.000000Z')`,
    );
    production.tables = second;
    await found(workspace, production);
    const held = (): Promise<number> =>
      workspace.open(
        ({ ledger }) => ledger.held('production').filter((each) => each.table === 'visits').length,
      );
    assert.equal(await held(), 3);
    // One more is gone while three are held: they must not be counted for it.
    production.tables = [{ table: visits, rows: second[0]!.rows.filter(([id]) => id !== '5') }, second[1]!];
    await found(workspace, production);
    assert.deepEqual(query(workspace.database, 'SELECT id FROM visits WHERE id = 5'), []);
    assert.equal(await held(), 3);
    execute(
      workspace.database,
      `UPDATE visits SET place = 'elsewhere', updated_at = '2026-01-20T00:00:00.000000Z' WHERE id = 2;
       DELETE FROM visits WHERE id IN (3, 9)`,
    );
    await found(workspace, production);
    await found(workspace, production);
    assert.equal(await held(), 0);
    await requireEqual(workspace, production);
  });

  it('by a watermark and all keys, which misses what does not move it until every row is compared', async () => {
    const { workspace, production } = await pulled({});
    assert.deepEqual((await found(workspace, production)).visits, {
      method: 'full',
      read: 5,
      instead: 'comparison-due',
    });
    production.tables = second;
    assert.equal((await found(workspace, production)).visits?.method, 'watermark');
    await requireEqual(workspace, production);
    const quiet = second[0]!.rows.map((row) => (row[0] === '4' ? visit(4, 'in silence') : row));
    production.tables = [{ table: visits, rows: quiet }, second[1]!];
    await found(workspace, production);
    assert.deepEqual(query(workspace.database, 'SELECT place FROM visits WHERE id = 4'), [['place 4']]);
    await found(workspace, production, 'full');
    await requireEqual(workspace, production);
  });

  it('without writing down a key that is masked', async () => {
    const { workspace, production } = await pulled({ digests: true, kit: true });
    production.unanswered = { people: 'untracked', visits: 'untracked' };
    for (const tables of [first, second, first]) {
      production.tables = tables;
      await found(workspace, production);
    }
    for (const path of filesBelow(workspace.folder)) {
      assert.ok(!readFileSync(path).includes('@secret.test'), path);
    }
  });

  it('and is not taken in where it lays an original open elsewhere', async () => {
    // Known to be safe by its name, until somebody writes an address into it.
    const orders = table('orders', { id: required(type.int), status: type.text }, { key: ['id'] });
    const workspace = testWorkspace(folder());
    const production = fakeProduction([{ table: orders, rows: [['1', 'open']] }, first[1]!], { kit: true });
    await workspace.pull(production);
    const before = dump(workspace.database);
    production.tables = [
      { table: orders, rows: [['1', 'dee@secret.test']] },
      { table: people, rows: [...first[1]!.rows, ['dee@secret.test', '5']] },
    ];
    const { message } = await expectError('MASKING_LEAK', () => found(workspace, production));
    assert.match(message, /orders\.status/);
    assert.doesNotMatch(message, /dee@/);
    assert.equal(dump(workspace.database), before);
    for (const path of filesBelow(workspace.folder)) {
      assert.ok(!readFileSync(path).includes('dee@secret.test'), path);
    }
  });

  it('by the one method that was asked for, or not at all', async () => {
    const { workspace, production } = await pulled({ digests: true });
    const { code } = await expectError('METHOD_UNAVAILABLE', () =>
      found(workspace, production, 'change-log'),
    );
    assert.equal(code, 'METHOD_UNAVAILABLE');
    assert.equal((await found(workspace, production, 'full')).visits?.method, 'full');
  });
});
