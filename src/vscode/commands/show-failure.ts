import * as vscode from 'vscode';
import { toSynclineError, type SynclineError } from '../../core/errors.ts';
import { failureActionLabel, failureActions, type FailureAction } from './describe-failure.ts';
import { failureMessage } from '../text/failure-message.ts';
import { plainMessage } from '../text/plain-label.ts';
import type { Services } from '../services.ts';

/** What a failed command can do next, besides being read about. */
export interface FailureContext {
  readonly target?: string;
  readonly retry?: () => unknown;
}

/** Shows what went wrong, what to do about it, and a button that does it. Everything is in the log, too. */
export function showFailure({ channel }: Services, thrown: unknown, context: FailureContext = {}): void {
  const error = toSynclineError(thrown);
  if (error.code === 'CANCELLED') {
    channel.info('Cancelled by the user.');
    void vscode.window.setStatusBarMessage(vscode.l10n.t('Syncline: cancelled, nothing was changed.'), 6000);
    return;
  }
  channel.error(`${error.code}: ${error.message}`);
  if (error.code === 'INTERNAL' && error.cause instanceof Error) channel.debug(error.cause.stack ?? '');
  const actions = failureActions(error.code).filter(
    (action) => action !== 'retry' || context.retry !== undefined,
  );
  const labels = new Map(actions.map((action) => [failureActionLabel(action), action]));
  const show =
    error.code === 'RUN_IN_PROGRESS' ? vscode.window.showInformationMessage : vscode.window.showErrorMessage;
  void show(plainMessage(failureMessage(error)), ...labels.keys()).then((label) => {
    const action = label === undefined ? undefined : labels.get(label);
    if (action !== undefined) void carryOut(action, error, context);
  });
}

async function carryOut(action: FailureAction, error: SynclineError, context: FailureContext): Promise<void> {
  switch (action) {
    case 'connect':
      await vscode.commands.executeCommand('syncline.connect', context.target);
      return;
    case 'pull':
      await vscode.commands.executeCommand('syncline.pull', context.target);
      return;
    case 'pull-changes':
      await vscode.commands.executeCommand('syncline.pullChanges', context.target);
      return;
    case 'open-workspace-file':
      await vscode.commands.executeCommand(
        'syncline.openWorkspaceFile',
        numberIn(error, 'line'),
        numberIn(error, 'column'),
      );
      return;
    case 'open-migration':
      if (typeof error.details['file'] === 'string') {
        await vscode.window.showTextDocument(vscode.Uri.file(error.details['file']));
      }
      return;
    case 'install-tracking':
      await vscode.commands.executeCommand('syncline.installTracking', context.target);
      return;
    case 'tracking-status':
      await vscode.commands.executeCommand('syncline.trackingStatus', context.target);
      return;
    case 'reveal-local':
      await vscode.commands.executeCommand('syncline.revealLocal');
      return;
    case 'manage-trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return;
    case 'retry':
      await context.retry?.();
      return;
    case 'show-log':
      await vscode.commands.executeCommand('syncline.showLog');
      return;
  }
}

function numberIn({ details }: SynclineError, name: string): number | undefined {
  const value = details[name];
  return typeof value === 'number' ? value : undefined;
}
