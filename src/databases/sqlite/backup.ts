import { renameSync } from 'node:fs';
import type { SqliteDriver } from './driver.ts';
import { ensureFolder, sqliteError } from './errors.ts';
import { PARTIAL_SUFFIX, removeFiles } from './remove.ts';

/** Pages copied between two looks at the cancel signal (16 MB of the usual 4 KiB pages). */
const PAGES = 4096;

/** How often somebody else's write may start the copy anew before the rest is copied under one lock. */
const PATIENCE = 3;

/** See {@link LocalDatabase.backup}. */
export async function backUp(
  driver: SqliteDriver,
  path: string,
  destination: string,
  signal: AbortSignal,
): Promise<void> {
  ensureFolder(destination);
  const partial = destination + PARTIAL_SUFFIX;
  removeFiles(partial);
  const connection = driver.open(path, { mode: 'read', subject: 'local' });
  try {
    let [remaining, restarts] = [Number.POSITIVE_INFINITY, 0];
    await connection.backup(partial, {
      progress({ totalPages, remainingPages }) {
        signal.throwIfAborted();
        // Every step copies some pages; when there are not fewer left, it began anew.
        if (remainingPages >= remaining) restarts += 1;
        remaining = remainingPages;
        return restarts > PATIENCE ? totalPages : PAGES;
      },
    });
    renameSync(partial, destination);
  } catch (error) {
    throw sqliteError(error, 'backup');
  } finally {
    connection.close();
    removeFiles(partial);
  }
}
