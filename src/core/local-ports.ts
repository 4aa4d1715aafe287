/** What the engine asks of the local side: the developer's SQLite file and the files that Syncline keeps beside it. */
import type { LocalChangesReader, LocalCounts, TableTracking, Tracking } from './local-changes-port.ts';
import type { IncomingDatabase, IncomingTable } from './incoming-port.ts';
import type { LocalTable } from './schema/local-schema.ts';
import type { TableKey } from './schema/model.ts';
import type { UndoDatabase } from './undo-port.ts';
import type { Cell } from './values/cell.ts';

/** The local file as it was found. Inspecting changes no byte of it. */
export interface LocalInspection {
  /** False when there is no file, or one of zero bytes. */
  readonly exists: boolean;
  readonly bytes: number;
  /** Names of its tables, without SQLite's own. */
  readonly tables: readonly string[];
  /** SQLite's schema cookie: tells after a crash whether a switch was committed. Zero when there is no file. */
  readonly schemaVersion: number;
  /** Changes whenever anybody may have written the file; equal means surely unchanged. */
  readonly fingerprint: string;
}

export interface RowCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A table in a base: what both sides looked like at the last sync of each row. */
export interface BaseTable {
  readonly table: LocalTable;
  /** Name of the column that carries the keyed hashes of production's values. */
  readonly seenColumn: string;
}

/** Whether a row with some values is there; compiled for a table and local names of its columns. */
export type RowPresence = (
  table: LocalTable,
  columns: readonly string[],
) => (cells: readonly Cell[]) => boolean;

/** Writes rows of one table into a stage. `seen`: the keyed hashes of production's values of the masked columns. */
export type WriteRow = (cells: readonly Cell[], seen: Uint8Array | null) => void;

/**
 * A database file in the making: production's rows, masked, beside the hashes of what was seen. It is filled, checked,
 * copied into the local file in one transaction, and then kept as the base of the next comparison.
 */
export interface Stage {
  readonly path: string;
  /** Runs `work` so that its rows are written as one batch. */
  batch(work: () => void): void;
  writer(table: LocalTable): WriteRow;
  /** Builds the indexes of a table after its rows. Throws CONSTRAINT_VIOLATION. */
  finishTable(table: LocalTable): void;
  countRows(table: LocalTable): number;
  /** Of rows that were written so far. */
  readonly has: RowPresence;
  /**
   * The texts as they stand in the file, a row in the order of the table's columns; what is no text is null. Nothing is
   * written meanwhile.
   */
  texts(table: LocalTable): Iterable<readonly (string | null)[]>;
  /** Foreign keys that point nowhere, by table and referenced table. */
  danglingReferences(): readonly { readonly table: string; readonly parent: string; readonly rows: number }[];
  /** SQLite's own check of pages, NOT NULL, CHECK and indexes; empty when sound. */
  integrityProblems(): readonly string[];
  /** Flushes to the disk and closes; the file stays. */
  finish(): void;
  /** Closes and deletes. */
  discard(): void;
}

export interface SwitchRequest {
  readonly localPath: string;
  readonly stagePath: string;
  readonly tables: readonly LocalTable[];
  /** A file that does not exist yet is built beside its place and renamed into it. */
  readonly create: boolean;
  /** Names of indexes that an earlier pull made; they go unless `tables` have them still. */
  readonly formerIndexes: readonly string[];
  /** The mark to leave in the file with the triggers that log changes; absent: no object of ours stays in it. */
  readonly tracking?: Tracking;
  readonly signal: AbortSignal;
  /** Called when nobody else can write any more, and nothing is replaced yet: the last moment to look at the old rows. */
  readonly onLocked?: () => Promise<void>;
  readonly onTable: (table: TableKey) => void;
  /**
   * Called inside the transaction just before it is committed, with the schema cookies before and after. What it
   * writes down lets a later start tell whether the commit happened.
   */
  readonly beforeCommit: (schemaVersions: { readonly before: number; readonly after: number }) => void;
}

export interface SwitchResult {
  /** Rows of local tables outside the pull whose references now point nowhere, by table. */
  readonly danglingElsewhere: readonly { readonly table: string; readonly rows: number }[];
  /** Triggers and indexes of the user's that no longer fit and were dropped (they are in the backup). */
  readonly dropped: readonly string[];
  /** The file's fingerprint as the switch left it; an empty string when somebody wrote right after it. */
  readonly fingerprint: string;
}

/** The local database. Every failure is a SynclineError of the LOCAL_ family, or DISK_FULL. */
export interface LocalDatabase extends IncomingDatabase, UndoDatabase {
  /** Cheap. Throws LOCAL_DIRECTORY_MISSING, LOCAL_IS_DIRECTORY, LOCAL_READ_ONLY, LOCAL_NOT_A_DATABASE, LOCAL_CORRUPT. */
  inspect(path: string): LocalInspection;
  /** Changes whenever anybody may have written the file; equal means surely unchanged. Cheap. */
  fingerprint(path: string): string;
  /** Rows in those of the named tables that exist, together. */
  countRows(path: string, tables: readonly string[]): number;
  /** Deletes a database file of Syncline's own, with its journals and its unfinished copy. Not there is as good. */
  remove(path: string): void;
  /** Deletes what was to become the local file when a switch that created it was cut off. */
  removeUnfinished(path: string): void;
  /** Paths of the database files in a folder, oldest name first; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** Reads every page of the file. Throws LOCAL_CORRUPT. */
  requireSound(path: string): void;
  /** Throws LOCAL_LOCKED when another connection holds the write lock. */
  checkWritable(path: string): void;
  /** A consistent copy, also while others read and write. */
  backup(path: string, destination: string, signal: AbortSignal): Promise<void>;
  createStage(path: string, tables: readonly LocalTable[]): Stage;
  /**
   * Puts the stage's rows into the local file in one transaction: all of it, or nothing. Once `onLocked` is over it
   * does not wait for anything, and cannot be cancelled.
   */
  switchTo(request: SwitchRequest): Promise<SwitchResult>;
  /**
   * Rows that differ between the local file and the base, by table. A table that is gone or has other columns has no
   * entry. With `tracking`, what was not written is not looked at. Throws LEDGER_CORRUPT when the base is missing.
   */
  countLocalChanges(
    localPath: string,
    basePath: string,
    tables: readonly BaseTable[],
    tracking?: Tracking,
  ): ReadonlyMap<TableKey, LocalCounts>;
  /** Whether the file's log answers for the tables, without looking at any row. Those that cannot be tracked are left out. */
  trackingOf(
    localPath: string,
    tables: readonly BaseTable[],
    tracking: Tracking,
  ): ReadonlyMap<TableKey, TableTracking>;
  openBase(path: string): BaseReader;
  /**
   * Makes a base's pseudonyms cheap to look up, by an index on the beginning of each masked column. Done once, it costs
   * next to nothing to ask for again; not while a reader is open on the base.
   */
  indexPseudonyms(basePath: string, tables: readonly IncomingTable[]): void;
  /** Reads what was changed locally since the base. */
  readLocalChanges(
    localPath: string,
    basePath: string,
    tables: readonly BaseTable[],
    tracking?: Tracking,
  ): LocalChangesReader;
}

export interface BaseRow {
  /** In the order of the table's columns. */
  readonly cells: readonly Cell[];
  /** The keyed hashes of production's values of the masked columns. */
  readonly seen: Uint8Array | null;
}

/** Looks rows up in a base by primary key. */
export interface BaseReader {
  readonly has: RowPresence;
  countRows(table: BaseTable): number;
  /** The cells in the order of the table's columns, then the seen hashes; undefined when the key is not there. */
  finder(table: BaseTable): (key: readonly Cell[]) => BaseRow | undefined;
  /** Compiles the look-up of the primary keys of the rows that have some values in some columns. */
  keysWith(
    table: BaseTable,
    columns: readonly string[],
  ): (cells: readonly Cell[]) => readonly (readonly Cell[])[];
  /** Visits every row in the order in which it was pulled. */
  eachRow(table: BaseTable, visit: (row: BaseRow) => void): void;
  /** Marks rows as found, and then lists the keys of those that were not. Only one table at a time. */
  tracker(table: BaseTable): { found(key: readonly Cell[]): void; missing(): Iterable<readonly Cell[]> };
  close(): void;
}

/** The name of the column that a stage adds to every table: one that the table itself does not use. */
export function seenColumnOf(table: LocalTable): string {
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  let name = '_syncline_seen';
  while (taken.has(name)) name = `_${name}`;
  return name;
}
