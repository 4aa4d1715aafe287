/** Changed rows as people look at them: in the tree, in diffs, and with `--json`. */
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { ChangeCounts } from './workspace-status.ts';

/** A row by production's column names, in ordinal order, as Postgres's text. Masked columns are masked. */
export type ShownRow = readonly { readonly column: string; readonly text: string | null }[];

/** A changed row. What is masked locally is shown as it is locally, on both sides. */
export interface ListedChange {
  readonly table: TableKey;
  readonly op: RowChange['op'];
  /** The primary key as people read it; see `keyText` for addressing the row. */
  readonly key: readonly string[];
  /** Columns that differ; all of them for an insert and a delete. */
  readonly columns: readonly string[];
  /** The row where the change goes, now and afterwards; null where there is none. */
  readonly before: ShownRow | null;
  readonly after: ShownRow | null;
  /** Why it cannot travel, when it cannot. */
  readonly refused?: RefusedChange;
  /** Both sides changed it: it waits for a decision. */
  readonly held?: boolean;
}

export interface TableChanges {
  readonly table: TableKey;
  readonly counts: ChangeCounts;
  readonly rows: readonly ListedChange[];
  /** Rows beyond those that are listed. */
  readonly more: number;
}

export interface ChangesReport {
  readonly side: 'local' | 'production';
  /** Tables that have changes, in the order of their keys. */
  readonly tables: readonly TableChanges[];
  readonly warnings: readonly string[];
}
