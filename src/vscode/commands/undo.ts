import * as vscode from 'vscode';
import { toSynclineError } from '../../core/errors.ts';
import type { ListedChange } from '../../engine/changes-report.ts';
import type { UndoableRun, UndoReport } from '../../engine/undo-report.ts';
import { askToArm } from '../arming/ask-to-arm.ts';
import { formatChanges, totalOf } from '../changes/describe-change.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import { plainMessage } from '../text/plain-label.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { confirmReplacing } from './confirm-replacing.ts';
import { staleMarkdown, undoneText, undoQuestion } from './describe-undo.ts';
import { shapesOf } from './row-shapes.ts';
import { showFailure } from './show-failure.ts';

export interface UndoRunOptions {
  /** The latest one when absent. */
  readonly run?: string;
  readonly mode: 'plan' | 'rehearse' | 'apply';
  /** Whether edits made since a full pull may be lost; a backup keeps them. */
  readonly replaceLocalEdits?: boolean;
}

/** Undoes, with progress and without questions. A push to a protected target must be armed. Throws what the engine throws. */
export async function undoRun(
  { engine, session, secrets, arming }: Services,
  { folder, name, credentials }: ChosenTarget,
  { run, mode, replaceLocalEdits }: UndoRunOptions,
): Promise<UndoReport> {
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = {
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: key,
    mode,
    ...(run !== undefined && { run }),
    ...(replaceLocalEdits !== undefined && { replaceLocalEdits }),
    ...(arming.armed?.target === name && { arm: name }),
  };
  const kind = mode === 'rehearse' ? 'rehearse' : 'undo';
  return runWithProgress(session, kind, name, (handle) => engine.call('undo', request, handle));
}

/** The command: shows what undoing the last operation would do as diffs, asks, and does it. */
export async function undoLast(services: Services, named: string | undefined): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const request = { folder: target.folder.fsPath, target: target.name };
    const [run] = await services.engine.call('undoable', request);
    if (run === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is nothing to undo on {0}.', plainMessage(target.name)),
      );
      return;
    }
    const plan = await undoRun(services, target, { run: run.run, mode: 'plan' });
    if (plan.stale.length > 0) await showStale(services, plan);
    if (totalOf(plan.totals) === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing of the last operation on {0} can be undone.', plainMessage(target.name)),
      );
      return;
    }
    await services.previews.open({
      kind: 'undo',
      target: target.name,
      counts: plan.totals,
      rows: listed(plan.preview),
      shapeOf: shapesOf(services, target.name),
    });
    await askAndUndo(services, target, run, plan);
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => undoLast(services, named) });
  }
}

async function askAndUndo(
  services: Services,
  target: ChosenTarget,
  run: UndoableRun,
  plan: UndoReport,
): Promise<void> {
  const answer = await services.question.ask({
    text: undoQuestion(run, plan),
    buttons: [{ label: vscode.l10n.t('Undo'), answer: 'go' }],
  });
  if (answer !== 'go') return;
  if (run.operation === 'push') {
    const what = vscode.l10n.t('{0} will be taken back.', formatChanges(totalOf(plan.totals)));
    if (!(await askToArm(services, target.name, what))) return;
  }
  const done = await applyAskingForEdits(services, target, run);
  if (done === undefined) return;
  await services.previews.close();
  if (done.state === 'refused') await showStale(services, done);
  else void vscode.window.showInformationMessage(undoneText(done));
}

/** Undefined when local edits would be lost and the person keeps them. */
async function applyAskingForEdits(
  services: Services,
  target: ChosenTarget,
  { run }: UndoableRun,
): Promise<UndoReport | undefined> {
  try {
    return await undoRun(services, target, { run, mode: 'apply' });
  } catch (thrown) {
    const error = toSynclineError(thrown);
    if (error.code !== 'LOCAL_EDITS') throw error;
    if (!(await confirmReplacing(error, 'undo'))) return undefined;
    return undoRun(services, target, { run, mode: 'apply', replaceLocalEdits: true });
  }
}

/** Rows that were changed since stay as they are: all of them are told by name. */
async function showStale(services: Services, report: UndoReport): Promise<void> {
  const title = vscode.l10n.t('Not undone on {0}.md', report.target.replaceAll('/', '∕'));
  const uri = services.documents.put(`reports/${title}`, staleMarkdown(report));
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}

// eslint-disable-next-line @typescript-eslint/require-await -- the report holds the rows already
async function* listed(rows: readonly ListedChange[]): AsyncGenerator<ListedChange> {
  yield* rows;
}
