import type { PulledTarget } from '../core/ledger-port.ts';
import type { LocalInspection } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Production } from '../core/ports.ts';
import type { OnProgress } from './progress.ts';
import type { PullTracker } from './pull-tracker.ts';
import type { EngineContext } from './workspace.ts';

export interface PullOptions {
  readonly production: Production;
  /** Absent for a raw pull. */
  readonly maskingKey?: MaskingKey;
  readonly replaceLocalEdits: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** A pull under way. */
export interface PullRun extends EngineContext, PullOptions {
  readonly id: string;
  readonly startedAt: number;
  readonly stagePath: string;
  readonly backupPath: string;
  /** The local file as it was found. */
  readonly found: LocalInspection;
  /** The last pull of any target: what the local rows should still be. */
  readonly previous: PulledTarget | undefined;
  readonly tracker: PullTracker;
}
