import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalDatabase } from '../../core/local-ports.ts';
import { openBase } from './base-reader.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { fingerprintOf, inspectLocal, requireSound } from './inspect.ts';
import { countLocalChanges } from './local-changes.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import { removeDatabase } from './remove.ts';
import { tableNames } from './references.ts';
import { createStage } from './stage.ts';
import { switchTo } from './switch.ts';

/** Pages copied between two looks at the cancel signal (16 MB of the usual 4 KiB pages). */
const BACKUP_PAGES = 4096;

/** The local database on better-sqlite3. */
export function sqliteLocalDatabase(driver: SqliteDriver): LocalDatabase {
  return {
    inspect: (path) => inspectLocal(driver, path),
    fingerprint: (path) => fingerprintOf(path),
    countRows: (path, tables) => countRows(driver, path, tables),
    remove: removeDatabase,
    list: (folder) =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith('.db'))
            .sort()
            .map((name) => join(folder, name))
        : [],
    requireSound: (path) => requireSound(driver, path),
    checkWritable(path) {
      const connection = driver.open(path, { mode: 'write', subject: 'local' });
      try {
        connection.exec('BEGIN IMMEDIATE; ROLLBACK');
      } catch (error) {
        throw sqliteError(error, 'local');
      } finally {
        connection.close();
      }
    },
    async backup(path, destination, signal) {
      mkdirSync(dirname(destination), { recursive: true });
      const connection = driver.open(path, { mode: 'read', subject: 'local' });
      try {
        await connection.backup(destination, {
          progress() {
            signal.throwIfAborted();
            return BACKUP_PAGES;
          },
        });
      } catch (error) {
        removeDatabase(destination);
        throw sqliteError(error, 'local');
      } finally {
        connection.close();
      }
    },
    createStage: (path, tables) => createStage(driver, path, tables),
    switchTo: (request) => switchTo(driver, request),
    countLocalChanges: (local, base, tables) => countLocalChanges(driver, local, base, tables),
    openBase: (path) => openBase(driver, path),
  };
}

function countRows(driver: SqliteDriver, path: string, tables: readonly string[]): number {
  const wanted = new Set(tables.map((table) => table.toLowerCase()));
  const connection = driver.open(path, { mode: 'read', subject: 'local' });
  try {
    return tableNames(connection)
      .filter((name) => wanted.has(name.toLowerCase()))
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
