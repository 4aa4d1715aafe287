import type BetterSqlite3 from 'better-sqlite3';
import { SynclineError } from '../../core/errors.ts';
import { sqliteError, type SqliteSubject } from './errors.ts';

export type Connection = BetterSqlite3.Database;

/** How long a statement waits for another connection's lock, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/** Node-API 10 came with Node 22.14; better-sqlite3 13 takes the whole process down on anything older. */
const NEEDED_NODE_API = 10;

export interface OpenOptions {
  /** `read` never changes a byte of the database; `create` makes the file when it is missing. */
  readonly mode: 'read' | 'write' | 'create';
  /** Whose file it is, for the error's code. */
  readonly subject: SqliteSubject;
  /** Milliseconds to wait for a lock; 5 s when absent. */
  readonly busyTimeout?: number;
}

/** Opens SQLite files with safe integers on, and foreign keys left as SQLite has them by default (off). */
export interface SqliteDriver {
  open(path: string, options: OpenOptions): Connection;
}

/** Loads the native driver. Throws DRIVER_UNAVAILABLE where it cannot work. */
export async function loadSqliteDriver(): Promise<SqliteDriver> {
  const nodeApi = Number(process.versions['napi'] ?? 0);
  if (nodeApi < NEEDED_NODE_API) {
    throw new SynclineError(
      'DRIVER_UNAVAILABLE',
      `SQLite's driver needs Node-API ${NEEDED_NODE_API}; this program has ${nodeApi}.`,
    );
  }
  let Database: typeof BetterSqlite3;
  try {
    Database = (await import('better-sqlite3')).default;
    new Database(':memory:').close();
  } catch (cause) {
    throw new SynclineError('DRIVER_UNAVAILABLE', "SQLite's driver could not be loaded.", {}, { cause });
  }
  return {
    open(path, options) {
      try {
        const connection = new Database(path, {
          readonly: options.mode === 'read',
          fileMustExist: options.mode !== 'create',
          timeout: options.busyTimeout ?? BUSY_TIMEOUT,
        });
        connection.defaultSafeIntegers(true);
        // SQLite's library default is off; better-sqlite3's build turns it on, and a pull loads in any order.
        connection.pragma('foreign_keys = OFF');
        return connection;
      } catch (error) {
        throw sqliteError(error, options.subject);
      }
    },
  };
}
