/** What a run keeps so that it can be taken back, and how it is taken back here. */
import type { AppliedTable, IncomingTable } from './incoming-port.ts';
import type { BaseRow, BaseTable } from './local-ports.ts';
import type { RowKey } from './rows/change.ts';
import type { TableKey } from './schema/model.ts';
import type { Row } from './values/cell.ts';

/** A local row as it was stored. */
export interface StoredRow {
  readonly cells: Row;
  /** Null where the table has no rowid, or its key is the rowid. */
  readonly rowid: bigint | null;
}

/** What a run did to one row here; null is no row. */
export interface RowUndo {
  readonly key: RowKey;
  readonly local: { readonly before: StoredRow | null; readonly after: Row | null };
  readonly base: { readonly before: BaseRow | null; readonly after: BaseRow | null };
}

/** How what is kept lies on the disk: encrypted where it may be personal data, or as it is. */
export interface Seal {
  /** `place` names the record within its run: bytes sealed for one place cannot be opened in another. */
  seal(place: string, bytes: Uint8Array): Uint8Array;
  /** Throws LEDGER_CORRUPT for bytes that were not sealed so. */
  open(place: string, sealed: Uint8Array): Uint8Array;
  /** Finds a record again and tells nothing about what is in it. */
  name(bytes: Uint8Array): Uint8Array;
}

/** A new undo file. What was recorded since the last `commit` is lost with a crash. */
export interface UndoRecorder {
  readonly path: string;
  /** Rows and operations that are recorded. */
  readonly rows: number;
  readonly operations: number;
  row(table: BaseTable, row: RowUndo): void;
  /** Forgets the rows since the last commit: they are recorded anew. */
  restart(): void;
  /** What was done to production, in its order; the engine knows what the bytes mean. */
  operation(bytes: Uint8Array): void;
  /** Only the operations in these places were done. */
  keepOperations(places: readonly number[]): void;
  /** Durable when it returns. */
  commit(): void;
  close(): void;
  /** Closes and deletes. */
  discard(): void;
}

/** A finished undo file. */
export interface UndoLog {
  readonly rowCount: number;
  /** In the order in which they were recorded. */
  rows(table: BaseTable): Iterable<RowUndo>;
  find(table: BaseTable, key: RowKey): RowUndo | undefined;
  /** Keys of the tables with rows. */
  tables(): readonly TableKey[];
  /** From the last to the first. */
  operationsBackwards(): Iterable<Uint8Array>;
  close(): void;
}

export interface StaleRow {
  readonly table: TableKey;
  readonly key: RowKey;
  /** What the row would become again; to tell what kind of change stays away. */
  readonly before: Row | null;
  readonly after: Row | null;
  /** The row was changed since, or another row is in its way. */
  readonly cause: 'changed' | 'constraint';
}

export interface ApplyUndoRequest {
  readonly localPath: string;
  readonly log: UndoLog;
  /** The tables with recorded rows. */
  readonly tables: readonly IncomingTable[];
  /** Every table that is pulled: their references are looked at too. */
  readonly allTables: readonly BaseTable[];
  /** Rows that stay as they are for another reason. */
  readonly skip: (table: TableKey, key: RowKey) => boolean;
  /** Does everything, and takes it back: tells what would happen. */
  readonly rehearse: boolean;
  readonly signal: AbortSignal;
  /** Called inside the transaction for each row that is not as the run left it. */
  readonly onStale: (row: StaleRow) => void;
  /** As for a switch: called just before the commit, with the schema cookies before and after. Not for a rehearsal. */
  readonly beforeCommit: (schemaVersions: { readonly before: number; readonly after: number }) => void;
}

export interface RestoreFileRequest {
  readonly localPath: string;
  readonly backupPath: string;
  /** Where a copy of the backup is prepared. */
  readonly scratchPath: string;
  readonly run: string;
  readonly signal: AbortSignal;
  /** Called when everything is prepared, with the schema cookies before and after. */
  readonly beforeCommit: (schemaVersions: { readonly before: number; readonly after: number }) => void;
}

export interface UndoDatabase {
  createUndoLog(path: string, seal: Seal): UndoRecorder;
  /** Throws LEDGER_CORRUPT when it is missing. */
  openUndoLog(path: string, seal: Seal): UndoLog;
  /**
   * Makes local rows what they were before the run, where they are as it left them: all of it in one transaction.
   * Throws UNDO_UNAVAILABLE when tables were altered since, LOCAL_LOCKED, CONSTRAINT_VIOLATION, CANCELLED.
   */
  applyUndo(request: ApplyUndoRequest): {
    readonly tables: readonly AppliedTable[];
    readonly fingerprint: string;
  };
  /**
   * Makes the whole local file what a backup holds, in place and at once: a kill leaves the one or the other. Throws LOCAL_LOCKED, CANCELLED.
   */
  restoreFile(request: RestoreFileRequest): Promise<void>;
  /** After a kill in the middle of {@link restoreFile}: finishes it when the file is restored; false when it is not. */
  finishRestore(localPath: string, run: string, schemaVersionAfter: number): boolean;
  /** Bytes of a file; 0 when it is not there. */
  size(path: string): number;
}
