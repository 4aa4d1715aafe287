import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { crashWithTransaction } from '../../support/crashed-writer.ts';
import { expectError } from '../../support/expect-error.ts';
import { skip } from '../../support/skip.ts';
import { bytesOf, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const NOTES = [
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
  `INSERT INTO notes SELECT value, hex(randomblob(500)) FROM generate_series(1, 200)`.replace(
    'generate_series(1, 200)',
    '(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 200) SELECT value FROM n)',
  ),
];

describe('inspecting the local file', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });

  function notes(): string {
    const path = join(folder(), 'dev.db');
    execute(path, ...NOTES);
    return path;
  }

  it('finds the tables, and changes no byte', () => {
    const path = notes();
    const before = bytesOf(path);
    const found = local.inspect(path);
    local.requireSound(path);
    local.checkWritable(path);
    assert.deepEqual(found.tables, ['notes']);
    assert.equal(found.exists, true);
    assert.equal(found.bytes, readFileSync(path).length);
    assert.deepEqual(bytesOf(path), before);
  });

  it('takes no file, and one of no bytes, for a database that does not exist yet', () => {
    const path = join(folder(), 'dev.db');
    assert.equal(local.inspect(path).exists, false);
    assert.equal(existsSync(path), false);
    writeFileSync(path, '');
    assert.equal(local.inspect(path).exists, false);
    assert.equal(readFileSync(path).length, 0);
  });

  describe('refuses, and leaves every byte as it was', () => {
    interface Refusal {
      readonly what: string;
      readonly code: ErrorCode;
      /** Makes the bad input in an empty folder; returns the path to inspect. */
      readonly make: (at: string) => string;
    }
    const file = (at: string, name: string, content: string | Buffer): string => {
      writeFileSync(join(at, name), content);
      return join(at, name);
    };
    const database = (at: string): string => {
      execute(join(at, 'dev.db'), ...NOTES);
      return join(at, 'dev.db');
    };
    const refusals: readonly Refusal[] = [
      { what: 'a missing folder', code: 'LOCAL_DIRECTORY_MISSING', make: (at) => join(at, 'none', 'dev.db') },
      {
        what: 'a file in the place of the folder',
        code: 'LOCAL_DIRECTORY_MISSING',
        make: (at) => join(file(at, 'folder', 'text'), 'dev.db'),
      },
      { what: 'a folder', code: 'LOCAL_IS_DIRECTORY', make: (at) => at },
      {
        what: 'a read-only file',
        code: 'LOCAL_READ_ONLY',
        make(at) {
          chmodSync(database(at), 0o444);
          return join(at, 'dev.db');
        },
      },
      {
        what: 'a read-only folder with a database',
        code: 'LOCAL_READ_ONLY',
        make(at) {
          mkdirSync(join(at, 'folder'));
          const path = database(join(at, 'folder'));
          chmodSync(join(at, 'folder'), 0o555);
          return path;
        },
      },
      {
        what: 'a read-only folder without one',
        code: 'LOCAL_READ_ONLY',
        make(at) {
          mkdirSync(join(at, 'folder'), 0o555);
          return join(at, 'folder', 'dev.db');
        },
      },
      {
        what: 'a text file',
        code: 'LOCAL_NOT_A_DATABASE',
        make: (at) => file(at, 'dev.db', 'id,name\n1,Ada\n'),
      },
      {
        what: 'a file shorter than the magic',
        code: 'LOCAL_NOT_A_DATABASE',
        make: (at) => file(at, 'dev.db', 'SQLite'),
      },
      {
        what: 'the magic and nothing else',
        code: 'LOCAL_NOT_A_DATABASE',
        make: (at) =>
          file(at, 'dev.db', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(84, 7)])),
      },
      {
        what: 'a damaged page of the schema',
        code: 'LOCAL_CORRUPT',
        make(at) {
          const bytes = readFileSync(database(at));
          bytes.fill(0xff, 100, 4096);
          return file(at, 'dev.db', bytes);
        },
      },
      {
        what: 'a damaged page of a table',
        code: 'LOCAL_CORRUPT',
        make(at) {
          const bytes = readFileSync(database(at));
          bytes.fill(0xff, 4096 * 3, 4096 * 5);
          return file(at, 'dev.db', bytes);
        },
      },
      {
        what: 'a database cut short',
        code: 'LOCAL_CORRUPT',
        make(at) {
          truncateSync(database(at), 4096 * 10);
          return join(at, 'dev.db');
        },
      },
    ];
    for (const { what, code, make } of refusals) {
      it(`${what}: ${code}`, async () => {
        const at = folder();
        const path = make(at);
        const before = existsSync(path) && path !== at ? bytesOf(path) : undefined;
        const error = await expectError(code, () => {
          local.inspect(path);
          local.requireSound(path);
        });
        assert.ok(error.remedy.length > 0);
        if (before !== undefined) assert.deepEqual(bytesOf(path), before);
      });
    }

    it('what is no file at all, such as a pipe: LOCAL_NOT_A_DATABASE', async function () {
      const path = join(folder(), 'dev.db');
      if (spawnSync('mkfifo', [path]).status !== 0) skip(this, 'no mkfifo on this system', 'tool');
      await expectError('LOCAL_NOT_A_DATABASE', () => local.inspect(path));
    });

    it('a lock of another writer: LOCAL_LOCKED, in rollback and in WAL mode', async () => {
      for (const mode of ['DELETE', 'WAL']) {
        const path = notes();
        execute(path, `PRAGMA journal_mode = ${mode}`);
        const writer = new Database(path);
        writer.exec('BEGIN IMMEDIATE');
        try {
          await expectError('LOCAL_LOCKED', () => quickly().checkWritable(path));
        } finally {
          writer.close();
        }
        quickly().checkWritable(path);
      }
    });
  });

  /** The same database, without the wait of five seconds for a lock. */
  function quickly(): LocalDatabase {
    return impatient;
  }
  let impatient: LocalDatabase;
  before(async () => {
    const driver = await loadSqliteDriver();
    impatient = sqliteLocalDatabase({
      open: (path, options) => driver.open(path, { ...options, busyTimeout: 0 }),
    });
  });

  describe('accepts what is not damaged', () => {
    it('rows that break constraints of their own table', () => {
      const path = join(folder(), 'dev.db');
      execute(
        path,
        'CREATE TABLE t (a INTEGER CHECK (a > 0), b TEXT, c INTEGER)',
        'PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (-1, 2, 3)',
        // Rows from before an ALTER keep NULL in a column that is NOT NULL since; a retyped column keeps its numbers.
        `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a INTEGER CHECK (a > 0), b TEXT, c TEXT)'`,
      );
      local.inspect(path);
      local.requireSound(path);
    });

    it('an index under a collation that only the app knows', () => {
      const path = join(folder(), 'dev.db');
      execute(
        path,
        'CREATE TABLE t (a TEXT)',
        `INSERT INTO t VALUES ('x'), ('y')`,
        'CREATE INDEX i ON t (a)',
        `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (a COLLATE LOCALIZED)' WHERE name = 'i'`,
      );
      local.inspect(path);
      local.requireSound(path);
    });

    it('a virtual table of a module that only the app knows', () => {
      const path = join(folder(), 'dev.db');
      execute(
        path,
        'CREATE TABLE t (a TEXT)',
        `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING app_module(x)')`,
      );
      assert.deepEqual([...local.inspect(path).tables].sort(), ['t', 'v']);
      local.requireSound(path);
    });

    it('a symbolic link to a database', () => {
      const at = folder();
      execute(join(at, 'real.db'), ...NOTES);
      symlinkSync(join(at, 'real.db'), join(at, 'dev.db'));
      assert.deepEqual(local.inspect(join(at, 'dev.db')).tables, ['notes']);
    });
  });

  describe('after a crash of the app', () => {
    it('reads the committed rows of a write-ahead log, and leaves file and log as they are', () => {
      const path = notes();
      crashWithTransaction(path, { mode: 'WAL', commit: true });
      const before = bytesOf(path);
      assert.ok(before['-wal']);
      assert.deepEqual([...local.inspect(path).tables].sort(), ['added', 'notes']);
      local.requireSound(path);
      local.checkWritable(path);
      assert.deepEqual(bytesOf(path), before);
    });

    it('finishes the rollback of a hot journal, as whoever opens the file next would', () => {
      const path = notes();
      const rows = query(path, 'SELECT * FROM notes');
      crashWithTransaction(path, { mode: 'DELETE', commit: false });
      assert.ok(bytesOf(path)['-journal']);
      assert.deepEqual(local.inspect(path).tables, ['notes']);
      local.requireSound(path);
      assert.deepEqual(query(path, 'SELECT * FROM notes'), rows);
    });
  });

  describe('the fingerprint', () => {
    for (const mode of ['DELETE', 'WAL']) {
      it(`changes with every write in ${mode} mode, however quick`, () => {
        const path = notes();
        execute(path, `PRAGMA journal_mode = ${mode}`);
        const app = new Database(path);
        try {
          // Without syncs many writes fall into one tick of the file system's clock, and the log is soon written from
          // its beginning again, so that neither time nor size tells them apart.
          app.pragma('synchronous = OFF');
          app.pragma('wal_autocheckpoint = 4');
          const update = app.prepare(`UPDATE notes SET body = printf('%01000d', ?) WHERE id = 1`);
          const seen = new Set([local.fingerprint(path)]);
          for (let round = 0; round < 200; round += 1) {
            update.run(round);
            seen.add(local.fingerprint(path));
          }
          assert.equal(seen.size, 201);
        } finally {
          app.close();
        }
      });

      it(`does not change when a database in ${mode} mode is only looked at`, () => {
        const path = notes();
        execute(path, `PRAGMA journal_mode = ${mode}`);
        setBack(path);
        const before = local.fingerprint(path);
        local.inspect(path);
        local.requireSound(path);
        local.checkWritable(path);
        assert.equal(local.fingerprint(path), before);
      });
    }

    it('never equals another while a second write may hide behind the same tick of the clock', () => {
      const path = notes();
      assert.notEqual(local.fingerprint(path), local.fingerprint(path));
      setBack(path);
      assert.equal(local.fingerprint(path), local.fingerprint(path));
    });

    /** As if the file had last been written a minute ago. */
    function setBack(path: string): void {
      const time = new Date(Date.now() - 60_000);
      utimesSync(path, time, time);
    }
  });
});
