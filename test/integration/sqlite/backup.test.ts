import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

/** Large enough for several steps: 40 MB. */
const LARGE = [
  'CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL, filler BLOB)',
  `INSERT INTO accounts WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
   SELECT i, 0, zeroblob(4000) FROM n`,
];

describe('backing the local database up', () => {
  const folder = temporaryFolders();
  const never = new AbortController().signal;
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });

  it('copies everything, and changes nothing', async () => {
    const at = folder();
    const path = join(at, 'dev.db');
    execute(path, 'CREATE TABLE t (a)', `INSERT INTO t VALUES ('x'), (NULL), (9007199254740993), (x'00')`);
    const before = bytesOf(path);
    await local.backup(path, join(at, 'backups', 'one.db'), never);
    assert.equal(dump(join(at, 'backups', 'one.db')), dump(path));
    assert.deepEqual(bytesOf(path), before);
    assert.deepEqual(local.list(join(at, 'backups')), [join(at, 'backups', 'one.db')]);
  });

  for (const mode of ['WAL', 'DELETE']) {
    it(`is one moment of a database that an app keeps writing to in ${mode} mode`, async () => {
      const at = folder();
      const path = join(at, 'dev.db');
      execute(path, `PRAGMA journal_mode = ${mode}`, ...LARGE);
      const app = new Database(path, { timeout: 5000 });
      app.pragma('synchronous = OFF');
      // Money moves from one end of the file to the other, so that a copy of two moments does not add up.
      const move = app.transaction((by: number) => {
        app.prepare('UPDATE accounts SET amount = amount - ? WHERE id = 1').run(by);
        app.prepare('UPDATE accounts SET amount = amount + ? WHERE id = 10000').run(by);
      });
      let moves = 0;
      const writing = setInterval(() => {
        move((moves += 1));
      }, 1);
      try {
        await local.backup(path, join(at, 'backup.db'), never);
      } finally {
        clearInterval(writing);
        app.close();
      }
      assert.ok(moves > 0, 'the app wrote meanwhile');
      const copied = query(join(at, 'backup.db'), 'SELECT count(*), sum(amount) FROM accounts');
      assert.deepEqual(copied, [[10000n, 0n]]);
      assert.deepEqual(query(join(at, 'backup.db'), 'PRAGMA integrity_check'), [['ok']]);
    });
  }

  it('can be cancelled, and then leaves no file', async () => {
    const at = folder();
    const path = join(at, 'dev.db');
    execute(path, ...LARGE);
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(local.backup(path, join(at, 'backups', 'one.db'), controller.signal), {
      name: 'AbortError',
    });
    assert.deepEqual(readdirSync(join(at, 'backups')), []);
  });

  it('does not take a copy that was cut off for a backup', () => {
    const at = folder();
    writeFileSync(join(at, 'one.db.syncline-partial'), 'half');
    assert.deepEqual(local.list(at), []);
    local.remove(join(at, 'one.db'));
    assert.deepEqual(readdirSync(at), []);
  });

  it('says when its folder cannot be made', async () => {
    const at = folder();
    execute(join(at, 'dev.db'), 'CREATE TABLE t (a)');
    writeFileSync(join(at, 'backups'), 'a file');
    await expectError('LOCAL_READ_ONLY', () =>
      local.backup(join(at, 'dev.db'), join(at, 'backups', 'one.db'), never),
    );
  });
});
