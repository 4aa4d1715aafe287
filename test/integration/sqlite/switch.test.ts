import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { index, required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { switchToRows, type StagedTable } from '../../support/staged.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const USERS = table(
  'users',
  { id: required(type.bigint), name: required(type.text), boss: type.bigint },
  {
    key: ['id'],
    references: [{ columns: ['boss'], table: 'users', to: ['id'] }],
    indexes: [index('users_by_name', ['name'])],
  },
);

/** Local users from before: another definition, a user's index and trigger, and a table of the user's own. */
const LOCAL_APP = [
  'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)',
  `INSERT INTO users VALUES (1, 'old'), (7, 'gone')`,
  'CREATE INDEX by_upper_name ON users (upper(name))',
  'CREATE TABLE log (line TEXT)',
  `CREATE TRIGGER audit AFTER INSERT ON users BEGIN INSERT INTO log VALUES (NEW.name); END`,
  `CREATE TRIGGER farewell AFTER DELETE ON users BEGIN INSERT INTO log VALUES (OLD.name); END`,
  'CREATE VIEW names AS SELECT name FROM users',
  'CREATE TABLE favourites (user_id INTEGER REFERENCES users (id) ON DELETE CASCADE)',
  'INSERT INTO favourites VALUES (1), (7)',
];

function users(...names: readonly string[]): StagedTable {
  return { table: USERS, rows: names.map((name, at) => [BigInt(at + 1), name, at === 0 ? null : 1n]) };
}

describe('switching the local database', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  let impatient: LocalDatabase;
  before(async () => {
    const driver = await loadSqliteDriver();
    local = sqliteLocalDatabase(driver);
    impatient = sqliteLocalDatabase({
      open: (path, options) => driver.open(path, { ...options, busyTimeout: 0 }),
    });
  });
  const app = (): string => {
    const path = join(folder(), 'dev.db');
    execute(path, ...LOCAL_APP);
    return path;
  };

  describe('to a new file', () => {
    it('makes it whole, and leaves nothing beside it', async () => {
      const path = join(folder(), 'dev.db');
      const result = await switchToRows(local, path, [users('Ada', 'Zoe')]);
      assert.deepEqual(query(path, 'SELECT id, name, boss FROM users'), [
        [1n, 'Ada', null],
        [2n, 'Zoe', 1n],
      ]);
      assert.deepEqual(query(path, 'PRAGMA foreign_key_check'), []);
      assert.deepEqual(query(path, 'PRAGMA integrity_check'), [['ok']]);
      assert.deepEqual(readdirSync(join(path, '..')).sort(), ['dev.db', 'stage.db']);
      assert.deepEqual(result.dropped, []);
      assert.equal(result.fingerprint, local.fingerprint(path));
    });

    it('replaces a file of no bytes', async () => {
      const path = join(folder(), 'dev.db');
      writeFileSync(path, '');
      await switchToRows(local, path, [users('Ada')]);
      assert.deepEqual(query(path, 'SELECT name FROM users'), [['Ada']]);
    });

    it('does not replace a database that somebody else made meanwhile', async () => {
      const path = join(folder(), 'dev.db');
      await expectError('LOCAL_LOCKED', () =>
        switchToRows(local, path, [users('Ada')], {
          beforeCommit: () => execute(path, 'CREATE TABLE mine (a)', 'INSERT INTO mine VALUES (1)'),
        }),
      );
      assert.deepEqual(query(path, 'SELECT a FROM mine'), [[1n]]);
      assert.deepEqual(readdirSync(join(path, '..')).sort(), ['dev.db', 'stage.db']);
    });

    it('leaves no file when it is not committed', async () => {
      const path = join(folder(), 'dev.db');
      const refuse = (): never => {
        throw new Error('the ledger is full');
      };
      await assert.rejects(switchToRows(local, path, [users('Ada')], { beforeCommit: refuse }));
      assert.equal(existsSync(path), false);
      assert.deepEqual(readdirSync(join(path, '..')), ['stage.db']);
    });

    it('gives equal files for equal rows', async () => {
      const paths = [join(folder(), 'dev.db'), join(folder(), 'dev.db')];
      for (const path of paths) await switchToRows(local, path, [users('Ada', 'Zoe', 'Eve')]);
      assert.deepEqual(bytesOf(paths[0]!), bytesOf(paths[1]!));
    });
  });

  for (const mode of ['DELETE', 'WAL']) {
    describe(`in an existing file in ${mode} mode`, () => {
      const existing = (): string => {
        const path = app();
        execute(path, `PRAGMA journal_mode = ${mode}`);
        return path;
      };

      it("replaces the tables, and keeps the user's own tables, indexes, triggers and views", async () => {
        const path = existing();
        const result = await switchToRows(local, path, [users('Ada', 'Zoe')]);
        assert.deepEqual(query(path, 'SELECT name FROM names'), [['Ada'], ['Zoe']]);
        assert.deepEqual(query(path, 'SELECT line FROM log'), [], 'no trigger fired');
        assert.deepEqual(
          query(path, `SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') ORDER BY name`),
          [['audit'], ['by_upper_name'], ['farewell'], ['users_by_name']],
        );
        assert.deepEqual(result.dropped, []);
        assert.deepEqual(result.danglingElsewhere, [{ table: 'favourites', rows: 1 }]);
        assert.deepEqual(query(path, 'SELECT user_id FROM favourites'), [[1n], [7n]], 'nothing cascades');
        assert.deepEqual(query(path, 'PRAGMA journal_mode'), [[mode.toLowerCase()]]);
        assert.equal(result.fingerprint, local.fingerprint(path));
        execute(path, `INSERT INTO users (id, name) VALUES (9, 'Eve')`);
        assert.deepEqual(query(path, 'SELECT line FROM log'), [['Eve']], 'the trigger works again');
        assert.notEqual(result.fingerprint, local.fingerprint(path));
      });

      it('has the new rows twice the same, however often', async () => {
        const path = existing();
        await switchToRows(local, path, [users('Ada', 'Zoe')]);
        const once = dump(path);
        await switchToRows(local, path, [users('Ada', 'Zoe')]);
        assert.equal(dump(path), once);
      });

      it('is as it was when the last word is no', async () => {
        const path = existing();
        const before = bytesOf(path);
        await assert.rejects(
          switchToRows(local, path, [users('Ada')], {
            beforeCommit: () => {
              throw new Error('the ledger is full');
            },
          }),
        );
        assert.deepEqual(bytesOf(path), before);
      });

      it('is as it was when the rows do not fit together', async () => {
        const path = existing();
        const before = bytesOf(path);
        const dangling: StagedTable = { table: USERS, rows: [[1n, 'Ada', 99n]] };
        await expectError('FOREIGN_KEY_VIOLATIONS', () => switchToRows(local, path, [dangling]));
        assert.deepEqual(bytesOf(path), before);
      });

      it('is refused while another program writes, and is as it was', async () => {
        const path = existing();
        const writer = new Database(path);
        writer.exec(`BEGIN IMMEDIATE; INSERT INTO log VALUES ('unfinished')`);
        try {
          await expectError('LOCAL_LOCKED', () => switchToRows(impatient, path, [users('Ada')]));
        } finally {
          writer.close();
        }
        assert.deepEqual(query(path, 'SELECT name FROM users'), [['old'], ['gone']]);
      });

      it('moves the schema cookie by a leap that no program makes by altering the schema', async () => {
        const path = existing();
        const before = local.inspect(path).schemaVersion;
        let told = { before: 0, after: 0 };
        await switchToRows(local, path, [users('Ada')], { beforeCommit: (cookies) => (told = cookies) });
        const after = local.inspect(path).schemaVersion;
        assert.deepEqual(told, { before, after });
        assert.ok(after - before >= 10_000);
      });

      it('does not take for its own what an app that waited writes right after it', async () => {
        const path = existing();
        let written: Promise<unknown> = Promise.resolve();
        const result = await switchToRows(local, path, [users('Ada')], {
          async onLocked() {
            const waiting = waitingWriter(path, `INSERT INTO log VALUES ('at once')`);
            written = waiting.done;
            await waiting.started;
          },
        });
        await written;
        assert.deepEqual(query(path, 'SELECT line FROM log'), [['at once']]);
        // Long enough for the file to have one fingerprint.
        await pause(100);
        assert.notEqual(result.fingerprint, local.fingerprint(path));
      });

      it('lets the last look at the old rows happen when nobody can write any more', async () => {
        const path = existing();
        let seen: unknown;
        await switchToRows(impatient, path, [users('Ada')], {
          async onLocked() {
            await expectError('LOCAL_LOCKED', () => impatient.checkWritable(path));
            await impatient.backup(path, join(path, '..', 'backup.db'), new AbortController().signal);
            seen = query(path, 'SELECT name FROM users');
          },
        });
        assert.deepEqual(seen, [['old'], ['gone']]);
        assert.deepEqual(query(join(path, '..', 'backup.db'), 'SELECT name FROM users'), seen);
        assert.deepEqual(query(path, 'SELECT name FROM users'), [['Ada']]);
      });
    });
  }

  /** Another process that waits for the write lock and writes as soon as it gets it. */
  function waitingWriter(
    path: string,
    sql: string,
  ): { readonly started: Promise<void>; readonly done: Promise<unknown> } {
    const script = `
      const connection = new (require('better-sqlite3'))(process.argv[1], { timeout: 20000 });
      console.log('started');
      connection.exec(process.argv[2]);
    `;
    const child = spawn(process.execPath, ['-e', script, path, sql], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const done = new Promise((resolve) => child.once('close', resolve));
    // SQLite asks for the lock again and again: a moment after its first try it is surely waiting.
    const started = new Promise<void>((resolve) => child.stdout.once('data', () => setTimeout(resolve, 100)));
    return { started, done };
  }

  it('commits under the eyes of a reader in WAL mode, who keeps what he sees', async () => {
    const path = app();
    execute(path, 'PRAGMA journal_mode = WAL');
    const reader = new Database(path, { readonly: true });
    reader.exec('BEGIN');
    const names = reader.prepare<[], string>('SELECT name FROM users').pluck();
    try {
      assert.deepEqual(names.all(), ['old', 'gone']);
      const { fingerprint } = await switchToRows(impatient, path, [users('Ada')]);
      assert.deepEqual(names.all(), ['old', 'gone']);
      reader.exec('ROLLBACK');
      assert.deepEqual(names.all(), ['Ada']);
      assert.equal(local.fingerprint(path), fingerprint);
    } finally {
      reader.close();
    }
  });
});
