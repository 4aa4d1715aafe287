import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { SynclineError, toSynclineError } from '../../../src/core/errors.ts';
import type { LocalDatabase } from '../../../src/core/local-ports.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { sqliteLocalDatabase } from '../../../src/databases/sqlite/local-database.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { applyTo, bring, syncedFiles, type SyncedFiles } from '../../support/synced-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { blogFiles, USERS, POSTS } from './blog-files.ts';

describe('incoming rows that cannot be applied', () => {
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
  const blog = (): SyncedFiles => blogFiles(local, folder());

  /** Expects a refusal that leaves the local file and the base as they were, and no transaction open. */
  async function expectRefusal(
    files: SyncedFiles,
    code: SynclineError['code'],
    work: () => unknown,
  ): Promise<SynclineError> {
    const before = [bytesOf(files.localPath), dump(files.localPath), dump(files.basePath)];
    const error = await expectError(code, () => {
      try {
        return work();
      } catch (thrown) {
        throw toSynclineError(thrown);
      }
    });
    assert.deepEqual([bytesOf(files.localPath), dump(files.localPath), dump(files.basePath)], before);
    execute(files.localPath, 'BEGIN EXCLUSIVE; ROLLBACK');
    return error;
  }

  it('because production’s rows refer to nothing, change nothing', async () => {
    const files = blog();
    bring(local, files, [
      { table: 'users', cells: [4n, 'd@x', 'Dan'] },
      { table: 'posts', cells: ['news', 9n, 99n, 'nobody’s'] },
    ]);
    const error = await expectRefusal(files, 'FOREIGN_KEY_VIOLATIONS', () => applyTo(local, files));
    assert.match(error.message, /posts to users \(1\)/);
  });

  it('because production’s rows lose what they refer to, change nothing', async () => {
    const files = blog();
    bring(local, files, [
      { table: 'users', gone: [1n] },
      { table: 'users', cells: [2n, 'b@x', 'Bob!'] },
    ]);
    await expectRefusal(files, 'FOREIGN_KEY_VIOLATIONS', () => applyTo(local, files));
  });

  it('because one of them breaks a check by itself, change nothing and name it', async () => {
    const aged = table(
      'aged',
      { id: required(type.int), age: type.int },
      { key: ['id'], checks: [{ name: 'grown', expression: 'age > 17' }] },
    );
    const files = syncedFiles(local, folder(), [{ table: aged, rows: [[1n, 20n]] }]);
    for (const id of [1n, 2n]) {
      bring(local, files, [{ table: 'aged', cells: [id, 3n] }]);
      const error = await expectRefusal(files, 'CONSTRAINT_VIOLATION', () => applyTo(local, files));
      assert.match(error.message, /grown/);
      assert.doesNotMatch(error.message, /3/);
    }
  });

  it('because the local table was altered, change nothing and say so', async () => {
    for (const alter of ['ALTER TABLE posts ADD COLUMN mine', 'DROP TABLE posts']) {
      const files = blog();
      execute(files.localPath, alter);
      bring(local, files, [{ table: 'posts', gone: ['news', 2n] }]);
      const error = await expectRefusal(files, 'FULL_PULL_NEEDED', () => applyTo(local, files));
      assert.match(error.message, /posts/);
    }
  });

  it('because another program writes, change nothing, and can be applied afterwards', async () => {
    const files = blog();
    bring(local, files, [{ table: 'users', cells: [1n, 'a@x', 'new'] }]);
    const other = new Database(files.localPath);
    other.exec('BEGIN IMMEDIATE');
    await expectError('LOCAL_LOCKED', () => applyTo(impatient, files));
    other.exec('ROLLBACK');
    other.close();
    assert.equal(applyTo(local, files).tables[0]?.updated, 1);
  });

  it('because they were cancelled, or the ledger failed, change nothing', async () => {
    const files = blog();
    bring(local, files, [{ table: 'users', cells: [1n, 'a@x', 'new'] }]);
    await expectRefusal(files, 'CANCELLED', () => applyTo(local, files, { signal: AbortSignal.abort() }));
    const failing = (): never => {
      throw new SynclineError('DISK_FULL', 'The ledger is full.');
    };
    await expectRefusal(files, 'DISK_FULL', () => applyTo(local, files, { beforeCommit: failing }));
  });

  it('can be applied again, with the same rows held', async () => {
    const files = blog();
    execute(
      files.localPath,
      'PRAGMA foreign_keys = OFF',
      `UPDATE users SET name = 'local' WHERE id = 1`,
      'DELETE FROM users WHERE id = 2',
    );
    bring(local, files, [
      { table: 'users', cells: [1n, 'a@x', 'production'] },
      { table: 'posts', cells: ['news', 5n, 2n, 'five'] },
      { table: 'users', cells: [3n, 'c@x', 'Cyd'] },
    ]);
    const failing = (): never => {
      throw new SynclineError('DISK_FULL', 'The ledger is full.');
    };
    await expectRefusal(files, 'DISK_FULL', () => applyTo(local, files, { beforeCommit: failing }));
    execute(files.localPath, `UPDATE users SET name = 'Ada' WHERE id = 1`);
    const { held } = applyTo(local, files);
    assert.deepEqual(
      held.map((row) => row.key),
      [['news', 5n]],
    );
    local.advanceBase(files.basePath, files.incomingPath, files.tables);
    assert.deepEqual(query(files.basePath, 'SELECT name FROM users ORDER BY id'), [
      ['production'],
      ['Bob'],
      ['Cyd'],
    ]);
  });
});

/** Applies in a process of its own, which is killed right before or right after it commits the local file. */
function applyAndDie(files: SyncedFiles, moment: 'before' | 'after'): void {
  const source = (path: string): string =>
    new URL(`../../../src/databases/sqlite/${path}`, import.meta.url).href;
  const script = `
    const { loadSqliteDriver } = await import(${JSON.stringify(source('driver.ts'))});
    const { applyIncoming } = await import(${JSON.stringify(source('apply-incoming.ts'))});
    const files = JSON.parse(process.argv[1]);
    const driver = await loadSqliteDriver();
    const mortal = {
      open(path, options) {
        const connection = driver.open(path, options);
        const exec = connection.exec.bind(connection);
        if (path === files.localPath) {
          connection.exec = (sql) => {
            if (sql === 'COMMIT' && ${moment === 'before'}) process.kill(process.pid, 'SIGKILL');
            exec(sql);
            if (sql === 'COMMIT') process.kill(process.pid, 'SIGKILL');
          };
        }
        return connection;
      },
    };
    const nothing = () => undefined;
    const { signal } = new AbortController();
    applyIncoming(mortal, { ...files, allTables: files.tables, signal, onHeld: nothing, beforeCommit: nothing });
  `;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(files)], {
    encoding: 'utf8',
  });
  assert.equal(ended.signal, 'SIGKILL', ended.stderr);
}

describe('applying incoming rows', () => {
  const folder = temporaryFolders();
  let local: LocalDatabase;
  before(async () => {
    local = sqliteLocalDatabase(await loadSqliteDriver());
  });

  for (const mode of ['DELETE', 'WAL']) {
    for (const moment of ['before', 'after'] as const) {
      it(`is done or not done by a process that is killed ${moment} the commit, in ${mode} mode`, () => {
        const files = blogFiles(local, folder());
        execute(
          files.localPath,
          `PRAGMA journal_mode = ${mode}`,
          `UPDATE users SET name = 'local' WHERE id = 1`,
        );
        bring(local, files, [
          { table: 'users', cells: [1n, 'a@x', 'production'] },
          { table: 'users', cells: [2n, 'b@x', 'Bob!'] },
        ]);
        const before = dump(files.localPath);
        applyAndDie(files, moment);
        if (moment === 'before') {
          assert.equal(dump(files.localPath), before);
          return;
        }
        assert.deepEqual(query(files.localPath, 'SELECT name FROM users ORDER BY id'), [
          ['local'],
          ['Bob!'],
          [null],
        ]);
        local.advanceBase(files.basePath, files.incomingPath, files.tables);
        assert.deepEqual(query(files.basePath, 'SELECT name FROM users ORDER BY id'), [
          ['Ada'],
          ['Bob!'],
          [null],
        ]);
      });
    }
  }

  it('look rows up by their keys only, however big the tables are', async () => {
    const plans: string[] = [];
    const driver = await loadSqliteDriver();
    const explaining = sqliteLocalDatabase({
      open(path, options) {
        const connection = driver.open(path, options);
        const explain = (sql: string): void => {
          if (!/^\s*(?:SELECT|INSERT|UPDATE|DELETE)/i.test(sql)) return;
          for (const part of sql.split(';\n')) {
            const parameters = new Array<null>(part.split('?').length - 1).fill(null);
            const rows = connection
              .prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${part}`)
              .all(...parameters);
            plans.push(...rows.map(({ detail }) => `${basename(path)}: ${detail}`));
          }
        };
        return new Proxy(connection, {
          get(target, property) {
            const value: unknown = Reflect.get(target, property, target);
            if (typeof value !== 'function') return value;
            return (...parameters: unknown[]): unknown => {
              if (property === 'prepare' || property === 'exec') explain(String(parameters[0]));
              return (value as (...all: unknown[]) => unknown).apply(target, parameters);
            };
          },
        });
      },
    });
    const count = 20_000;
    const users = Array.from({ length: count }, (_, at): Row => [BigInt(at), `${at}@x`, null]);
    const posts = Array.from({ length: count }, (_, at): Row => [`b${at % 9}`, BigInt(at), BigInt(at), 't']);
    const files = syncedFiles(local, folder(), [
      { table: USERS, rows: users },
      { table: POSTS, rows: posts },
    ]);
    bring(local, files, [
      { table: 'users', cells: [1n, '2@x', 'swapped'] },
      { table: 'users', cells: [2n, '1@x', 'swapped'] },
      { table: 'users', cells: [90_001n, 'new@x', null] },
      { table: 'posts', cells: ['b3', 3n, 90_001n, 't'] },
      { table: 'posts', gone: ['b5', 5n] },
      { table: 'users', gone: [5n] },
    ]);
    assert.deepEqual(
      applyTo(explaining, files).tables.map(({ inserted, updated, deleted }) => [inserted, updated, deleted]),
      [
        [1, 2, 1],
        [0, 1, 1],
      ],
    );
    explaining.advanceBase(files.basePath, files.incomingPath, files.tables);
    assert.ok(
      plans.some((plan) => /^incoming.db: SEARCH base.posts USING .*\(blog=\? AND no=\?\)/.test(plan)),
    );
    assert.ok(plans.some((plan) => /^base.db: SEARCH main.posts USING .*\(blog=\? AND no=\?\)/.test(plan)));
    // What is read from end to end is as small as the change: the incoming rows, and the temporary tables.
    const small = /^incoming.db: SCAN main|SCAN (?:temp|incoming)\.|SCAN main.sqlite_schema|VIRTUAL TABLE/;
    assert.deepEqual(
      plans.filter((plan) => plan.includes('AUTOMATIC')),
      [],
    );
    const scans = plans.filter((plan) => plan.includes('SCAN') && !small.test(plan));
    assert.deepEqual([...new Set(scans)], ['dev.db: SCAN n', 'dev.db: SCAN t']);
  });
});
