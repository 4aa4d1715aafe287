import type { RefusedChange } from '../core/rows/change.ts';
import type { ListedChange } from './changes-report.ts';
import type { PushedTable } from './push-report.ts';

/** A run that can be taken back, the latest first; only the latest of a target can be undone. */
export interface UndoableRun {
  readonly run: string;
  readonly operation: 'pull' | 'push';
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  /** Rows that it changed. */
  readonly rows: number;
}

/** What undoing a run would do, or did. */
export interface UndoReport {
  /** The run that was undone. */
  readonly run: string;
  readonly operation: 'pull' | 'push';
  readonly target: string;
  readonly state: 'planned' | 'rehearsed' | 'undone' | 'refused' | 'nothing';
  readonly tables: readonly PushedTable[];
  readonly totals: { readonly inserted: number; readonly updated: number; readonly deleted: number };
  /** Rows that were changed since the run: they stay as they are, and are told. */
  readonly stale: readonly RefusedChange[];
  /** The first changes, for people and for diffs. */
  readonly preview: readonly ListedChange[];
  readonly warnings: readonly string[];
}
