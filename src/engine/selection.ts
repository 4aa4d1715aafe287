import type { TableKey } from '../core/schema/model.ts';

/** A row by its table and its primary key, as Postgres's text, in the key's order. */
export interface RowAddress {
  readonly table: TableKey;
  readonly key: readonly string[];
}

/** What of a sync is meant, where not everything is. Absent parts mean no restriction by them. */
export interface Selection {
  readonly tables?: readonly TableKey[];
  /** Only these rows, in tables that have any here; a pull of them brings their parents along. */
  readonly rows?: readonly RowAddress[];
  /** With `rows`: also the rows that refer to them, and so on, up to a bounded number. */
  readonly withChildren?: boolean;
  /** The name of a set in the workspace file. */
  readonly set?: string;
}
