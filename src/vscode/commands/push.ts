import * as vscode from 'vscode';
import { SynclineError } from '../../core/errors.ts';
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
import { pushedText, pushQuestion, rehearsedText } from './describe-push.ts';
import { confirmingLarge, pushTarget } from './push-target.ts';
import { shapesOf } from './row-shapes.ts';
import { showFailure } from './show-failure.ts';
import { settleRefused } from './settle-refused.ts';

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
  readonly selection: Selection | undefined;
  readonly report: PushReport;
}

/** A plan in which nothing is refused. Refused rows are told by name, and left out when the user says so. */
async function plan(
  services: Services,
  target: ChosenTarget,
  node: TreeNode | undefined,
): Promise<Planned | undefined> {
  for (;;) {
    const selection = await selectionAt(services, target.name, 'local', node);
    if (selection === null) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No local change is checked.'));
      return undefined;
    }
    const report = await pushTarget(services, target, {
      mode: 'plan',
      ...(selection !== undefined && { selection }),
    });
    if (report.state === 'nothing') {
      void vscode.window.showInformationMessage(
        [
          vscode.l10n.t('There is nothing to push to {0}.', plainMessage(target.name)),
          ...report.warnings,
        ].join(' '),
      );
      return undefined;
    }
    if (report.state !== 'refused') return { target, selection, report };
    if (!(await settleRefused(services, report)) || node?.kind === 'changed-row') return undefined;
  }
}

async function showPlan(services: Services, { target, selection, report }: Planned): Promise<void> {
  const side = { target: target.name, side: 'local' } as const;
  const tables = changedTables(services, target.name, 'local').map(({ table }) => table);
  await services.previews.open({
    kind: 'push',
    target: target.name,
    counts: report.totals,
    rows: changedRows(services, side, tables, selection),
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
async function rehearse(services: Services, { target, selection }: Planned): Promise<boolean> {
  const report = await pushTarget(services, target, {
    mode: 'rehearse',
    ...(selection !== undefined && { selection }),
  });
  if (report.state === 'refused') {
    await settleRefused(services, report);
    return false;
  }
  void vscode.window.setStatusBarMessage(`Syncline: ${rehearsedText(report)}`, 8000);
  return true;
}

/** False when the person backs out. */
async function confirmAndPush(services: Services, { target, selection, report }: Planned): Promise<boolean> {
  const what = vscode.l10n.t('{0} will be pushed.', formatChanges(totalOf(report.totals)));
  if (!(await askToArm(services, target.name, what))) return false;
  const pushed = await confirmingLarge(
    (confirmed) =>
      pushTarget(services, target, {
        mode: 'push',
        confirmed,
        ...(selection !== undefined && { selection }),
      }),
    confirmLarge,
  );
  if (pushed === undefined) return false;
  if (pushed.state === 'refused') {
    await settleRefused(services, pushed);
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

async function confirmLarge(message: string): Promise<boolean> {
  const push = vscode.l10n.t('Push all of it');
  const detail = vscode.l10n.t('The limits are in syncline.json.');
  const answer = await vscode.window.showWarningMessage(plainMessage(message), { modal: true, detail }, push);
  return answer === push;
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
