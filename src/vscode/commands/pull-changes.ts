import * as vscode from 'vscode';
import type { PullReport } from '../../engine/pull-report.ts';
import type { Selection } from '../../engine/selection.ts';
import { selectionAt } from '../changes/node-scope.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { pulledChangesText } from './describe-pull-changes.ts';
import { showFailure } from './show-failure.ts';

export interface PullChangesOptions {
  readonly selection?: Selection;
  /** Path, from the workspace folder, of a copy of the local database that takes the rows instead. */
  readonly into?: string;
}

/**
 * Brings what production changed beside local edits, with progress and without questions. Throws what the engine
 * throws.
 */
export async function pullChangesOf(
  { engine, session, secrets }: Services,
  { folder, name, credentials }: ChosenTarget,
  { selection, into }: PullChangesOptions = {},
): Promise<PullReport> {
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = {
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: key,
    mode: 'incremental',
    ...(selection !== undefined && { selection }),
    ...(into !== undefined && { into }),
  } as const;
  return runWithProgress(session, 'pull-changes', name, (handle) => engine.call('pull', request, handle));
}

/** The command: pulls the checked production changes, or those that were pointed at. */
export async function pullChanges(
  services: Services,
  named: string | undefined,
  node: TreeNode | undefined,
): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const selection = await selectionAt(services, target.name, 'production', node);
    if (selection === null) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No production change is checked.'));
      return;
    }
    tellPulled(await pullChangesOf(services, target, selection === undefined ? {} : { selection }));
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(named !== undefined && { target: named }),
      retry: () => pullChanges(services, named, node),
    });
  }
}

/** Says what an incremental pull brought. */
export function tellPulled(report: PullReport): void {
  const show = vscode.l10n.t('Show report');
  void vscode.window.showInformationMessage(pulledChangesText(report), show).then((choice) => {
    if (choice === show) void vscode.commands.executeCommand('syncline.showReport', report.target);
  });
}
