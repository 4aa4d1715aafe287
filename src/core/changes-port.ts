/** How a production database tells what changed in it, without being read whole. */
import type { RowBatch } from './ports.ts';
import type { Table, TableKey } from './schema/model.ts';
import type { PostgresText, PostgresTextRow } from './values/cell.ts';

/**
 * How production's changes are found. `change-log`: the kit; `digests`: stretches of keys whose digests differ are read;
 * `watermark`: rows with a later `updated_at`, and all keys; `full`: every row is read.
 */
export const CHANGE_METHODS = ['change-log', 'digests', 'watermark', 'full'] as const;
export type ChangeMethod = (typeof CHANGE_METHODS)[number];

/** A primary key as Postgres's text, column by column in the key's order. */
export type KeyTexts = readonly string[];

/** A table with the columns of it that matter, by production's names. */
export interface TableColumns {
  readonly table: Table;
  readonly columns: readonly string[];
}

/** Why the change log cannot answer for one table; it has to be compared in another way. */
export type UnansweredCause =
  /** It was truncated: no keys are left. */
  | 'truncated'
  /** Triggers are missing, off, or made for another key. */
  | 'untracked'
  /** It was altered since: rows may have been rewritten without a trigger. */
  | 'altered'
  | 'no-primary-key'
  | 'unlogged'
  | 'inherited'
  | 'replicated';

/**
 * What the change log says. Where a snapshot is one instant, batches come in this order: tables without an answer, rows,
 * the end. Where it is not, the log is asked again until nothing more comes, so a table may lose its answer after rows of
 * it came (they say nothing then), and `too-old` may still come.
 */
export type ChangeBatch =
  /**
   * The log does not reach back to the position (`pruned`), or the position is of another database, or of this one before
   * a restore (`moved`). Nothing else follows, and what came before it says nothing.
   */
  | { readonly kind: 'too-old'; readonly reason: 'pruned' | 'moved' }
  | { readonly kind: 'unanswered'; readonly table: TableKey; readonly cause: UnansweredCause }
  | {
      readonly kind: 'rows';
      readonly table: TableKey;
      /** Rows as they are now, in the columns that were asked for. A later batch may bring the same key again. */
      readonly upserts: readonly PostgresTextRow[];
      /** Keys without a row. Apply them before the upserts of the same batch. */
      readonly deletes: readonly KeyTexts[];
      readonly bytes: number;
    }
  /**
   * All that came, applied in order, is production as it was at `position`; but for the tables without an answer, which
   * have to be read after this. Where a snapshot is not one instant, ask for the changes since `position` then.
   */
  | { readonly kind: 'end'; readonly position: string };

/** The kit's log of changes. Misses nothing, however late a transaction commits. */
export interface ChangeLog {
  /** Names this instant. Taken before rows are read, it makes the next {@link changes} find what they missed. */
  position(signal: AbortSignal): Promise<string>;
  /** What changed since a position, up to one instant. Throws REMOTE_ errors, CANCELLED. */
  changes(request: {
    readonly since: string;
    readonly tables: readonly TableColumns[];
    readonly signal: AbortSignal;
  }): AsyncIterable<ChangeBatch>;
}

/** The digest of the rows between two boundaries; a bucket without rows has none. */
export interface BucketDigest {
  /** Bucket n holds the keys from boundary n - 1 (inclusive) to boundary n (exclusive); the outer ones are open. */
  readonly bucket: number;
  readonly rows: number;
  readonly digest: string;
}

/** Compares a table with an earlier reading of itself, by digests of stretches of its keys. */
export interface Digests {
  /** Names how they are computed: digests and boundaries of one source mean nothing to another. */
  readonly source: string;
  /** The first key of each of about `buckets` equally large stretches but the first. Tables with a primary key only. */
  bounds(table: Table, buckets: number, signal: AbortSignal): Promise<readonly KeyTexts[]>;
  /** One grouped query. Equal digests mean equal rows in these columns; they are for this kind of connection only. */
  digest(
    request: TableColumns & { readonly bounds: readonly KeyTexts[]; readonly signal: AbortSignal },
  ): Promise<readonly BucketDigest[]>;
  /** The rows of some buckets, in no promised order. */
  bucketRows(
    request: TableColumns & {
      readonly bounds: readonly KeyTexts[];
      readonly buckets: readonly number[];
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<RowBatch>;
}

/** Reads rows by primary key: those that are there, the named columns, in no order. */
export interface ReadByKey extends TableColumns {
  readonly keys: readonly KeyTexts[];
  readonly signal: AbortSignal;
}

export type KeyedRows = readonly (readonly PostgresText[])[];
