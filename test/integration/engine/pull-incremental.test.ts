import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const sections: FakeTable = {
  table: table(
    'sections',
    { id: required(type.int), rank: required(type.int) },
    { key: ['id'], uniques: [['rank']] },
  ),
  rows: [
    ['1', '10'],
    ['2', '20'],
  ],
};

const members: FakeTable = {
  table: table(
    'members',
    {
      id: required(type.bigint),
      email: required(type.text),
      points: type.int,
      section_id: type.int,
    },
    { key: ['id'], references: [{ columns: ['section_id'], table: 'sections', to: ['id'] }] },
  ),
  rows: [
    ['1', 'ada@one.test', '1', '1'],
    ['2', 'bo@two.test', '2', '2'],
    ['9007199254740993', 'cy@three.test', null, null],
  ],
};

function withRows(of: FakeTable, rows: readonly PostgresTextRow[]): FakeTable {
  return { ...of, rows };
}

function incremental(workspace: TestWorkspace, production: FakeProduction, key = KEY): Promise<PullReport> {
  return workspace.open((context) =>
    pullIncremental(context, {
      production,
      maskingKey: key,
      replaceLocalEdits: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    }),
  );
}

function changesOf(report: PullReport, key: string): unknown {
  return report.tables.find((each) => each.table === key)?.changes;
}

describe('an incremental pull', () => {
  const folder = temporaryFolders();

  async function pulled(): Promise<{ workspace: TestWorkspace; production: FakeProduction }> {
    const workspace = testWorkspace(folder());
    const production = fakeProduction([sections, members]);
    await workspace.pull(production);
    return { workspace, production };
  }

  it('brings nothing when nothing changed, and leaves nothing behind', async () => {
    const { workspace, production } = await pulled();
    const before = dump(workspace.database);
    const report = await incremental(workspace, production);
    assert.deepEqual(changesOf(report, 'members'), { inserted: 0, updated: 0, deleted: 0, held: 0 });
    assert.equal(dump(workspace.database), before);
    assert.equal(readdirSync(join(workspace.folder, '.syncline', 'base')).length, 1);
  });

  it('brings inserts, updates and deletes, and ends where a full pull ends', async () => {
    const { workspace, production } = await pulled();
    production.tables = [
      withRows(sections, [
        ['1', '20'],
        ['2', '10'],
        ['3', '30'],
      ]),
      withRows(members, [
        ['1', 'ada@new.test', '1', '3'],
        ['2', 'bo@two.test', '7', '2'],
        ['4', 'dee@four.test', '4', '3'],
      ]),
    ];
    const report = await incremental(workspace, production);
    assert.deepEqual(changesOf(report, 'sections'), { inserted: 1, updated: 2, deleted: 0, held: 0 });
    assert.deepEqual(changesOf(report, 'members'), { inserted: 1, updated: 2, deleted: 1, held: 0 });
    const full = testWorkspace(folder());
    await full.pull(production);
    const all = 'SELECT * FROM members ORDER BY id';
    assert.deepEqual(query(workspace.database, all), query(full.database, all));
    const { tables } = await workspace.status(production);
    assert.deepEqual(
      tables.map((each) => each.drift),
      ['in-step', 'in-step'],
    );
    assert.deepEqual(await workspace.compare(production).then((found) => found.map(({ counts }) => counts)), [
      { inserted: 0, updated: 0, deleted: 0 },
      { inserted: 0, updated: 0, deleted: 0 },
    ]);
  });

  it('keeps local edits, and merges changes to different columns of a row', async () => {
    const { workspace, production } = await pulled();
    execute(
      workspace.database,
      `UPDATE members SET points = 99 WHERE id = 1; DELETE FROM members WHERE id = 9007199254740993`,
    );
    production.tables = [
      sections,
      withRows(members, [['1', 'ada@one.test', '1', '2'], ...members.rows.slice(1)]),
    ];
    const report = await incremental(workspace, production);
    assert.deepEqual(changesOf(report, 'members'), { inserted: 0, updated: 1, deleted: 0, held: 0 });
    assert.deepEqual(query(workspace.database, 'SELECT id, points, section_id FROM members ORDER BY id'), [
      [1n, 99n, 2n],
      [2n, 2n, 2n],
    ]);
    const { tables } = await workspace.status(production);
    assert.deepEqual(tables.find((each) => each.table === 'members')?.local, {
      inserted: 0,
      updated: 1,
      deleted: 1,
    });
  });

  it('holds a row that both sides changed in one column, and holds it again the next time', async () => {
    const { workspace, production } = await pulled();
    execute(workspace.database, `UPDATE members SET points = 99 WHERE id = 1`);
    production.tables = [
      sections,
      withRows(members, [['1', 'ada@one.test', '50', '2'], ...members.rows.slice(1)]),
    ];
    for (let time = 0; time < 2; time += 1) {
      const report = await incremental(workspace, production);
      assert.deepEqual(changesOf(report, 'members'), { inserted: 0, updated: 0, deleted: 0, held: 1 });
      assert.deepEqual(query(workspace.database, 'SELECT points, section_id FROM members WHERE id = 1'), [
        [99n, 1n],
      ]);
      const held = await workspace.open(({ ledger }) => ledger.held('production'));
      assert.deepEqual(
        held.map(({ table: key, kind, columns }) => [key, kind, columns]),
        [['members', 'update/update', ['points']]],
      );
    }
    execute(workspace.database, `UPDATE members SET points = 1 WHERE id = 1`);
    await incremental(workspace, production);
    assert.deepEqual(query(workspace.database, 'SELECT points, section_id FROM members WHERE id = 1'), [
      [50n, 2n],
    ]);
    assert.deepEqual(await workspace.open(({ ledger }) => ledger.held('production')), []);
  });

  it('asks for a full pull where there is nothing to compare with', async () => {
    const { workspace, production } = await pulled();
    await expectError('FULL_PULL_NEEDED', () => incremental(workspace, production, OTHER_KEY));
    workspace.configure({ tables: { members: { mask: { email: 'redact' } } } });
    await expectError('FULL_PULL_NEEDED', () => incremental(workspace, production));
    await expectError('FULL_PULL_NEEDED', () => incremental(testWorkspace(folder()), production));
  });

  it('finishes after a kill between the local commit and the base', async () => {
    const { workspace, production } = await pulled();
    production.tables = [
      sections,
      withRows(members, [['1', 'ada@new.test', '5', '1'], ...members.rows.slice(1)]),
    ];
    await assert.rejects(
      workspace.open((context) =>
        pullIncremental(
          {
            ...context,
            local: {
              ...context.local,
              advanceBase: () => {
                throw new Error('killed');
              },
            },
          },
          {
            production,
            maskingKey: KEY,
            replaceLocalEdits: false,
            signal: new AbortController().signal,
            onProgress: () => undefined,
          },
        ),
      ),
      /killed/,
    );
    assert.equal((await workspace.recover())?.database, 'new');
    const { tables } = await workspace.status(production);
    assert.deepEqual(
      tables.map((each) => each.local),
      [
        { inserted: 0, updated: 0, deleted: 0 },
        { inserted: 0, updated: 0, deleted: 0 },
      ],
    );
    assert.deepEqual(changesOf(await incremental(workspace, production), 'members'), {
      inserted: 0,
      updated: 0,
      deleted: 0,
      held: 0,
    });
  });
});
