import { rmSync } from 'node:fs';

/** What a copy is called until it is complete. */
export const PARTIAL_SUFFIX = '.syncline-partial';

/** Deletes a database file together with its journals, and what was to become it. */
export function removeDatabase(path: string): void {
  removeFiles(path);
  removeFiles(path + PARTIAL_SUFFIX);
}

/** Deletes a database file together with its journals. */
export function removeFiles(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
