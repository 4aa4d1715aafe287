import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes sure that a file's bytes survive a power cut. */
export function flushFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
