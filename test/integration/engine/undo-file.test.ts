import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { undo } from '../../../src/engine/undo.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction } from '../../support/fake-production.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { knownState, undoing } from '../../support/undo-state.ts';

const members = {
  table: table('members', { id: required(type.bigint), email: required(type.text) }, { key: ['id'] }),
  rows: Array.from({ length: 300 }, (_, n) => [String(n), `member${n}@scouts.test`]),
};

describe('undoing a full pull', function () {
  this.timeout(60_000);
  const folder = temporaryFolders();

  /** Pulled, edited, and pulled again with another key. */
  async function pulledTwice(mode: 'delete' | 'wal' = 'delete'): Promise<{
    workspace: TestWorkspace;
    production: FakeProduction;
    before: Awaited<ReturnType<typeof knownState>>;
  }> {
    const workspace = testWorkspace(folder());
    const production = fakeProduction([members]);
    await workspace.pull(production);
    execute(
      workspace.database,
      `PRAGMA journal_mode = ${mode}`,
      'CREATE TABLE mine (a); CREATE INDEX mine_a ON mine (a)',
      `INSERT INTO mine VALUES ('kept')`,
      'CREATE TRIGGER t AFTER DELETE ON members BEGIN INSERT INTO mine VALUES (old.id); END',
      'UPDATE members SET email = 1 WHERE id = 3',
      'PRAGMA user_version = 7',
    );
    const before = await knownState(workspace);
    await workspace.pull(production, { maskingKey: OTHER_KEY, replaceLocalEdits: true });
    assert.notEqual(dump(workspace.database), before.local);
    return { workspace, production, before };
  }

  for (const mode of ['delete', 'wal'] as const) {
    it(`brings the whole file back in place, in ${mode} mode, with programs that have it open`, async () => {
      const { workspace, before } = await pulledTwice(mode);
      const { ino } = statSync(workspace.database);
      const app = new Database(workspace.database);
      app.prepare('SELECT count(*) FROM members').get();
      const plan = await undoing(workspace, { mode: 'plan' });
      assert.equal(plan.state, 'planned');
      const report = await undoing(workspace);
      assert.equal(report.state, 'undone');
      assert.equal(statSync(workspace.database).ino, ino);
      assert.deepEqual(app.prepare('SELECT email FROM members WHERE id = 3').pluck().get(), '1');
      app.close();
      assert.deepEqual(await knownState(workspace), before);
      assert.deepEqual(query(workspace.database, 'PRAGMA user_version'), [[7n]]);
      assert.deepEqual(query(workspace.database, 'PRAGMA journal_mode'), [[mode]]);
      assert.deepEqual(query(workspace.database, 'PRAGMA integrity_check'), [['ok']]);
      const { tables } = await workspace.status();
      assert.deepEqual(tables[0]?.local, { inserted: 0, updated: 1, deleted: 0 });
    });
  }

  it('asks before it loses what was written since, and keeps it in a backup', async () => {
    const { workspace, before } = await pulledTwice();
    execute(workspace.database, 'DELETE FROM members WHERE id < 10');
    const edited = dump(workspace.database);
    await expectError('LOCAL_EDITS', () => undoing(workspace));
    assert.equal(dump(workspace.database), edited);
    const report = await undoing(workspace, { replaceLocalEdits: true });
    assert.equal(report.state, 'undone');
    assert.deepEqual(await knownState(workspace), before);
    const backups = join(workspace.folder, '.syncline', 'backups');
    const latest = readdirSync(backups)
      .filter((name) => name.endsWith('.db'))
      .sort()
      .at(-1)!;
    assert.equal(dump(join(backups, latest)), edited);
  });

  it('takes a file away that the pull created, with what the ledger knew', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction([members]));
    execute(workspace.database, 'DELETE FROM members WHERE id = 1');
    await expectError('LOCAL_EDITS', () => undoing(workspace));
    assert.equal((await undoing(workspace, { replaceLocalEdits: true })).state, 'undone');
    assert.ok(!existsSync(workspace.database));
    assert.equal(await workspace.open(({ ledger }) => ledger.pulled('production')), undefined);
    assert.deepEqual(readdirSync(join(workspace.folder, '.syncline', 'base')), []);
    await workspace.pull(fakeProduction([members]));
  });

  it('is refused while another program holds the file, which stays as it is', async () => {
    const { workspace } = await pulledTwice();
    const now = dump(workspace.database);
    const other = new Database(workspace.database);
    other.exec('BEGIN IMMEDIATE');
    await expectError('LOCAL_LOCKED', () => undoing(workspace));
    other.exec('ROLLBACK');
    other.close();
    assert.equal(dump(workspace.database), now);
    assert.equal((await undoing(workspace)).state, 'undone');
  });

  for (const [moment, marker, expected] of [
    ['before the pages are copied', /^CREATE TABLE "syncline restores/, 'old'],
    ['after them', /DROP TABLE main."syncline restores/, 'new'],
  ] as const) {
    it(`killed ${moment}, it leaves the ${expected} file, complete, and the next start says so`, async () => {
      const { workspace, before } = await pulledTwice();
      const now = await knownState(workspace);
      const driver = await loadSqliteDriver();
      const local = sqliteLocalDatabase({
        open(path, options) {
          const connection = driver.open(path, options);
          const exec = connection.exec.bind(connection);
          connection.exec = (sql) => {
            if (marker.test(sql)) throw new Error('killed');
            return exec(sql);
          };
          return connection;
        },
      });
      await assert.rejects(
        workspace.open((context) =>
          undo(
            {
              ...context,
              local,
              ledger: {
                ...context.ledger,
                end: () => undefined,
                neededBases: () => context.local.list(context.paths.bases),
              },
            },
            {
              openWriter: () => {
                throw new Error('none');
              },
              maskingKey: KEY,
              mode: 'apply',
              armed: true,
              replaceLocalEdits: false,
              who: 'test',
              signal: new AbortController().signal,
            },
          ),
        ),
      );
      assert.equal((await workspace.recover())?.database, expected);
      assert.deepEqual(await knownState(workspace), expected === 'new' ? before : now);
      if (expected === 'old') assert.equal((await undoing(workspace)).state, 'undone');
      assert.deepEqual(await knownState(workspace), before);
    });
  }
});
