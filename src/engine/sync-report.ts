import type { PullReport } from './pull-report.ts';
import type { PushReport } from './push-report.ts';

/** What a sync in both directions did. */
export interface SyncReport {
  readonly pull: PullReport;
  /** Absent when the pull left conflicts and the workspace file says that nothing is pushed then. */
  readonly push?: PushReport;
  /** Rows that both sides changed, which wait for a decision. */
  readonly held: number;
}
