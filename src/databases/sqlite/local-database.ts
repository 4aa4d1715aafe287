import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalDatabase } from '../../core/local-ports.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import { advanceBase } from './advance-base.ts';
import { applyIncoming } from './apply-incoming.ts';
import { backUp } from './backup.ts';
import { openBase } from './base-reader.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { fingerprintOf, statOf } from './fingerprint.ts';
import { createIncoming } from './incoming-stage.ts';
import { inspectLocal, requireSound } from './inspect.ts';
import { countLocalChanges, trackingOf } from './local-changes.ts';
import { indexPseudonyms } from './pseudonyms.ts';
import { readLocalChanges } from './read-local-changes.ts';
import { finishRestore, restoreFile } from './restore-file.ts';
import { PARTIAL_SUFFIX, removeDatabase, removeFiles } from './remove.ts';
import { tableNames } from './references.ts';
import { createStage } from './stage.ts';
import { switchTo } from './switch.ts';
import { applyUndo } from './apply-undo.ts';
import { openUndoLog } from './undo-log.ts';
import { createUndoLog } from './undo-recorder.ts';

/** The local database on better-sqlite3. */
export function sqliteLocalDatabase(driver: SqliteDriver): LocalDatabase {
  return {
    inspect: (path) => inspectLocal(driver, path),
    fingerprint: (path) => fingerprintOf(path),
    countRows: (path, tables) => countRows(driver, path, tables),
    remove: removeDatabase,
    removeUnfinished: (path) => removeFiles(path + PARTIAL_SUFFIX),
    list: (folder) =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith('.db'))
            .sort()
            .map((name) => join(folder, name))
        : [],
    requireSound: (path) => requireSound(driver, path),
    checkWritable: (path) => checkWritable(driver, path),
    backup: (path, destination, signal) => backUp(driver, path, destination, signal),
    createStage: (path, tables) => createStage(driver, path, tables),
    switchTo: (request) => switchTo(driver, request),
    countLocalChanges: (local, base, tables, tracking) =>
      countLocalChanges(driver, local, base, tables, tracking),
    trackingOf: (path, tables, tracking) => trackingOf(driver, path, tables, tracking),
    openBase: (path) => openBase(driver, path),
    indexPseudonyms: (path, tables) => indexPseudonyms(driver, path, tables),
    readLocalChanges: (local, base, tables, tracking) =>
      readLocalChanges(driver, local, base, tables, tracking),
    createIncoming: (path, tables) => createIncoming(driver, path, tables),
    applyIncoming: (request) => applyIncoming(driver, request),
    createUndoLog: (path, seal) => createUndoLog(driver, path, seal),
    openUndoLog: (path, seal) => openUndoLog(driver, path, seal),
    applyUndo: (request) => applyUndo(driver, request),
    restoreFile: (request) => restoreFile(driver, request),
    finishRestore: (path, run, after) => finishRestore(driver, path, run, after),
    size: (path) => statOf(path)?.size ?? 0,
    advanceBase: (base, incoming, tables) => advanceBase(driver, base, incoming, tables),
  };
}

function checkWritable(driver: SqliteDriver, path: string): void {
  // Whoever closes a database last moves its write-ahead log into it. A reader that stays is not the last to go, and
  // cannot do that itself: nothing is changed by having looked.
  const reader = driver.open(path, { mode: 'read', subject: 'local' });
  try {
    reader.pragma('schema_version');
    const connection = driver.open(path, { mode: 'write', subject: 'local' });
    try {
      connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    } finally {
      connection.close();
    }
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    reader.close();
  }
}

function countRows(driver: SqliteDriver, path: string, tables: readonly string[]): number {
  const wanted = new Set(tables.map(foldName));
  const connection = driver.open(path, { mode: 'read', subject: 'local' });
  try {
    return tableNames(connection)
      .filter((name) => wanted.has(foldName(name)))
      .map((name) =>
        connection
          .prepare<[], bigint>(`SELECT count(*) FROM ${quoteIdentifier(name)}`)
          .pluck()
          .get(),
      )
      .reduce((sum: number, rows) => sum + Number(rows ?? 0n), 0);
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}
