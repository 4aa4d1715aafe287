/** How the engine puts production's changes into the local database without losing a local edit. */
import type { Tracking } from './local-changes-port.ts';
import type { BaseTable, RowCounts } from './local-ports.ts';
import type { ConflictKind } from './rows/incoming.ts';
import type { RowKey } from './rows/change.ts';
import type { TableKey } from './schema/model.ts';
import type { UndoRecorder } from './undo-port.ts';
import type { Cell, Row } from './values/cell.ts';

/**
 * Production's changed rows, masked, on their way: a database file that is filled from the network, then applied to the
 * local file in one transaction, and then, as its own redo log, to the base.
 */
export interface IncomingStage {
  readonly path: string;
  /** Runs `work` so that what it writes is written as one batch. */
  batch(work: () => void): void;
  /** A row as production has it now; a later one with the same key replaces it. */
  row(table: BaseTable, cells: readonly Cell[], seen: Uint8Array | null): void;
  /** A row that production does not have any more. */
  gone(table: BaseTable, key: RowKey): void;
  /** Takes back what was written down of a row. */
  forget(table: BaseTable, key: RowKey): void;
  /** Takes back all that was written down of a table. */
  clear(table: BaseTable): void;
  /** What has come of a table: an insert is a row that is not known yet. A held row counts again. */
  tally(table: BaseTable, isKnown: (key: RowKey) => boolean): RowCounts;
  /** What has come of a table, in the order in which it came; of a row that is gone only the key's cells. */
  rows(table: BaseTable): Iterable<{ readonly cells: Row; readonly gone: boolean }>;
  /** Flushes to the disk and closes; the file stays. */
  finish(): void;
  /** Closes and deletes. */
  discard(): void;
}

/** A row that both sides changed. It is left alone on both sides; production's state is kept beside it. */
export interface HeldRow {
  readonly table: TableKey;
  readonly kind: ConflictKind;
  readonly key: RowKey;
  /** Names of the columns that collide. */
  readonly columns: readonly string[];
  /** Production's row, masked, and the hashes of what was seen; null when production has deleted it. */
  readonly production: { readonly cells: readonly Cell[]; readonly seen: Uint8Array | null } | null;
}

export interface IncomingTable extends BaseTable {
  /** Columns whose production value is known by its keyed hash only, in the order of the hashes. */
  readonly maskedColumns: readonly string[];
}

export interface ApplyIncomingRequest {
  readonly localPath: string;
  readonly basePath: string;
  readonly incomingPath: string;
  readonly tables: readonly IncomingTable[];
  /** Every table that is pulled: their references are looked at too. */
  readonly allTables: readonly BaseTable[];
  /**
   * The row as it was just pushed, where this takes pushed rows back: what production made of it is no conflict with the
   * local row that it was made of.
   */
  readonly pushed?: (table: TableKey, key: RowKey) => Row | undefined;
  /**
   * The mark to leave in the file with the triggers that log changes, and the mark that it should have now; absent: no
   * object of ours stays in the file.
   */
  readonly tracking?: Tracking & { readonly previous?: Tracking };
  /** Is told what becomes of every row, so that it can be taken back; `beforeCommit` makes it durable. */
  readonly undo?: Pick<UndoRecorder, 'row' | 'restart'>;
  readonly signal: AbortSignal;
  /** Called inside the transaction for each conflict. */
  readonly onHeld: (row: HeldRow) => void;
  /** As for a switch: called just before the commit, with the schema cookies before and after. */
  readonly beforeCommit: (
    schemaVersions: { readonly before: number; readonly after: number },
    applied: readonly AppliedTable[],
  ) => void;
}

export interface AppliedTable {
  readonly table: TableKey;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly held: number;
}

export interface IncomingDatabase {
  createIncoming(path: string, tables: readonly BaseTable[]): IncomingStage;
  /**
   * Applies to the local file: all of it or nothing. Held rows are taken out of the incoming file, which then is what
   * the base has to become. Throws FOREIGN_KEY_VIOLATIONS, CONSTRAINT_VIOLATION, LOCAL_LOCKED, CANCELLED.
   */
  applyIncoming(request: ApplyIncomingRequest): {
    readonly tables: readonly AppliedTable[];
    readonly fingerprint: string;
  };
  /** Brings the base to what the incoming file says. Doing it again changes nothing. */
  advanceBase(basePath: string, incomingPath: string, tables: readonly BaseTable[]): void;
}
