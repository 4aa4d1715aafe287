import { rmSync } from 'node:fs';

/** Deletes a database file together with its journals. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
