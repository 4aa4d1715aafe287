import { randomUUID } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';

/** File systems stamp changes by a clock that ticks every few milliseconds; a write in the last tick hides another. */
const CLOCK_TICK = 50;

/**
 * See {@link LocalDatabase.fingerprint}: size and time of the file and of its write-ahead log, one of which changes with
 * every commit. A file that was written a moment ago could be written again without any trace of it, so its
 * fingerprint is unlike any other.
 *
 * The file is not opened: closing it would drop the locks that SQLite holds on it in this process
 * (sqlite.org/howtocorrupt.html, section 2.2).
 */
export function fingerprintOf(path: string): string {
  const file = statOf(path);
  if (file === undefined) return 'none';
  const log = statOf(`${path}-wal`);
  // Whoever only looks at a database in WAL mode leaves an empty log behind.
  const written = [file, ...(log === undefined || log.size === 0 ? [] : [log])];
  const print = written.map(({ size, mtimeMs }) => `${size}:${mtimeMs}`).join('/');
  const latest = Math.max(...written.map(({ mtimeMs }) => mtimeMs));
  return Date.now() - latest < CLOCK_TICK ? `${print}/${randomUUID()}` : print;
}

/** Waits until a file that was just written can be told from one that is written again. */
export function waitOutClockTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CLOCK_TICK * 1.2);
}

/** Undefined where there is nothing. Throws LOCAL_DIRECTORY_MISSING where nobody can look. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new SynclineError('LOCAL_DIRECTORY_MISSING', `${path} cannot be reached.`, { path }, { cause });
  }
}
