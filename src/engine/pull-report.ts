import type { ChangeMethod } from '../core/changes-port.ts';
import type { MaskReasonSource, TransformerName } from '../core/masking/plan.ts';
import type { SchemaNote } from '../core/schema/local-schema.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { PullPhase } from './progress.ts';

/** What happened to one column of a pulled table. `keep` means it passed through. */
export interface PulledColumn {
  readonly column: string;
  readonly transformer: TransformerName;
  readonly reason: MaskReasonSource;
  /** For people: which rule or which name, type or sample decided. */
  readonly detail: string;
}

export interface PulledTable {
  readonly table: TableKey;
  readonly localName: string;
  /** Rows that arrived; in an incremental pull, rows that changed. */
  readonly rows: number;
  readonly bytes: number;
  /** True for a table without a primary key: its rows cannot be told apart, so it is replaced whole every time. */
  readonly withoutKey: boolean;
  /** Of a table with conditions: how many rows met them, and how many came because others refer to them. */
  readonly filtered?: { readonly matched: number; readonly parents: number };
  /** Of an incremental pull: what it did to the local rows, and how many it left alone because both sides changed them. */
  readonly changes?: {
    readonly inserted: number;
    readonly updated: number;
    readonly deleted: number;
    readonly held: number;
  };
  /** Of an incremental pull: how changes were found, how many rows were read for it, and why not in a better way. */
  readonly found?: {
    /** `selection`: only the rows that were asked for were read, and those that have to do with them. */
    readonly method: ChangeMethod | 'selection';
    readonly read: number;
    readonly instead?: string;
  };
  readonly columns: readonly PulledColumn[];
}

/** A check is passed, failed, or was not made, and then it says why. A skipped check is never a pass. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

/** What a pull did. Printed by `pull --json`, shown by the editor, kept in the ledger. Carries no row values. */
export interface PullReport {
  readonly run: string;
  readonly mode: 'full' | 'incremental';
  readonly target: string;
  readonly address: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Milliseconds spent by phase. */
  readonly durations: Readonly<Record<PullPhase, number>>;
  /** Whether all rows were read at one instant, and the instant's name. */
  readonly snapshot: { readonly id: string; readonly consistent: boolean };
  /** True when production's catalog could be read only in part (no kit, no connection string). */
  readonly partialCatalog: boolean;
  /** False for `--raw`. */
  readonly masked: boolean;
  /** The masking key's fingerprint: tells keys apart without revealing them. */
  readonly maskingKey?: string;
  readonly tables: readonly PulledTable[];
  readonly totals: {
    readonly tables: number;
    readonly rows: number;
    readonly bytes: number;
    readonly maskedColumns: number;
  };
  readonly checks: readonly CheckResult[];
  /** What of production's schema has no equal in SQLite, by name. */
  readonly notes: readonly SchemaNote[];
  readonly warnings: readonly string[];
  readonly local: {
    readonly path: string;
    readonly created: boolean;
    readonly backup?: string;
    /** Rows of local edits that this pull replaced; they are in the backup. */
    readonly replacedEdits: number;
  };
}
