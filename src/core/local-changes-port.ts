/** How the engine reads what a developer changed since the last sync. */
import type { BaseRow, BaseTable, RowCounts } from './local-ports.ts';
import type { Cell, Row } from './values/cell.ts';

/** A row that differs between the local file and the base, as SQLite stores it: not canonical yet. */
export type FoundChange =
  | { readonly op: 'insert'; readonly local: Row }
  | { readonly op: 'update'; readonly local: Row; readonly base: BaseRow }
  | { readonly op: 'delete'; readonly base: BaseRow };

/** What lets the local file tell which rows were written: the mark that Syncline's last transaction left in it. */
export interface Tracking {
  readonly token: string;
}

/**
 * Why the file's own log of changes cannot answer for a table, which is then compared whole. `replaced`: the file was
 * restored or copied over, or the log was taken out of it; `rebuilt`: the table was made anew; `triggers`: triggers are
 * gone, do not fit the table any more, or could not tell its rows; `uncounted`: rows are gone that no trigger saw.
 */
export type TrackingLoss = 'replaced' | 'rebuilt' | 'triggers' | 'uncounted';

/** Whether a table's changes are found by the log, at the cost of what was written, or by comparing all of it. */
export type TableTracking =
  { readonly state: 'triggers' } | { readonly state: 'lost'; readonly reason: TrackingLoss };

/** What differs in a table, and how that was found; `tracking` is absent where nothing is tracked. */
export interface LocalCounts extends RowCounts {
  readonly tracking?: TableTracking;
}

/** Reads one consistent state of the local file beside a base, a row at a time. */
export interface LocalChangesReader {
  /** Whether the local table still has the columns that were pulled. */
  isReadable(table: BaseTable): boolean;
  /** How changes of a table are found; undefined where nothing is tracked. */
  tracking(table: BaseTable): TableTracking | undefined;
  /** The rows of a table with a primary key that were changed in one way, in the key's order. */
  changes(table: BaseTable, op: FoundChange['op']): Iterable<FoundChange>;
  /** Whether a masked column of the base holds this cell: whether the cell is a pseudonym that a pull made. */
  isPseudonym(table: BaseTable, column: string, cell: Exclude<Cell, null>): boolean;
  close(): void;
}
