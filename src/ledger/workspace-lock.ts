import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SynclineError } from '../core/errors.ts';
import type { SqliteDriver } from '../databases/sqlite/driver.ts';

/**
 * Lets one operation at a time change a workspace, across windows and processes. The lock is SQLite's own lock on an
 * empty database, so the operating system releases it when the process dies, however it dies.
 * Throws RUN_IN_PROGRESS when somebody else holds it. Returns the release.
 */
export function lockWorkspace(driver: SqliteDriver, path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const connection = driver.open(path, { mode: 'create', subject: 'ledger', busyTimeout: 0 });
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    connection.close();
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
