import { accessSync, closeSync, constants, openSync, readSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { SynclineError } from '../../core/errors.ts';
import type { LocalInspection } from '../../core/local-ports.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteCode, sqliteError } from './errors.ts';

/** The first 16 bytes of every SQLite database (sqlite.org/fileformat2.html, section 1.3). */
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** See {@link LocalDatabase.inspect}. Reads through a read-only connection, which changes no byte of the file. */
export function inspectLocal(driver: SqliteDriver, path: string): LocalInspection {
  const stats = statOf(path);
  if (stats === undefined) {
    requireWritableFolder(path);
    return { exists: false, bytes: 0, tables: [], schemaVersion: 0, fingerprint: 'none' };
  }
  if (stats.isDirectory()) throw new SynclineError('LOCAL_IS_DIRECTORY', `${path} is a folder.`, { path });
  requireWritableFile(path, stats);
  requireWritableFolder(path);
  const fingerprint = fingerprintOf(path, stats);
  if (stats.size === 0) return { exists: false, bytes: 0, tables: [], schemaVersion: 0, fingerprint };
  if (!startsWithMagic(path)) {
    throw new SynclineError('LOCAL_NOT_A_DATABASE', `${path} is not a SQLite database.`, { path });
  }
  const connection = openForReading(driver, path);
  try {
    const tables = connection
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
      )
      .pluck()
      .all();
    const schemaVersion = Number(connection.pragma('schema_version', { simple: true }));
    return { exists: true, bytes: stats.size, tables, schemaVersion, fingerprint };
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
    const verdict = connection.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw new SynclineError('LOCAL_CORRUPT', `${path} is damaged.`, { path });
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
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

/** Size and time of the file and of its write-ahead log; whoever writes a row changes one of them. */
export function fingerprintOf(path: string, stats = statOf(path)): string {
  const log = statOf(`${path}-wal`);
  return [stats, log].map((file) => (file === undefined ? '-' : `${file.size}:${file.mtimeMs}`)).join('/');
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new SynclineError('LOCAL_DIRECTORY_MISSING', `${path} cannot be reached.`, { path }, { cause });
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

function startsWithMagic(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new SynclineError('LOCAL_READ_ONLY', `${path} cannot be read.`, { path }, { cause });
  }
  try {
    const head = Buffer.alloc(MAGIC.length);
    readSync(file, head, 0, head.length, 0);
    return head.equals(MAGIC);
  } finally {
    closeSync(file);
  }
}
