import { SynclineError } from '../core/errors.ts';
import type { SqliteDriver } from '../databases/sqlite/driver.ts';
import { ensureFolder, sqliteError } from '../databases/sqlite/errors.ts';

/**
 * Lets one operation at a time change a workspace, across windows and processes. The lock is SQLite's own lock on an
 * empty database, so the operating system releases it when the process dies, however it dies.
 * Throws RUN_IN_PROGRESS when somebody else holds it for longer than `patience` milliseconds. Returns the release.
 */
export function lockWorkspace(driver: SqliteDriver, path: string, patience: number): () => void {
  ensureFolder(path, 'ledger');
  const connection = driver.open(path, { mode: 'create', subject: 'ledger', busyTimeout: patience });
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    connection.close();
    const error = sqliteError(cause, 'ledger');
    if (!(error instanceof SynclineError) || error.code !== 'LOCAL_LOCKED') throw error;
    throw new SynclineError(
      'RUN_IN_PROGRESS',
      'Another Syncline operation is working on this workspace.',
      {},
      { cause },
    );
  }
  return () => {
    connection.close();
  };
}
