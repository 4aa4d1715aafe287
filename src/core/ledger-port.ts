/** What the engine asks of the ledger: Syncline's own memory beside the workspace's data. */
import type { BucketDigest, KeyTexts } from './changes-port.ts';
import type { ErrorRecord } from './errors.ts';
import type { Tracking } from './local-changes-port.ts';
import type { BaseTable, RowCounts } from './local-ports.ts';
import type { MaskReasonSource, TableMask, TransformerName } from './masking/plan.ts';
import type { ConflictKind } from './rows/incoming.ts';
import type { RowFilter } from './rules/row-filter.ts';
import type { TableKey } from './schema/model.ts';

export type RunState =
  /** Under way, or killed. */
  | 'running'
  /** The local database is being switched; whether it was is decided by its schema cookie. */
  | 'switching'
  | 'done'
  | 'failed'
  | 'cancelled'
  /** Killed, and settled by a later start. */
  | 'interrupted';

export interface RunStart {
  readonly id: string;
  readonly operation: 'pull' | 'push' | 'undo';
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * The file that the run fills: the stage of a full pull, which becomes the base; or the incoming rows of an incremental
   * one, which are brought into the base that is there. It is deleted when the run does not succeed.
   */
  readonly stagePath: string;
}

/** How a column was treated in the last pull, as the editor and the reports show it. */
export interface PulledColumnRecord {
  readonly column: string;
  readonly transformer: TransformerName;
  readonly reason: MaskReasonSource;
  readonly detail: string;
}

/** A table as it was last pulled. */
export interface PulledTableRecord extends BaseTable {
  readonly columns: readonly PulledColumnRecord[];
  /** Which rows were pulled, as the workspace file said; all when absent. Rows that they refer to came with them. */
  readonly filter?: RowFilter;
  /** How the rows were masked, so that the same can be done again; null when they were pulled raw. */
  readonly mask: TableMask | null;
  readonly rows: number;
}

/** What lets the next sync read only what changed since this one. Taken before, or at, the instant of its reading. */
export interface SyncMarks {
  /** In the kit's change log; absent where there is none. */
  readonly position?: string;
  readonly tables: Readonly<Record<TableKey, TableMark>>;
}

export interface TableMark {
  /** The table's digests, for the same kind of connection and the same columns only. */
  readonly digests?: {
    readonly source: string;
    readonly bounds: readonly KeyTexts[];
    readonly buckets: readonly BucketDigest[];
  };
  /** The latest value of the column that `watermark` of the workspace file names. */
  readonly watermark?: {
    readonly column: string;
    readonly value: string;
    /** When every row was last compared. Milliseconds since the epoch. */
    readonly comparedAt: number;
  };
}

/** All that is written down about a pull when it succeeds. Written before the switch is committed, in force after. */
export interface PullOutcome {
  readonly run: string;
  readonly target: string;
  readonly localPath: string;
  /** True when there was no local file before. */
  readonly created: boolean;
  /** The local file's schema cookie before the switch, and after it. */
  readonly schemaVersions: { readonly before: number; readonly after: number };
  /** The base: what both sides looked like. */
  readonly basePath: string;
  readonly maskingKey: string | null;
  readonly tables: readonly PulledTableRecord[];
  /** Names what the tables and their masking were decided from; equal means that they need not be decided anew. */
  readonly planKey?: string;
  readonly marks?: SyncMarks;
  /** The mark in the local file, where triggers log what is changed there. */
  readonly tracking?: Tracking;
  /** Rows that both sides changed; they replace those that an earlier run held. */
  readonly held: readonly HeldRecord[];
  /** The report as JSON. */
  readonly report: string;
  /**
   * How the run can be taken back; or that it changed no row, so that earlier runs still can. When absent, neither it
   * nor any run before it can be.
   */
  readonly undo?: UndoEntry | 'nothing-changed';
  /** The run that this one takes back: what the ledger knew before that run is in force again. */
  readonly undoes?: string;
  /** Takes the local file away, which the undone run had created. */
  readonly removes?: true;
}

/** What was kept of a run so that it can be taken back. */
export interface UndoEntry {
  /** `rows`: an undo file. `file`: the backup of the whole local file; null where the run created it. */
  readonly kind: 'rows' | 'file';
  /** Absolute. */
  readonly path: string | null;
  /** Rows that the run changed. */
  readonly rows: number;
}

export interface UndoableRecord extends UndoEntry {
  readonly run: string;
  readonly operation: 'pull' | 'push';
  readonly target: string;
  readonly finishedAt: number;
  /** False for a push that was cut off: it was committed or not, and nothing of it was taken back in here. */
  readonly complete: boolean;
  /** The rows of the target that were held before the run. */
  readonly held: readonly HeldRecord[];
  /** The base of before, when there was one. */
  readonly basePath?: string;
}

/** A row that both sides changed, as it is kept until somebody decides. */
export interface HeldRecord {
  readonly table: TableKey;
  readonly kind: ConflictKind;
  /** The primary key's cells, encoded (`encodeRow`), in base64. */
  readonly key: string;
  readonly columns: readonly string[];
  /** Production's row, masked, encoded, in base64; null when production deleted it. */
  readonly cells: string | null;
  /** The keyed hashes of production's masked values, in base64. */
  readonly seen: string | null;
}

/** What the last successful pull of a target left behind. */
export interface PulledTarget {
  readonly run: string;
  readonly pulledAt: number;
  readonly basePath: string;
  readonly maskingKey: string | null;
  /** The local file's fingerprint right after the pull, or an empty string when it is not known. */
  readonly fingerprint: string;
  readonly tables: readonly PulledTableRecord[];
  readonly planKey?: string;
  readonly marks?: SyncMarks;
  readonly tracking?: Tracking;
  readonly report: string;
}

/** Production against the base, as last compared. */
export interface Comparison {
  readonly table: TableKey;
  readonly comparedAt: number;
  readonly counts: RowCounts;
  readonly schemaDifferences: readonly string[];
}

/** Changes of one kind to one table as a push sent them, kept until they are taken in. */
export interface SentRecord {
  readonly table: TableKey;
  readonly op: 'insert' | 'update' | 'delete';
  /** Of updates, the columns' indexes. */
  readonly columns?: readonly number[];
  /** Changes. */
  readonly count: number;
  /**
   * The cells of all changes one after the other, encoded (`encodeRow`), in base64: of an insert the row's, else the
   * key's, and of an update then those that were set.
   */
  readonly rows: string;
}

export interface UnfinishedRun extends RunStart {
  readonly state: 'running' | 'switching';
  /** What tells whether a push was committed; absent when it did not get as far, or is not atomic. */
  readonly witness?: string;
  readonly outcome?: PullOutcome;
}

export interface Completion {
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
  /** The local file's fingerprint now; empty when it is not known to equal the base. */
  readonly fingerprint: string;
  /** The final report as JSON; the prepared one stays when absent. */
  readonly report?: string;
}

/**
 * Every failure is LEDGER_CORRUPT, DISK_FULL, LOCAL_READ_ONLY or LOCAL_LOCKED. Paths are absolute here and kept
 * relative to the ledger, so that a workspace can be moved or mounted elsewhere.
 */
export interface Ledger {
  begin(run: RunStart): void;
  /** Writes the outcome down, not yet in force. Durable when it returns. */
  prepare(outcome: PullOutcome): void;
  /** Puts a prepared outcome in force. */
  complete(run: string, completion: Completion): void;
  /** Notes, durably, what will tell later whether a push was committed, and what it sent. */
  witness(run: string, witness: string, sent?: readonly SentRecord[]): void;
  /** Notes, durably, changes that production has now, of a push that is not atomic. */
  applied(run: string, sent: readonly SentRecord[]): void;
  /** What was noted of an unfinished push. */
  sent(run: string): readonly SentRecord[];
  /** Back to running: what was prepared did not come into force. */
  reopen(run: string): void;
  /** Ends a run that left everything as it was. */
  end(
    run: string,
    state: 'done' | 'failed' | 'cancelled' | 'interrupted',
    finishedAt: number,
    error?: ErrorRecord,
  ): void;
  /** Notes, durably, that a push is about to be committed that can be taken back. `complete` confirms it. */
  keepUndo(run: string, entry: UndoEntry, at: number): void;
  /** The runs that can be taken back, the latest first, of all targets: they share the local file. */
  undoable(): readonly UndoableRecord[];
  forgetUndo(run: string): void;
  /** In the order in which they began. */
  unfinished(): readonly UnfinishedRun[];
  /** Whether a run began after another one, by the order in which they were written down: no clock is asked. */
  beganAfter(run: string, other: string): boolean;
  pulled(target: string): PulledTarget | undefined;
  /** The rows that the last pull of a target left alone because both sides had changed them. */
  held(target: string): readonly HeldRecord[];
  /** The last successful pull of any target: what the local file was last filled from. */
  lastPull(): PulledTarget | undefined;
  /** Remembers the local file's fingerprint after finding that it still equals the base. */
  saveFingerprint(target: string, fingerprint: string): void;
  saveComparisons(target: string, comparisons: readonly Comparison[]): void;
  comparisons(target: string): readonly Comparison[];
  /** Files under the ledger's care that are still needed; others in its folders are left-overs. */
  neededBases(): readonly string[];
  close(): void;
}
