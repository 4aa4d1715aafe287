import type { Connection } from './driver.ts';
import { fingerprintOf, waitOutClockTick } from './fingerprint.ts';

/** How long the write-ahead log waits for readers before it is left for later, in milliseconds. */
const CHECKPOINT_TIMEOUT = 200;

/**
 * The file's fingerprint as a transaction left it; an empty string when somebody wrote right after it. `version` is
 * {@link dataVersion} as it was inside the transaction.
 */
export function settledFingerprint(connection: Connection, path: string, version: unknown): string {
  connection.pragma(`busy_timeout = ${CHECKPOINT_TIMEOUT}`);
  // Closing would do it, after the fingerprint was taken.
  connection.pragma('main.wal_checkpoint(TRUNCATE)');
  waitOutClockTick();
  const fingerprint = fingerprintOf(path);
  return dataVersion(connection) === version ? fingerprint : '';
}

/** Changes when another connection commits, and only then. */
export function dataVersion(connection: Connection): unknown {
  return connection.pragma('main.data_version', { simple: true });
}
