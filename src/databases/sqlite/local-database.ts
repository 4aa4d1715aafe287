import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LocalDatabase } from '../../core/local-ports.ts';
import { openBase } from './base-reader.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { inspectLocal } from './inspect.ts';
import { countLocalChanges } from './local-changes.ts';
import { createStage } from './stage.ts';
import { switchTo } from './switch.ts';

/** Pages copied between two looks at the cancel signal (16 MB of the usual 4 KiB pages). */
const BACKUP_PAGES = 4096;

/** The local database on better-sqlite3. */
export function sqliteLocalDatabase(driver: SqliteDriver): LocalDatabase {
  return {
    inspect: (path) => inspectLocal(driver, path),
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
        rmSync(destination, { force: true });
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
