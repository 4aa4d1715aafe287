import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { SynclineError } from '../../core/errors.ts';
import type { SwitchRequest, SwitchResult } from '../../core/local-ports.ts';
import { foldName } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { statOf } from './fingerprint.ts';
import { PARTIAL_SUFFIX, removeFiles } from './remove.ts';
import { danglingReferencesOf, tableNames, type DanglingReferences } from './references.ts';
import { replaceTables } from './replace-tables.ts';
import { leapSchemaVersion, schemaVersion } from './schema-cookie.ts';
import { dataVersion, settledFingerprint } from './settled-fingerprint.ts';
import { installTracking } from './tracking/install.ts';
import { removeTracking } from './tracking/objects.ts';

/** See {@link LocalDatabase.switchTo}. */
export async function switchTo(driver: SqliteDriver, request: SwitchRequest): Promise<SwitchResult> {
  try {
    return await (request.create ? create(driver, request) : switchIn(driver, request.localPath, request));
  } catch (error) {
    throw sqliteError(error, 'local');
  }
}

/** A new database is built beside its place and renamed into it. */
async function create(driver: SqliteDriver, request: SwitchRequest): Promise<SwitchResult> {
  const partial = request.localPath + PARTIAL_SUFFIX;
  removeFiles(partial);
  try {
    const result = await switchIn(driver, partial, request);
    if ((statOf(request.localPath)?.size ?? 0) > 0) {
      throw new SynclineError('LOCAL_LOCKED', `Another program made ${request.localPath} meanwhile.`);
    }
    renameSync(partial, request.localPath);
    flushFolder(dirname(request.localPath));
    return result;
  } finally {
    removeFiles(partial);
  }
}

async function switchIn(driver: SqliteDriver, path: string, request: SwitchRequest): Promise<SwitchResult> {
  const connection = driver.open(path, { mode: request.create ? 'create' : 'write', subject: 'local' });
  try {
    // The ledger says that the switch was made as soon as it is: it must not be undone by a power cut.
    connection.pragma('main.synchronous = FULL');
    // What is replaced may be an earlier raw pull: nothing of it stays behind in free pages.
    connection.pragma('main.secure_delete = ON');
    connection.prepare('ATTACH DATABASE ? AS stage').run(request.stagePath);
    connection.exec('BEGIN IMMEDIATE');
    await request.onLocked?.();
    request.signal.throwIfAborted();
    const before = schemaVersion(connection);
    removeTracking(connection);
    const dropped = replaceTables(connection, request);
    const dangling = referencesAfter(connection, request.tables);
    const after = finishSchema(connection, request, before);
    request.beforeCommit({ before, after });
    const version = dataVersion(connection);
    connection.exec('COMMIT');
    return {
      danglingElsewhere: dangling,
      dropped,
      fingerprint: settledFingerprint(connection, path, version),
    };
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  } finally {
    connection.close();
  }
}

/** Puts the log of changes in, which is empty now, and moves the schema cookie. Returns the cookie. */
function finishSchema(
  connection: Connection,
  { tables, tracking, create }: SwitchRequest,
  before: number,
): number {
  if (tracking === undefined)
    return create ? schemaVersion(connection) : leapSchemaVersion(connection, before);
  const mark = installTracking(connection, tables, tracking);
  const after = leapSchemaVersion(connection, before);
  mark(after);
  return after;
}

/** Dangling references after the change: in pulled tables they forbid it, in the user's other tables they are told. */
function referencesAfter(
  connection: Connection,
  tables: readonly LocalTable[],
): { readonly table: string; readonly rows: number }[] {
  const own = tables.flatMap((table) => danglingReferencesOf(connection, table.name));
  if (own.length > 0) {
    throw new SynclineError(
      'FOREIGN_KEY_VIOLATIONS',
      `Rows refer to missing rows: ${own.map((found) => `${found.table} to ${found.parent} (${found.rows})`).join(', ')}.`,
      { tables: own.map((found) => found.table) },
    );
  }
  const pulled = new Set(tables.map((table) => foldName(table.name)));
  return tableNames(connection)
    .filter((name) => !pulled.has(foldName(name)))
    .flatMap((name) => danglingInUsersTable(connection, name))
    .map(({ table, rows }) => ({ table, rows }));
}

function danglingInUsersTable(connection: Connection, table: string): DanglingReferences[] {
  try {
    return danglingReferencesOf(connection, table);
  } catch {
    // A table of the user's whose foreign key names no unique column cannot be checked; it was so before the pull.
    return [];
  }
}

/** So that the new name survives a power cut. Windows has no such call, and does so by itself. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
