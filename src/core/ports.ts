/** What the engine asks of the outside. `src/databases` and `src/ledger` implement it. */
import type { ChangeLog, Digests, KeyedRows, ReadByKey } from './changes-port.ts';
import type { KitInstallation } from './kit-port.ts';
import type { Catalog, Table, TableKey } from './schema/model.ts';
import type { PostgresTextRow } from './values/cell.ts';

/** What a connection can do. Features ask for these, never for a kind of connection. */
export type Capability = 'catalog' | 'ddl' | 'snapshot' | 'copy' | 'kit' | 'realtime' | 'storage';

/** Rows as they arrive, in Postgres's text output; `bytes` counts what travelled for them (payload, before masking). */
export interface RowBatch {
  readonly rows: readonly PostgresTextRow[];
  readonly bytes: number;
}

export interface ReadRows {
  readonly table: Table;
  /** Names of the columns to read, in the order in which each row lists them. Never empty. */
  readonly columns: readonly string[];
  /** Most rows to read; all when absent. */
  readonly limit?: number;
  /** Only rows that meet all of these; all when absent. */
  readonly where?: readonly RowCondition[];
  readonly signal: AbortSignal;
}

/**
 * A condition on one column, with values in Postgres's text. NULL meets none but `null`. `in` with no value at all is
 * never met, `not-in` always.
 */
export type RowCondition =
  | {
      readonly column: string;
      readonly is: 'equal' | 'not-equal' | 'less' | 'at-most' | 'greater' | 'at-least';
      readonly value: string;
    }
  | { readonly column: string; readonly is: 'in' | 'not-in'; readonly values: readonly string[] }
  | { readonly column: string; readonly is: 'null' | 'not-null' };

/**
 * A reading of production. Rows come in the order of the primary key (each key column ascending in the database's own
 * collation) so that every adapter delivers the same sequence; a table without one comes in no promised order.
 */
export interface ProductionSnapshot {
  /** True when every read sees one instant (REPEATABLE READ); false over plain PostgREST. */
  readonly consistent: boolean;
  /** Names the instant for the run record: `pg_current_snapshot()`, or a timestamp of the server. */
  readonly id: string;
  catalog(signal: AbortSignal): Promise<Catalog>;
  /** Exact number of rows: of all, or of those that meet the conditions. */
  countRows(table: Table, signal: AbortSignal, where?: readonly RowCondition[]): Promise<number>;
  /** Batches of bounded size (at most a few thousand rows, a few MB). Ending the iteration early frees everything. */
  readRows(request: ReadRows): AsyncIterable<RowBatch>;
  /** Rows by primary key, any number of keys. A key that no text of Postgres can be has no row. */
  readByKey(request: ReadByKey): Promise<KeyedRows>;
  /** Where the kit is installed whole, in our version, and this role may use it. */
  readonly changeLog?: ChangeLog;
  /** Where the connection can compute them: by the kit, or by a connection string. */
  readonly digests?: Digests;
  close(): Promise<void>;
}

/** A production database, reached one way or another. Every failure is a SynclineError of the REMOTE_ family. */
export interface Production {
  /** `https://abcd.supabase.co` or `postgres://host/db`: where, without any secret. */
  readonly address: string;
  /** Connects and finds out what is possible. */
  probe(signal: AbortSignal): Promise<ProductionProbe>;
  openSnapshot(signal: AbortSignal): Promise<ProductionSnapshot>;
  /** How the kit stands. Throws REMOTE_FORBIDDEN when this role may not ask it. */
  kitStatus(signal: AbortSignal): Promise<KitInstallation>;
  close(): Promise<void>;
}

export interface ProductionProbe {
  readonly capabilities: readonly Capability[];
  /** The role that reads, such as `service_role` or `postgres`. */
  readonly role: string;
  /** False when row level security may hide rows from this role. */
  readonly seesAllRows: boolean;
  readonly serverVersion?: string;
  readonly latencyMilliseconds: number;
}

/** Milliseconds since the epoch. Injected, so that runs can be repeated in tests. */
export type Clock = () => number;

/** A cell's address in messages: table and column, never the value. */
export interface ColumnAddress {
  readonly table: TableKey;
  readonly column: string;
}
