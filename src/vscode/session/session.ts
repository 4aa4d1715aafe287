import * as vscode from 'vscode';
import { SynclineError, toSynclineError } from '../../core/errors.ts';
import type { Log, PullProgress } from '../../engine/progress.ts';
import type { EngineClient } from '../../worker/engine-client.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import { operationTitle, ownsLocal, type OperationKind } from '../progress/describe-progress.ts';
import type { CredentialStore } from '../secrets/credential-store.ts';
import { readSession, type RefreshScope } from './read-session.ts';
import { EMPTY_STATE, type SessionState } from './session-state.ts';

/** What a running operation is given. */
export interface OperationHandle {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
}

/** The one place that knows how the workspace stands. Everything on the screen is drawn from its state. */
export interface Session extends Ending {
  readonly state: SessionState;
  readonly onDidChange: vscode.Event<SessionState>;
  /** Reads again: `local` asks nobody, `remote` also asks the connected targets. Never rejects. */
  refresh(scope: RefreshScope): Promise<void>;
  update(change: Partial<SessionState>): void;
  /**
   * Runs an operation, one at a time. Throws RUN_IN_PROGRESS when another one runs; the status is read again after it.
   */
  run<T>(kind: OperationKind, target: string, work: (handle: OperationHandle) => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  readonly engine: EngineClient;
  readonly credentials: CredentialStore;
  readonly log: Log;
}

const PROGRESS_INTERVAL = 150;

export function createSession({ engine, credentials, log }: SessionOptions): Session {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<SessionState>());
  let state = EMPTY_STATE;
  let reading: Promise<void> | undefined;
  let wanted: RefreshScope | undefined;

  const update = (change: Partial<SessionState>) => {
    state = { ...state, ...change };
    changed.fire(state);
  };

  const replace = (next: SessionState) => {
    state = state.operation === undefined ? next : { ...next, operation: state.operation };
    changed.fire(state);
  };

  const readWhileWanted = async () => {
    while (wanted !== undefined) {
      const scope = wanted;
      wanted = undefined;
      try {
        await readSession({ engine, credentials, log, known: state, scope, show: replace });
      } catch (thrown) {
        const problem = toSynclineError(thrown);
        log('error', `${problem.code}: ${problem.message}`);
        update({ phase: 'failed', problem });
      }
    }
  };

  const refresh = async (scope: RefreshScope) => {
    wanted = scope === 'remote' || wanted === 'remote' ? 'remote' : 'local';
    // The engine owns the local database while it writes it; the end of the operation reads again.
    if (state.operation !== undefined && ownsLocal(state.operation.kind)) return;
    reading ??= readWhileWanted().finally(() => {
      reading = undefined;
    });
    await reading;
  };

  const clearOperation = () => {
    const { operation: ended, ...rest } = state;
    if (ended !== undefined) state = rest;
    changed.fire(state);
  };

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    refresh,
    update,
    async run(kind, target, work) {
      if (state.operation !== undefined) {
        const running = operationTitle(state.operation.kind, state.operation.target);
        throw new SynclineError('RUN_IN_PROGRESS', `${running} is still under way.`);
      }
      const abort = new AbortController();
      const cancel = () => {
        abort.abort();
      };
      let shownAt = 0;
      update({ operation: { kind, target, cancel } });
      try {
        return await work({
          signal: abort.signal,
          onProgress: (progress) => {
            if (state.operation === undefined) return;
            const now = Date.now();
            if (now - shownAt < PROGRESS_INTERVAL) return;
            shownAt = now;
            update({ operation: { kind, target, cancel, progress } });
          },
        });
      } finally {
        clearOperation();
        await refresh('local');
      }
    },
    dispose() {
      state.operation?.cancel();
      lifetime.dispose();
    },
  };
}
