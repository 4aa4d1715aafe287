import * as vscode from 'vscode';
import { SynclineError } from '../../core/errors.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { PushReport } from '../../engine/push-report.ts';
import type { Selection } from '../../engine/selection.ts';
import { askToArm } from '../arming/ask-to-arm.ts';
import { formatChanges, totalOf } from '../changes/describe-change.ts';
import { changedTables, selectionAt } from '../changes/node-scope.ts';
import { changedRows } from '../changes/read-changes.ts';
import type { Services } from '../services.ts';
import { plainMessage } from '../text/plain-label.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { approvalQuestion, tablesToApprove } from './describe-consent.ts';
import { pushedText, pushQuestion, rehearsedText } from './describe-push.ts';
import { askModally, withConsent, type PushConsent } from './push-consent.ts';
import { pushTarget } from './push-target.ts';
import { shapesOf } from './row-shapes.ts';
import { showFailure } from './show-failure.ts';
import { settleRefused } from './settle-refused.ts';
import { tellPartial } from './tell-partial.ts';

/** Where a push begins: at the row, table or group that was pointed at, or at a target. */
export interface PushStart {
  readonly target?: string;
  readonly node?: TreeNode;
  /**
   * `push` shows the plan and asks; `rehearse` tries it on the server before it asks; `preview` shows it and asks
   * nothing: the buttons of the preview go on.
   */
  readonly first: 'push' | 'rehearse' | 'preview';
}

/** The command: plans, shows the plan as diffs, asks, rehearses where that is possible, and pushes. */
export async function pushChanges(services: Services, start: PushStart): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, start.target);
    if (target === undefined) return;
    const planned = await plan(services, target, start.node);
    if (planned === undefined) return;
    await showPlan(services, planned);
    await askAndPush(services, planned, start.first);
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(start.target !== undefined && { target: start.target }),
      retry: () => pushChanges(services, start),
    });
  }
}

interface Planned {
  readonly target: ChosenTarget;
  /** What is pushed, and what was agreed to. */
  readonly options: PushConsent & { readonly selection?: Selection };
  readonly report: PushReport;
}

/**
 * A plan in which nothing is refused. Tables that need an approval are asked about by name; refused rows are told by
 * name, and left out when the user says so.
 */
async function plan(
  services: Services,
  target: ChosenTarget,
  node: TreeNode | undefined,
): Promise<Planned | undefined> {
  let approved: readonly TableKey[] = [];
  for (;;) {
    const selection = await selectionAt(services, target.name, 'local', node);
    if (selection === null) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No local change is checked.'));
      return undefined;
    }
    const options = { approved, ...(selection !== undefined && { selection }) };
    const report = await pushTarget(services, target, { mode: 'plan', ...options });
    if (report.state === 'nothing') {
      void vscode.window.showInformationMessage(
        [
          vscode.l10n.t('There is nothing to push to {0}.', plainMessage(target.name)),
          ...report.warnings,
        ].join(' '),
      );
      return undefined;
    }
    if (report.state !== 'refused') return { target, options, report };
    const asking = tablesToApprove(report.refused);
    if (asking.length > 0) {
      const answer = await askToApprove(services, report);
      if (answer === 'agreed') approved = [...approved, ...asking];
      else if (answer === undefined) return undefined;
      continue;
    }
    if (!(await settleRefused(services, report)) || node?.kind === 'changed-row') return undefined;
  }
}

/** `agreed`, `left-out` when the tables were unchecked, or undefined. */
async function askToApprove(
  { choices }: Services,
  { target, refused }: PushReport,
): Promise<'agreed' | 'left-out' | undefined> {
  const tables = tablesToApprove(refused);
  const leaveOut = tables.length === 1 ? vscode.l10n.t('Leave it out') : vscode.l10n.t('Leave them out');
  const answer = await askModally(approvalQuestion(target, refused), [leaveOut]);
  if (answer === 'agreed') return 'agreed';
  if (answer !== leaveOut) return undefined;
  choices.chooseTables({ target, side: 'local' }, tables, false);
  return 'left-out';
}

async function showPlan(services: Services, { target, options, report }: Planned): Promise<void> {
  const side = { target: target.name, side: 'local' } as const;
  const tables = changedTables(services, target.name, 'local').map(({ table }) => table);
  await services.previews.open({
    kind: 'push',
    target: target.name,
    counts: report.totals,
    rows: changedRows(services, side, tables, options.selection),
    shapeOf: shapesOf(services, target.name),
  });
}

async function askAndPush(services: Services, planned: Planned, first: PushStart['first']): Promise<void> {
  const canRehearse = planned.report.guarantee !== 'row-by-row';
  let rehearsed = false;
  if (first === 'rehearse' && canRehearse) {
    rehearsed = await rehearse(services, planned);
    if (!rehearsed) return;
  }
  for (;;) {
    const answer = await services.question.ask({
      quiet: first === 'preview' && !rehearsed,
      text: [pushQuestion(planned.report, rehearsed), ...planned.report.warnings].join(' '),
      buttons: [
        { label: vscode.l10n.t('Push…'), answer: 'go' },
        ...(canRehearse ? [{ label: vscode.l10n.t('Rehearse'), answer: 'rehearse' } as const] : []),
      ],
    });
    if (answer === undefined) return;
    if (canRehearse && !rehearsed) {
      rehearsed = await rehearse(services, planned);
      if (!rehearsed) return;
    }
    if (answer === 'go' && (await confirmAndPush(services, planned))) return;
  }
}

/** Whether the server takes it all. What it refuses is told by name. */
async function rehearse(services: Services, { target, options }: Planned): Promise<boolean> {
  const report = await pushTarget(services, target, { mode: 'rehearse', ...options });
  if (report.state === 'refused') {
    await settleRefused(services, report);
    return false;
  }
  void vscode.window.setStatusBarMessage(`Syncline: ${rehearsedText(report)}`, 8000);
  return true;
}

/** False when the person backs out. */
async function confirmAndPush(services: Services, { target, options, report }: Planned): Promise<boolean> {
  const what = vscode.l10n.t('{0} will be pushed.', formatChanges(totalOf(report.totals)));
  if (!(await askToArm(services, target.name, what))) return false;
  const pushed = await withConsent(target.name, options, (consent) =>
    pushTarget(services, target, { ...options, ...consent, mode: 'push' }),
  );
  if (pushed === 'declined') return false;
  if (pushed === 'left') {
    await services.previews.close();
    return true;
  }
  if (pushed.state === 'refused') {
    await settleRefused(services, pushed);
    return true;
  }
  if (pushed.state === 'partial') {
    await services.previews.close();
    await tellPartial(services, pushed);
    return true;
  }
  if (pushed.state !== 'pushed') {
    throw new SynclineError(
      'REMOTE_CHANGED',
      `${target.name} has these changes already: nothing was pushed.`,
    );
  }
  await services.previews.close();
  tellPushed(pushed);
  return true;
}

function tellPushed(report: PushReport): void {
  const undo = vscode.l10n.t('Undo…');
  const log = vscode.l10n.t('Show log');
  const text = [pushedText(report), ...report.warnings].join(' ');
  void vscode.window.showInformationMessage(text, undo, log).then((choice) => {
    if (choice === undo) void vscode.commands.executeCommand('syncline.undo', report.target);
    if (choice === log) void vscode.commands.executeCommand('syncline.showLog');
  });
}
