import * as vscode from 'vscode';
import type { PushReport } from '../../engine/push-report.ts';
import type { Services } from '../services.ts';
import { formatRows } from '../text/amounts.ts';
import { refusedDetail, refusedMarkdown } from './describe-push.ts';

/** Tells refused rows by name, with cause and next step. True when they were unchecked, so that the rest may go on. */
export async function settleRefused(services: Services, { target, refused }: PushReport): Promise<boolean> {
  const leaveOut = refused.length === 1 ? vscode.l10n.t('Leave it out') : vscode.l10n.t('Leave them out');
  const open = vscode.l10n.t('Open syncline.json');
  const byRules = refused.some(({ cause }) => cause === 'not-allowed' || cause === 'pseudonym');
  const showAll = vscode.l10n.t('Show all');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} cannot be pushed to {1}.', formatRows(refused.length), target),
    { modal: true, detail: refusedDetail(refused) },
    leaveOut,
    showAll,
    ...(byRules ? [open] : []),
  );
  if (answer === open) await vscode.commands.executeCommand('syncline.openWorkspaceFile');
  if (answer === showAll) {
    const title = vscode.l10n.t('Refused by {0}.md', target.replaceAll('/', '∕'));
    const uri = services.documents.put(`reports/${title}`, refusedMarkdown(target, refused));
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }
  if (answer !== leaveOut) return false;
  const side = { target, side: 'local' } as const;
  const named = refused.filter(({ key }) => key.length > 0);
  services.choices.chooseRows(side, named, false);
  const nameless = refused.filter(({ key }) => key.length === 0).map(({ table }) => table);
  services.choices.chooseTables(side, nameless, false);
  return true;
}
