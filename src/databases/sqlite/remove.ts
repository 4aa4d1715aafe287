import { rmSync } from 'node:fs';

/** What a copy is called until it is complete. */
export const PARTIAL_SUFFIX = '.partial';

/** Deletes a database file together with its journals, and what was to become it. */
export function removeDatabase(path: string): void {
  for (const database of [path, path + PARTIAL_SUFFIX]) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(database + suffix, { force: true });
  }
}
