import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

describe('local rows that a pull would replace', () => {
  const folder = temporaryFolders();

  async function pulled(file: object = {}): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), file);
    await workspace.pull(fakeProduction(scoutTables()));
    return workspace;
  }
  const backups = ({ folder: at }: TestWorkspace): string[] =>
    readdirSync(join(at, '.syncline', 'backups'))
      .filter((name) => name.endsWith('.db'))
      .sort();

  it('are no edits when nobody touched them', async () => {
    const workspace = await pulled();
    const report = await workspace.pull(fakeProduction(scoutTables()));
    assert.equal(report.local.replacedEdits, 0);
    assert.equal(report.local.created, false);
  });

  it('are no edits when the file was only rewritten', async () => {
    const workspace = await pulled();
    execute(workspace.database, 'VACUUM', 'CREATE TABLE mine (a)', 'CREATE INDEX more ON users (active)');
    const report = await workspace.pull(fakeProduction(scoutTables()));
    assert.equal(report.local.replacedEdits, 0);
    assert.deepEqual(query(workspace.database, 'SELECT count(*) FROM mine'), [[0n]]);
  });

  const edits: readonly { readonly what: string; readonly sql: readonly string[]; readonly rows: number }[] =
    [
      {
        what: 'inserts, updates and deletes',
        sql: [
          `INSERT INTO sections VALUES (3, 'Scouts', NULL)`,
          `UPDATE users SET full_name = 'x' WHERE id = 2`,
          `DELETE FROM "order" WHERE amount IS NULL`,
        ],
        rows: 3,
      },
      { what: 'rows of a table without a key', sql: ['DELETE FROM audit WHERE rowid = 1'], rows: 1 },
      {
        what: 'all rows of a table that has another column now',
        sql: ['ALTER TABLE users ADD COLUMN nick TEXT', `UPDATE users SET nick = 'n' WHERE id = 1`],
        rows: 4,
      },
      {
        what: 'all rows of a table whose column was renamed',
        sql: ['ALTER TABLE audit RENAME COLUMN note TO text'],
        rows: 3,
      },
    ];
  for (const { what, sql, rows } of edits) {
    it(`are counted and kept in the backup: ${what}`, async () => {
      const workspace = await pulled();
      execute(workspace.database, ...sql);
      const [before, edited] = [bytesOf(workspace.database), dump(workspace.database)];
      const error = await expectError('LOCAL_EDITS', () => workspace.pull(fakeProduction(scoutTables())));
      assert.deepEqual(error.details, { edits: rows });
      assert.equal(error.exitCode, 3);
      assert.deepEqual(bytesOf(workspace.database), before);
      const report = await workspace.pull(fakeProduction(scoutTables()), { replaceLocalEdits: true });
      assert.equal(report.local.replacedEdits, rows);
      assert.equal(dump(report.local.backup ?? ''), edited);
      assert.notEqual(dump(workspace.database), edited);
    });
  }

  it('are those of tables that were never pulled', async () => {
    const workspace = testWorkspace(folder());
    execute(workspace.database, 'CREATE TABLE Users (mine)', 'INSERT INTO Users VALUES (1), (2)');
    const error = await expectError('LOCAL_EDITS', () => workspace.pull(fakeProduction(scoutTables())));
    assert.deepEqual(error.details, { edits: 2 });
    assert.deepEqual(query(workspace.database, 'SELECT mine FROM Users'), [[1n], [2n]]);
  });

  it('are no edits when they came from the other target a moment ago', async () => {
    const workspace = testWorkspace(folder(), { targets: { production: {}, staging: {} } });
    await workspace.pull(fakeProduction(scoutTables()));
    const staging = fakeProduction(
      scoutTables()
        .slice(1, 2)
        .map((each) => ({ ...each, rows: each.rows.slice(1) })),
    );
    const report = await workspace.pull(staging, { target: 'staging' });
    assert.equal(report.local.replacedEdits, 0);
    assert.equal(report.target, 'staging');
  });

  it('are edits when they are restored from a backup', async () => {
    const workspace = await pulled();
    await workspace.pull(fakeProduction(scoutTables()));
    execute(workspace.database, `UPDATE sections SET name = 'x'`);
    const { local } = await workspace.pull(fakeProduction(scoutTables()), { replaceLocalEdits: true });
    copyFileSync(local.backup ?? '', workspace.database);
    await expectError('LOCAL_EDITS', () => workspace.pull(fakeProduction(scoutTables())));
  });

  it('cannot be counted without the base of the last pull', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE sections SET name = 'x'`);
    rmSync(join(workspace.folder, '.syncline', 'base'), { recursive: true });
    const before = bytesOf(workspace.database);
    await expectError('LEDGER_CORRUPT', () => workspace.pull(fakeProduction(scoutTables())));
    assert.deepEqual(bytesOf(workspace.database), before);
  });

  for (const mode of ['DELETE', 'WAL']) {
    describe(`written while a pull is under way, in ${mode} mode`, () => {
      /** A pull in whose loading an app writes; the app keeps its connection, as apps do. */
      async function pullMeanwhile(
        workspace: TestWorkspace,
        options: { readonly replaceLocalEdits: boolean },
      ): ReturnType<TestWorkspace['pull']> {
        const app = new Database(workspace.database);
        app.pragma(`journal_mode = ${mode}`);
        try {
          const production = fakeProduction(scoutTables(), {
            onStep({ kind, table }) {
              if (kind === 'batch' && table === 'users')
                app.exec(`UPDATE sections SET name = 'meanwhile' WHERE id = 1`);
            },
          });
          return await workspace.pull(production, options);
        } finally {
          app.close();
        }
      }

      it('are asked for, like those from before', async () => {
        const workspace = await pulled();
        const error = await expectError('LOCAL_EDITS', () =>
          pullMeanwhile(workspace, { replaceLocalEdits: false }),
        );
        assert.deepEqual(error.details, { edits: 1 });
        assert.deepEqual(query(workspace.database, 'SELECT name FROM sections WHERE id = 1'), [
          ['meanwhile'],
        ]);
        assert.deepEqual(backups(workspace), []);
      });

      it('are in the backup', async () => {
        const workspace = await pulled();
        const { local } = await pullMeanwhile(workspace, { replaceLocalEdits: true });
        assert.equal(local.replacedEdits, 1);
        assert.deepEqual(query(local.backup ?? '', 'SELECT name FROM sections WHERE id = 1'), [
          ['meanwhile'],
        ]);
        assert.equal(backups(workspace).length, 1);
      });
    });
  }

  it('written right after the switch are seen later', async () => {
    const workspace = await pulled();
    const time = new Date(Date.now() - 60_000);
    utimesSync(workspace.database, time, time);
    await workspace.pull(fakeProduction(scoutTables()));
    execute(workspace.database, `UPDATE sections SET name = 'after' WHERE id = 1`);
    await expectError('LOCAL_EDITS', () => workspace.pull(fakeProduction(scoutTables())));
  });

  describe('are kept in backups', () => {
    it('of which the newest stay, beside what somebody else put there', async () => {
      const workspace = await pulled({ local: { path: './dev.db', backups: 2, undo: 0 } });
      mkdirSync(join(workspace.folder, '.syncline', 'backups'), { recursive: true });
      writeFileSync(join(workspace.folder, '.syncline', 'backups', '0-mine.db'), 'mine');
      for (let round = 1; round <= 4; round += 1) {
        execute(workspace.database, `UPDATE sections SET name = 'round ${round}' WHERE id = 1`);
        await workspace.pull(fakeProduction(scoutTables()), { replaceLocalEdits: true });
      }
      assert.equal(backups(workspace).length, 3);
      assert.ok(backups(workspace).includes('0-mine.db'));
      const names = backups(workspace)
        .filter((name) => name !== '0-mine.db')
        .map(
          (name) =>
            query(
              join(workspace.folder, '.syncline', 'backups', name),
              'SELECT name FROM sections WHERE id = 1',
            )[0]?.[0],
        );
      assert.deepEqual(names.sort(), ['round 3', 'round 4']);
    });

    it('which pulls that fail do not push out', async () => {
      const workspace = await pulled({ local: { path: './dev.db', backups: 1, undo: 0 } });
      execute(workspace.database, `UPDATE sections SET name = 'precious' WHERE id = 1`);
      const { local } = await workspace.pull(fakeProduction(scoutTables()), { replaceLocalEdits: true });
      for (let round = 0; round < 3; round += 1) {
        await expectError('REMOTE_CHANGED', () =>
          workspace.pull(fakeProduction(scoutTables(), { counted: { users: 9 } })),
        );
      }
      assert.equal(backups(workspace).length, 1);
      assert.deepEqual(query(local.backup ?? '', 'SELECT name FROM sections WHERE id = 1'), [['precious']]);
    });
  });
});
