import type { Cell, Row } from '../values/cell.ts';
import type { TableKey } from '../schema/model.ts';

/** The cells of a row's primary key, canonical, in the key's order. */
export type RowKey = Row;

/** A column's index in `LocalTable.columns`. */
export type ColumnIndex = number;

/** A row that is there now and was not in the base. */
export interface RowInsert {
  readonly op: 'insert';
  readonly key: RowKey;
  /** All cells, in the table's order. */
  readonly after: Row;
}

/** A row of the base with other cells. Only what differs is listed: a change goes by columns, never by whole rows. */
export interface RowUpdate {
  readonly op: 'update';
  readonly key: RowKey;
  readonly columns: readonly ColumnIndex[];
  /** The cells of the base in those columns; masked ones for masked columns. */
  readonly before: Row;
  readonly after: Row;
}

/** A row of the base that is gone. */
export interface RowDelete {
  readonly op: 'delete';
  readonly key: RowKey;
  /** All cells of the base. */
  readonly before: Row;
}

export type RowChange = RowInsert | RowUpdate | RowDelete;

/** Why a change cannot travel. Names the place and the cause, never a value. */
export interface RefusedChange {
  readonly table: TableKey;
  /** The key as text for people; of a masked key, its masked form. Empty when the whole table is meant. */
  readonly key: readonly string[];
  readonly op: RowChange['op'];
  readonly column?: string;
  readonly cause: RefusalCause;
  readonly message: string;
}

export type RefusalCause =
  /** The firewall: a pseudonym would go to production. */
  | 'pseudonym'
  /** The local cell is no value of the production column's type. */
  | 'unrepresentable'
  /** The row was changed in production since it was last seen. */
  | 'changed-in-production'
  /** The row is not in production any more. */
  | 'missing-in-production'
  /** A row with this key is in production already. */
  | 'exists-in-production'
  /** The row was changed locally since the run that is undone. */
  | 'changed-locally'
  /** A constraint, a trigger or a right on the server said no. */
  | 'refused-by-server'
  /** The answer to this one row was lost, and it cannot be told whether production has it. */
  | 'in-doubt'
  /** The table was altered since the last pull, locally or in production. */
  | 'schema-changed'
  /** Its rows cannot be told apart. */
  | 'no-primary-key'
  /** It refers to a row that was inserted locally and is left out of the push. */
  | 'parent-not-selected'
  /** The rules of the workspace file keep the row or the column from being pushed. */
  | 'not-allowed'
  /** The rules ask for an approval of the table for each push, and this one does not have it. */
  | 'not-approved';

/** Whether two canonical cells are the same cell. */
export function sameCell(a: Cell, b: Cell): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  return Object.is(a, b);
}
