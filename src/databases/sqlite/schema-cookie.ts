import { randomInt } from 'node:crypto';
import { SynclineError } from '../../core/errors.ts';
import type { Connection } from './driver.ts';

/** SQLite's schema cookie of the local file (`PRAGMA schema_version`). */
export function schemaVersion(connection: Connection): number {
  return Number(connection.pragma('main.schema_version', { simple: true }));
}

/**
 * Moves the schema cookie a random leap ahead. A later start reads it to tell whether this transaction was committed:
 * programs that alter the schema meanwhile move the cookie in steps of one, so they cannot be taken for it. Raising
 * the cookie is harmless (it makes other connections read the schema again); only leaving it alone would not be.
 */
export function leapSchemaVersion(connection: Connection, before: number): number {
  const after = (before + randomInt(10_000, 60_000)) % 0x7fff_0000;
  setSchemaVersion(connection, after);
  return after;
}

export function setSchemaVersion(connection: Connection, after: number): void {
  // The driver is defensive by default: SQLite then reads this pragma and does nothing.
  connection.unsafeMode(true);
  connection.pragma(`main.schema_version = ${after}`);
  connection.unsafeMode(false);
  if (schemaVersion(connection) !== after) {
    throw new SynclineError('INTERNAL', "SQLite did not take the local database's new schema cookie.");
  }
}
