import * as vscode from 'vscode';
import type { PullProgress } from '../../engine/progress.ts';
import type { OperationHandle, Session } from '../session/session.ts';
import { TABLES_VIEW } from '../tree/tables-tree.ts';
import {
  compareFraction,
  compareMessage,
  operationTitle,
  progressMessage,
  pullFraction,
  type OperationKind,
} from './describe-progress.ts';

/**
 * Runs an operation with progress in the view and in a cancellable notification.
 * Throws what the operation throws; RUN_IN_PROGRESS when another one runs.
 */
export function runWithProgress<T>(
  session: Session,
  kind: OperationKind,
  target: string,
  work: (handle: OperationHandle) => Promise<T>,
): Promise<T> {
  return session.run(kind, target, (handle) => {
    const notification = {
      location: vscode.ProgressLocation.Notification,
      title: operationTitle(kind, target),
      cancellable: true,
    };
    const result = Promise.resolve(
      vscode.window.withProgress(notification, async (progress, token) => {
        const onCancel = token.onCancellationRequested(() => session.state.operation?.cancel());
        let shown = 0;
        const onProgress = (moment: PullProgress) => {
          handle.onProgress(moment);
          const percent = 100 * (kind === 'compare' ? compareFraction(moment) : pullFraction(moment));
          const message = kind === 'compare' ? compareMessage(moment) : progressMessage(moment);
          progress.report({ message, increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        };
        try {
          return await work({ signal: handle.signal, onProgress });
        } finally {
          onCancel.dispose();
        }
      }),
    );
    void vscode.window.withProgress({ location: { viewId: TABLES_VIEW } }, () => settled(result));
    return result;
  });
}

/** Runs an operation with progress in the view alone. */
export function runQuietly<T>(
  session: Session,
  kind: OperationKind,
  target: string,
  work: (handle: OperationHandle) => Promise<T>,
): Promise<T> {
  return session.run(kind, target, (handle) => {
    const result = work(handle);
    void vscode.window.withProgress({ location: { viewId: TABLES_VIEW } }, () => settled(result));
    return result;
  });
}

async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}
