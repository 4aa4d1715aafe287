import * as vscode from 'vscode';
import { toSynclineError } from '../../core/errors.ts';
import type { PullReport } from '../../engine/pull-report.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import { formatCount, formatRows, formatTables } from '../text/amounts.ts';
import { plainMessage } from '../text/plain-label.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { confirmReplacing } from './confirm-replacing.ts';
import { showFailure } from './show-failure.ts';

export interface PullOptions {
  readonly replaceLocalEdits?: boolean;
}

/** Pulls, with progress and without questions. Throws what the engine throws. */
export async function pullTarget(
  { engine, session, secrets }: Services,
  { folder, name, credentials }: ChosenTarget,
  { replaceLocalEdits = false }: PullOptions = {},
): Promise<{ readonly report: PullReport; readonly keyCreated: boolean }> {
  const masking = await maskingKeyOf(secrets, folder.toString());
  const request = {
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: masking.key,
    replaceLocalEdits,
  };
  const report = await runWithProgress(session, 'pull', name, (handle) =>
    engine.call('pull', request, handle),
  );
  return { report, keyCreated: masking.created };
}

/** The command: connects if need be, asks before local edits are replaced, says what came. */
export async function pullProduction(services: Services, named: string | undefined): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const done = await pullAskingForEdits(services, target);
    if (done !== undefined) announce(done.report, done.keyCreated);
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(named !== undefined && { target: named }),
      retry: () => pullProduction(services, named),
    });
  }
}

async function pullAskingForEdits(services: Services, target: ChosenTarget) {
  try {
    return await pullTarget(services, target);
  } catch (thrown) {
    const error = toSynclineError(thrown);
    if (error.code !== 'LOCAL_EDITS' || !(await confirmReplacing(error, 'pull'))) {
      if (error.code === 'LOCAL_EDITS') return undefined;
      throw error;
    }
    return await pullTarget(services, target, { replaceLocalEdits: true });
  }
}

function announce({ totals, target, warnings }: PullReport, keyCreated: boolean): void {
  const columns =
    totals.maskedColumns === 1
      ? vscode.l10n.t('1 column masked')
      : vscode.l10n.t('{0} columns masked', formatCount(totals.maskedColumns));
  const sentences = [
    vscode.l10n.t(
      'Pulled {0}: {1} in {2}, {3}.',
      plainMessage(target),
      formatRows(totals.rows),
      formatTables(totals.tables),
      columns,
    ),
    warnings.length === 0
      ? undefined
      : warnings.length === 1
        ? vscode.l10n.t('There is 1 warning.')
        : vscode.l10n.t('There are {0} warnings.', warnings.length),
    keyCreated
      ? vscode.l10n.t('A masking key was made for this workspace and is kept in the editor’s secret storage.')
      : undefined,
  ];
  const report = vscode.l10n.t('Show report');
  const log = vscode.l10n.t('Show log');
  const text = sentences.filter((sentence) => sentence !== undefined).join(' ');
  void vscode.window.showInformationMessage(text, report, log).then((choice) => {
    if (choice === report) void vscode.commands.executeCommand('syncline.showReport', target);
    if (choice === log) void vscode.commands.executeCommand('syncline.showLog');
  });
}
