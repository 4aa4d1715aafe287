import { randomInt } from 'node:crypto';
import { SynclineError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { RestoreFileRequest } from '../../core/undo-port.ts';
import { backUp } from './backup.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { schemaVersion, setSchemaVersion } from './schema-cookie.ts';
import { tableNames } from './references.ts';

/** More pages than any database has: all are copied in one step, under one lock. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * See {@link UndoDatabase.restoreFile}. The pages of the backup are copied into the file that is there, in one transaction
 * of SQLite's own, so that programs that have it open see the old database or the new one. The copy carries a table of
 * the run's name for that moment: it tells, also after a kill, that the pages are there. Then it goes, and the schema
 * cookie leaps, as in a switch.
 */
export async function restoreFile(driver: SqliteDriver, request: RestoreFileRequest): Promise<void> {
  const { localPath, backupPath, scratchPath, run } = request;
  try {
    await backUp(driver, backupPath, scratchPath, request.signal);
    const scratch = driver.open(scratchPath, { mode: 'write', subject: 'backup' });
    try {
      scratch.exec(`CREATE TABLE ${quoteIdentifier(markOf(run))} (run)`);
      const before = lockedVersion(driver, localPath);
      const after = (before + randomInt(10_000, 60_000)) % 0x7fff_0000;
      request.beforeCommit({ before, after });
      await scratch.backup(localPath, { progress: () => ALL_PAGES });
      if (!finishRestore(driver, localPath, run, after)) {
        throw new SynclineError('LOCAL_LOCKED', 'The local database is locked by another program.');
      }
    } finally {
      scratch.close();
    }
  } catch (error) {
    throw sqliteError(error, 'local');
  }
}

/** Takes the mark of a restored file away, when it is there; false when the file was not restored. */
export function finishRestore(
  driver: SqliteDriver,
  localPath: string,
  run: string,
  schemaVersionAfter: number,
): boolean {
  const connection = driver.open(localPath, { mode: 'write', subject: 'local' });
  try {
    if (!tableNames(connection).includes(markOf(run))) return false;
    connection.pragma('main.synchronous = FULL');
    connection.exec(`BEGIN IMMEDIATE; DROP TABLE main.${quoteIdentifier(markOf(run))}`);
    setSchemaVersion(connection, schemaVersionAfter);
    connection.exec('COMMIT');
    return true;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

function markOf(run: string): string {
  return `syncline restores ${run}`;
}

/** The schema cookie, after making sure that nobody else is writing. */
function lockedVersion(driver: SqliteDriver, path: string): number {
  const connection: Connection = driver.open(path, { mode: 'write', subject: 'local' });
  try {
    connection.exec('BEGIN EXCLUSIVE');
    const version = schemaVersion(connection);
    connection.exec('ROLLBACK');
    return version;
  } finally {
    connection.close();
  }
}
