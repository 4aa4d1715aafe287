import type { Uri } from 'vscode';
import type { SynclineError } from '../../core/errors.ts';
import type { PullProgress } from '../../engine/progress.ts';
import type { TargetStatus, WorkspaceStatus } from '../../engine/workspace-status.ts';
import type { OperationKind } from '../progress/describe-progress.ts';
import type { TargetConnection } from '../tree/describe-target.ts';
import type { TargetEntry } from './workspace-file-text.ts';

/**
 * Where the workspace stands. `failed`: syncline.json or the local database cannot be read, and `problem` says why.
 * `disconnected`: there is neither a key nor anything pulled, so there is nothing to show but how to connect.
 */
export type Phase =
  'no-folder' | 'untrusted' | 'loading' | 'unconfigured' | 'failed' | 'disconnected' | 'ready';

export interface Operation {
  readonly kind: OperationKind;
  readonly target: string;
  readonly progress?: PullProgress;
  cancel(): void;
}

/** What everything on the screen is drawn from. */
export interface SessionState {
  readonly phase: Phase;
  readonly folder?: Uri;
  /** As syncline.json lists them. */
  readonly entries: readonly TargetEntry[];
  readonly status?: WorkspaceStatus;
  readonly connections: ReadonlyMap<string, TargetConnection>;
  readonly problem?: SynclineError;
  readonly operation?: Operation;
}

export const EMPTY_STATE: SessionState = { phase: 'loading', entries: [], connections: new Map() };

const DISCONNECTED: TargetConnection = { state: 'disconnected' };

export function connectionOf(state: SessionState, target: string): TargetConnection {
  return state.connections.get(target) ?? DISCONNECTED;
}

export function targetsOf(state: SessionState): readonly TargetStatus[] {
  return state.status?.targets ?? [];
}
