import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';

/** What a push does to one table. */
export interface PushedTable {
  readonly table: TableKey;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** One change as people see it: masked cells stay masked. */
export interface ChangePreview {
  readonly table: TableKey;
  readonly op: RowChange['op'];
  readonly key: readonly string[];
  /** By column: before and after, as text; null is NULL. For an insert only after, for a delete only before. */
  readonly columns: readonly {
    readonly column: string;
    readonly before?: string | null;
    readonly after?: string | null;
  }[];
}

/** What a push would do, or did. */
export interface PushReport {
  readonly run: string;
  readonly target: string;
  readonly address: string;
  readonly guarantee: 'transaction' | 'kit' | 'row-by-row';
  /**
   * `planned`: looked at only. `rehearsed`: done on the server and rolled back. `nothing`: there was nothing to push.
   * `partial`: row by row only: it ended at a failure, and what was done before stays.
   */
  readonly state: 'planned' | 'rehearsed' | 'pushed' | 'refused' | 'nothing' | 'partial';
  /** What would be done, or was; of a partial push, what was. */
  readonly tables: readonly PushedTable[];
  readonly totals: { readonly inserted: number; readonly updated: number; readonly deleted: number };
  /** Of a partial push: what was not done. It stays a local change. */
  readonly left?: readonly PushedTable[];
  /** Changes that cannot go, and why. While there is one, nothing is pushed; row by row, nothing after it is. */
  readonly refused: readonly RefusedChange[];
  /** The first changes, for people. */
  readonly preview: readonly ChangePreview[];
  readonly warnings: readonly string[];
}
