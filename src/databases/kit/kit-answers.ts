/** What the kit's functions take and answer, as JSON. docs/kit.md says what each field promises. */
import type { TableName } from '../../core/schema/model.ts';
import type { PostgresText, PostgresTextRow } from '../../core/values/cell.ts';

/** A key as Postgres's text, column by column in the order of the primary key. */
export type KeyTexts = readonly string[];

/**
 * Why the change log cannot answer for a table: its triggers are missing, off, or made for another key (`untracked`); it
 * lost its key; it was altered, or its triggers were off, since the position (`altered`); or writes reach it that fire
 * no triggers (`unlogged` tables after a crash, `inherited` rows, `replicated` from elsewhere).
 */
export type TrackingFault =
  'untracked' | 'no-primary-key' | 'altered' | 'unlogged' | 'inherited' | 'replicated';

/** `syncline_kit()` */
export interface KitStatus {
  readonly version: number;
  readonly installedAt: string;
  /** True in a restored or cloned database, until `syncline_prune` or the migration runs there: no position is valid. */
  readonly restored: boolean;
  readonly tables: readonly (TableName & {
    readonly state: 'tracked' | 'absent' | Exclude<TrackingFault, 'altered'>;
  })[];
  /** Signatures of functions that are not there. */
  readonly missing: readonly string[];
  /** The transaction up to which the log may have been pruned. */
  readonly horizon: string;
  readonly prunedAt: string | null;
  readonly oldestChange: string | null;
  /** Exact up to 100,000, then an estimate. */
  readonly changeLogRows: number;
  readonly stagedPushes: number;
  readonly now: string;
}

/** `syncline_changes(since, tables, max_rows, page)` */
export interface ChangesAnswer {
  /** Where the next call starts from, once every page of this one was taken. */
  readonly position: string;
  readonly tooOld: boolean;
  /** `pruned`: older than the log. `moved`: of another database, or of this one before it was restored or crashed. */
  readonly reason: 'pruned' | 'moved' | null;
  /** Tables to read again whole: TRUNCATE leaves no keys. */
  readonly truncated: readonly TableName[];
  /** Tables that the log cannot answer for: compare them in full. */
  readonly untracked: readonly (TableName & { readonly cause: TrackingFault })[];
  /** False when there is another page. */
  readonly complete: boolean;
  /** True when this one answer, alone, is production at `position`. */
  readonly consistent: boolean;
  readonly next: string | null;
  /** Tables of which something changed. */
  readonly tables: readonly ChangedRows[];
}

export interface ChangedRows extends TableName {
  /** Rows of the columns that were asked for, in key order. */
  readonly upserts: readonly PostgresTextRow[];
  /** For each upsert the push that alone made it, if one did. */
  readonly upsertPushes: readonly (string | null)[];
  readonly deletes: readonly KeyTexts[];
  readonly deletePushes: readonly (string | null)[];
}

/** One of `syncline_digests(...)`; buckets without rows are left out. */
export interface BucketDigest {
  readonly bucket: number;
  readonly rows: number;
  /** 32 hexadecimal digits. */
  readonly digest: string;
}

type Values = Readonly<Record<string, PostgresText>>;

/** One operation of a staged batch. Values are Postgres's text. */
export interface PushOperation {
  readonly op: 'insert' | 'update' | 'delete';
  readonly schema: string;
  readonly name: string;
  /** Every column of the primary key. An insert may leave it out where defaults give it. */
  readonly key?: Values;
  /** What production must still hold (update, delete). */
  readonly expect?: Values;
  readonly set?: Values;
}

export interface CommitOptions {
  /** Do everything, report it, undo it. Sequences that defaults drew from stay advanced. */
  readonly rehearse?: boolean;
  readonly who?: string;
  /** The columns whose resulting texts `rows` gives. */
  readonly returning?: readonly (TableName & { readonly columns: readonly string[] })[];
  /** Also give what triggers said in words. It may quote values: show it, never log it. */
  readonly raised?: boolean;
}

/** Why one operation could not be done. Nothing in it is a value, except `raised`. */
export interface PushFailure {
  /** Position of the operation in the push, over all batches; null for a check at the end of the transaction. */
  readonly index: number | null;
  readonly schema?: string;
  readonly name?: string;
  /**
   * `missing`, `changed` (with `columns`), `exists`, `suppressed` by a trigger, `no-primary-key`, or the SQLSTATE.
   */
  readonly cause: string;
  readonly columns?: readonly string[];
  readonly constraint?: string;
  readonly column?: string;
  readonly message?: string;
  /** The functions that were running, innermost first. */
  readonly where?: readonly string[];
  readonly raised?: string;
}

export interface PushReport {
  readonly pushId: string;
  readonly counts: Readonly<Record<'insert' | 'update' | 'delete', number>>;
  /** What changed in tracked tables in all, triggers and cascades included. */
  readonly effects: readonly (TableName & { readonly op: 'I' | 'U' | 'D' | 'T'; readonly rows: number })[];
  readonly rows: readonly { readonly index: number; readonly row: PostgresTextRow | null }[];
}

/** `syncline_commit_push`, `syncline_push_outcome`, `syncline_stage_push` and `syncline_discard_push`. */
export type PushOutcome =
  | (PushReport & {
      readonly state: 'committed';
      readonly transaction: string;
      readonly committedAt: string;
    })
  | (PushReport & { readonly state: 'rehearsed'; readonly failures: readonly PushFailure[] })
  | { readonly state: 'refused'; readonly pushId: string; readonly failures: readonly PushFailure[] }
  | { readonly state: 'discarded' | 'unknown'; readonly pushId: string }
  /** A serialization failure, a deadlock or a lock that did not come (`cause` is the SQLSTATE). Still staged. */
  | { readonly state: 'retry'; readonly pushId: string; readonly cause: string }
  | {
      readonly state: 'staged' | 'committing' | 'incomplete';
      readonly pushId: string;
      readonly batches: number;
    };
