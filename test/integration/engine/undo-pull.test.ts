import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { undoable } from '../../../src/engine/undo.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { knownState, undoing, type KnownState } from '../../support/undo-state.ts';

const SECTIONS = table(
  'sections',
  { id: required(type.int), rank: required(type.int) },
  { key: ['id'], uniques: [['rank']] },
);
const MEMBERS = table(
  'members',
  { id: required(type.bigint), email: required(type.text), points: type.int, section_id: type.int },
  { key: ['id'], references: [{ columns: ['section_id'], table: 'sections', to: ['id'] }] },
);
/** A key that is not the rowid. */
const NOTES = table('no "tes', { code: required(type.text), n: type.numeric }, { key: ['code'] });

const RULES = { tables: { 'no "tes': { mask: { code: 'keep' } } } };

function start(): FakeTable[] {
  return [
    {
      table: SECTIONS,
      rows: [
        ['1', '10'],
        ['2', '20'],
        ['3', '30'],
      ],
    },
    {
      table: MEMBERS,
      rows: [
        ['1', 'ada@one.test', '1', '1'],
        ['2', 'bo@two.test', '2', '2'],
        ['9007199254740993', 'cy@three.test', null, null],
      ],
    },
    {
      table: NOTES,
      rows: [
        ['a', '1.10'],
        ['b', null],
        ['c', '3'],
      ],
    },
  ];
}

describe('undoing an incremental pull', function () {
  this.timeout(120_000);
  const folder = temporaryFolders();

  async function pulled(): Promise<{ workspace: TestWorkspace; production: FakeProduction }> {
    const workspace = testWorkspace(folder(), RULES);
    const production = fakeProduction(start());
    await workspace.pull(production);
    return { workspace, production };
  }

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

  function setRows(production: FakeProduction, index: number, rows: readonly PostgresTextRow[]): void {
    production.tables = production.tables.map((each, at) => (at === index ? { ...each, rows } : each));
  }

  const countsOf = (report: PullReport): unknown => report.tables.map(({ changes }) => changes);

  it('brings back rows, base and ledger, so that the next pull finds the same again', async () => {
    const { seed, random } = seededRandom();
    console.log(`      seed ${seed} (SYNCLINE_TEST_SEED)`);
    const upTo = (limit: number): number => Math.floor(random() * limit);
    const { workspace, production } = await pulled();
    execute(
      workspace.database,
      'CREATE TABLE mine (a)',
      'CREATE TRIGGER bump AFTER UPDATE ON sections BEGIN INSERT INTO mine VALUES (new.rank); END',
    );

    const editLocally = (): void => {
      const id = `(SELECT id FROM members ORDER BY id LIMIT 1 OFFSET ${upTo(4)})`;
      const code = `(SELECT code FROM "no ""tes" ORDER BY code LIMIT 1 OFFSET ${upTo(4)})`;
      const statements = [
        `UPDATE members SET points = ${upTo(50)} WHERE id = ${id}`,
        `UPDATE members SET email = 'mine${upTo(99)}@x.test' WHERE id = ${id}`,
        `UPDATE members SET section_id = (SELECT max(id) FROM sections) WHERE id = ${id}`,
        `DELETE FROM members WHERE id = ${id}`,
        `INSERT OR IGNORE INTO members VALUES (${upTo(12)}, 'l${upTo(99)}@x.test', NULL, NULL)`,
        `DELETE FROM "no ""tes" WHERE code = ${code}`,
        `UPDATE "no ""tes" SET n = '${upTo(9)}.5' WHERE code = ${code}`,
        `INSERT OR IGNORE INTO "no ""tes" VALUES ('${'abcdefgh'[upTo(8)]}', '7')`,
        `UPDATE OR IGNORE sections SET rank = ${upTo(60)} WHERE id = ${1 + upTo(4)}`,
      ];
      execute(workspace.database, statements[upTo(statements.length)]!);
    };
    const changeProduction = (): void => {
      const [sections, members, notes] = production.tables.map(({ rows }) => [...rows]);
      const sectionIds = sections!.map(([id]) => id ?? null);
      switch (upTo(6)) {
        case 0: {
          const free = [40, 50, 60, 70].filter((rank) => !sections!.some((row) => row[1] === String(rank)));
          if (free.length > 0 && sections!.length > 0) {
            const at = upTo(sections!.length);
            sections![at] = [sections![at]![0] ?? null, String(free[upTo(free.length)])];
          }
          break;
        }
        case 1: {
          const id = String(4 + upTo(6));
          if (!sectionIds.includes(id) && !sections!.some((row) => row[1] === `1${id}`)) {
            sections!.push([id, `1${id}`]);
            sections!.sort((a, b) => Number(a[0]) - Number(b[0]));
          }
          break;
        }
        case 2: {
          const unused = sectionIds.filter((id) => !members!.some((row) => row[3] === id));
          const gone = unused[upTo(unused.length)];
          if (gone !== undefined) sections!.splice(sectionIds.indexOf(gone), 1);
          break;
        }
        case 3: {
          const id = String(1 + upTo(12));
          const at = members!.findIndex((row) => row[0] === id);
          const row = [
            id,
            `p${upTo(99)}@y.test`,
            String(upTo(50)),
            sectionIds[upTo(sectionIds.length)] ?? null,
          ];
          if (at >= 0) members![at] = row;
          else members!.push(row);
          members!.sort((a, b) => (BigInt(a[0] ?? '0') < BigInt(b[0] ?? '0') ? -1 : 1));
          break;
        }
        case 4:
          if (members!.length > 0) members!.splice(upTo(members!.length), 1);
          break;
        default: {
          const code = 'abcdefgh'[upTo(8)]!;
          const at = notes!.findIndex((row) => row[0] === code);
          if (at >= 0 && upTo(2) === 0) notes!.splice(at, 1);
          else if (at >= 0) notes![at] = [code, `${upTo(9)}.25`];
          else notes!.push([code, String(upTo(9))]);
          notes!.sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
        }
      }
      [sections, members, notes].forEach((rows, index) => setRows(production, index, rows!));
    };

    const latest = async (): Promise<string | undefined> => (await workspace.open(undoable))[0]?.run;
    let undone = 0;
    for (let round = 0; round < 8; round += 1) {
      for (let edits = upTo(4); edits > 0; edits -= 1) editLocally();
      // Edits between pulls would rightly keep their rows from going back further.
      const walk: KnownState[] = [];
      for (let pulls = 1 + (round % 3); pulls > 0; pulls -= 1) {
        for (let changes = 1 + upTo(4); changes > 0; changes -= 1) changeProduction();
        const [state, before] = [await knownState(workspace), await latest()];
        const report = await incremental(workspace, production);
        if ((await latest()) === before) continue;
        const after = await knownState(workspace);
        assert.equal((await undoing(workspace)).state, 'undone');
        assert.deepEqual(await knownState(workspace), state, `round ${round}`);
        assert.deepEqual(countsOf(await incremental(workspace, production)), countsOf(report));
        const again = await knownState(workspace);
        assert.deepEqual([again.local, again.base, again.held], [after.local, after.base, after.held]);
        walk.push(state);
      }
      for (const state of walk.toReversed()) {
        const report = await undoing(workspace);
        assert.deepEqual([report.state, report.stale], ['undone', []]);
        const { local, base } = await knownState(workspace);
        assert.deepEqual([local, base], [state.local, state.base], `round ${round}, walking back`);
        undone += 1;
      }
      await incremental(workspace, production);
    }
    assert.ok(undone > 3, `${undone} undone`);
  });

  it('goes back over several pulls, the latest first, and says so when it is asked for an earlier one', async () => {
    const { workspace, production } = await pulled();
    const states: KnownState[] = [];
    for (const points of ['5', '6', '7']) {
      states.push(await knownState(workspace));
      setRows(production, 1, [['1', 'ada@one.test', points, '2'], ...start()[1]!.rows.slice(1)]);
      await incremental(workspace, production);
    }
    const runs = await workspace.open(undoable);
    assert.deepEqual(
      runs.map(({ operation, rows }) => [operation, rows]),
      [
        ['pull', 1],
        ['pull', 1],
        ['pull', 1],
        ...runs.slice(3).map(({ operation, rows }) => [operation, rows]),
      ],
    );
    await expectError('UNDO_UNAVAILABLE', () => undoing(workspace, { run: runs[1]!.run }));
    await expectError('UNDO_UNAVAILABLE', () => undoing(workspace, { run: 'nonsense' }));
    for (const state of states.toReversed()) {
      await undoing(workspace);
      assert.deepEqual(await knownState(workspace), state);
    }
  });

  it('shows what it would do and changes nothing', async () => {
    const { workspace, production } = await pulled();
    setRows(production, 1, [['1', 'ada@new.test', '9', '1'], ...start()[1]!.rows.slice(2)]);
    await incremental(workspace, production);
    const before = await knownState(workspace);
    const plan = await undoing(workspace, { mode: 'plan' });
    assert.equal(plan.state, 'planned');
    assert.deepEqual(plan.totals, { inserted: 1, updated: 1, deleted: 0 });
    assert.deepEqual(
      plan.preview.map(({ op, key, columns }) => [op, key, columns]),
      [
        ['update', ['1'], ['email', 'points']],
        ['insert', ['2'], ['id', 'email', 'points', 'section_id']],
      ],
    );
    assert.ok(!JSON.stringify(plan).includes('ada@'), 'masked');
    assert.deepEqual(await knownState(workspace), before);
  });

  it('leaves a row that was changed since, with its base, and tells it', async () => {
    const { workspace, production } = await pulled();
    setRows(production, 1, [
      ['1', 'ada@one.test', '50', '1'],
      ['2', 'bo@two.test', '60', '2'],
      ['4', 'dee@four.test', '4', '1'],
    ]);
    await incremental(workspace, production);
    execute(
      workspace.database,
      'UPDATE members SET points = 51 WHERE id = 1',
      'UPDATE members SET points = 5 WHERE id = 4',
    );
    const report = await undoing(workspace);
    assert.equal(report.state, 'undone');
    assert.deepEqual(
      report.stale.map(({ key, op, cause }) => [...key, op, cause]),
      [
        ['1', 'update', 'changed-locally'],
        ['4', 'delete', 'changed-locally'],
      ],
    );
    assert.deepEqual(query(workspace.database, 'SELECT id, points FROM members ORDER BY id'), [
      [1n, 51n],
      [2n, 2n],
      [4n, 5n],
      [9007199254740993n, null],
    ]);
    // Nothing is lost: the next pull brings what was undone, and the edits are still edits.
    const next = await incremental(workspace, production);
    assert.deepEqual(next.tables.find((each) => each.table === 'members')?.changes, {
      inserted: 0,
      updated: 1,
      deleted: 1,
      held: 0,
    });
    assert.deepEqual(query(workspace.database, 'SELECT id, points FROM members ORDER BY id'), [
      [1n, 51n],
      [2n, 60n],
      [4n, 5n],
    ]);
  });

  it('leaves a row in whose way another one is: a unique value, a new child', async () => {
    const { workspace, production } = await pulled();
    setRows(production, 0, [
      ['1', '11'],
      ['2', '20'],
      ['3', '30'],
      ['4', '40'],
    ]);
    await incremental(workspace, production);
    execute(
      workspace.database,
      'INSERT INTO sections VALUES (9, 10)',
      'UPDATE members SET section_id = 4 WHERE id = 1',
    );
    const report = await undoing(workspace);
    assert.deepEqual(
      report.stale.map(({ key, cause }) => [...key, cause]),
      [
        ['1', 'not-allowed'],
        ['4', 'not-allowed'],
      ],
    );
    assert.equal(report.state, 'nothing');
    assert.deepEqual(query(workspace.database, 'SELECT * FROM sections ORDER BY id').length, 5);
    assert.equal((await workspace.open(undoable)).length > 0, true);
  });

  it('has nothing to undo where a run changed nothing, and keeps only so many runs', async () => {
    const { workspace, production } = await pulled();
    await workspace.open(({ ledger }) => ledger.undoable().forEach(({ run }) => ledger.forgetUndo(run)));
    await incremental(workspace, production);
    await expectError('UNDO_UNAVAILABLE', () => undoing(workspace));
    workspace.configure({ ...RULES, local: { path: './dev.db', undo: 2 } });
    for (const points of ['5', '6', '7']) {
      setRows(production, 1, [['1', 'ada@one.test', points, '2'], ...start()[1]!.rows.slice(1)]);
      await incremental(workspace, production);
    }
    assert.equal((await workspace.open(undoable)).length, 2);
    const files = join(workspace.folder, '.syncline', 'undo');
    assert.ok(existsSync(files));
    assert.equal(readdirSync(files).length, 2);
  });

  it('refuses when the table was altered since', async () => {
    const { workspace, production } = await pulled();
    setRows(production, 1, start()[1]!.rows.slice(1));
    await incremental(workspace, production);
    execute(workspace.database, 'ALTER TABLE members ADD COLUMN extra');
    const before = await knownState(workspace);
    await expectError('UNDO_UNAVAILABLE', () => undoing(workspace));
    assert.deepEqual(await knownState(workspace), before);
  });
});
