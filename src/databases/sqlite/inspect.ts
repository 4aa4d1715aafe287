import { accessSync, constants, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { SynclineError } from '../../core/errors.ts';
import type { LocalInspection } from '../../core/local-ports.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteCode, sqliteError } from './errors.ts';
import { fingerprintOf, statOf } from './fingerprint.ts';
import { tableNames } from './references.ts';

/** Lines of SQLite's check that speak of what rows hold, not of pages: such a database is as sound as its owner made it. */
const ABOUT_CONTENT =
  /^(?:NULL|NUMERIC|TEXT|non-\w+) value in |^CHECK constraint failed in |^(?:malformed|unable to validate the) inverted index /;

/** Most lines of SQLite's check that are read. */
const MOST_LINES = 1000;

/** See {@link LocalDatabase.inspect}. Reads through a read-only connection, which changes no byte of the file. */
export function inspectLocal(driver: SqliteDriver, path: string): LocalInspection {
  const stats = statOf(path);
  const fingerprint = fingerprintOf(path);
  if (stats?.isDirectory() === true) {
    throw new SynclineError('LOCAL_IS_DIRECTORY', `${path} is a folder.`, { path });
  }
  if (stats?.isFile() === false) {
    throw new SynclineError('LOCAL_NOT_A_DATABASE', `${path} is not a file.`, { path });
  }
  if (stats !== undefined) requireWritableFile(path, stats);
  requireWritableFolder(path);
  if (stats === undefined || stats.size === 0) {
    return { exists: false, bytes: 0, tables: [], schemaVersion: 0, fingerprint };
  }
  const connection = openForReading(driver, path);
  try {
    const schemaVersion = Number(connection.pragma('schema_version', { simple: true }));
    return { exists: true, bytes: stats.size, tables: tableNames(connection), schemaVersion, fingerprint };
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

/** See {@link LocalDatabase.requireSound}. */
export function requireSound(driver: SqliteDriver, path: string): void {
  const connection = openForReading(driver, path);
  try {
    const damage = checkPages(connection).filter((line) => line !== 'ok' && !ABOUT_CONTENT.test(line));
    if (damage.length > 0) throw new SynclineError('LOCAL_CORRUPT', `${path} is damaged.`, { path });
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

function checkPages(connection: Connection): string[] {
  const check = (argument: string): string[] =>
    connection.prepare<[], string>(`PRAGMA quick_check(${argument})`).pluck().all();
  try {
    return check(String(MOST_LINES));
  } catch (error) {
    if (!needsTheApp(error)) throw error;
    // One table at a time, without those that only the app can read: a collation, function or module of its own.
    return tableNames(connection).flatMap((table) => {
      try {
        return check(`'${table.replaceAll("'", "''")}'`);
      } catch (failure) {
        if (!needsTheApp(failure)) throw failure;
        return [];
      }
    });
  }
}

function needsTheApp(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_ERROR') === true;
}

/** A file left with a hot rollback journal cannot be read without finishing that rollback, which is what SQLite does. */
function openForReading(driver: SqliteDriver, path: string): Connection {
  const connection = driver.open(path, { mode: 'read', subject: 'local' });
  try {
    connection.pragma('schema_version');
    return connection;
  } catch (error) {
    connection.close();
    if (sqliteCode(error)?.startsWith('SQLITE_READONLY') !== true) throw sqliteError(error, 'local');
    return driver.open(path, { mode: 'write', subject: 'local' });
  }
}

function requireWritableFile(path: string, stats: Stats): void {
  // The superuser may write anything; a file without any write bit was still marked read-only by somebody.
  const marked = (stats.mode & 0o222) === 0;
  if (marked || !isAccessible(path)) {
    throw new SynclineError('LOCAL_READ_ONLY', `${path} is read-only.`, { path });
  }
}

function requireWritableFolder(path: string): void {
  const folder = dirname(path);
  const stats = statOf(folder);
  if (stats?.isDirectory() !== true) {
    throw new SynclineError('LOCAL_DIRECTORY_MISSING', `The folder ${folder} does not exist.`, { path });
  }
  if ((stats.mode & 0o222) === 0 || !isAccessible(folder)) {
    throw new SynclineError('LOCAL_READ_ONLY', `The folder ${folder} is read-only.`, { path });
  }
}

function isAccessible(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
