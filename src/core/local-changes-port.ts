/** How the engine reads what a developer changed since the last sync. */
import type { BaseRow, BaseTable } from './local-ports.ts';
import type { Cell, Row } from './values/cell.ts';

/** A row that differs between the local file and the base, as SQLite stores it: not canonical yet. */
export type FoundChange =
  | { readonly op: 'insert'; readonly local: Row }
  | { readonly op: 'update'; readonly local: Row; readonly base: BaseRow }
  | { readonly op: 'delete'; readonly base: BaseRow };

/** Reads one consistent state of the local file beside a base, a row at a time. */
export interface LocalChangesReader {
  /** Whether the local table still has the columns that were pulled. */
  isReadable(table: BaseTable): boolean;
  /** The columns that the local table has now; none when it is not there. */
  columnsNow(table: BaseTable): readonly string[];
  /** The rows of a table with a primary key that were changed in one way, in the key's order. */
  changes(table: BaseTable, op: FoundChange['op']): Iterable<FoundChange>;
  /** Whether a masked column of the base holds this cell: whether the cell is a pseudonym that a pull made. */
  isPseudonym(table: BaseTable, column: string, cell: Exclude<Cell, null>): boolean;
  close(): void;
}
