import * as vscode from 'vscode';
import type { PushReport } from '../../engine/push-report.ts';
import type { Services } from '../services.ts';
import { partialMarkdown, partialText } from './describe-partial.ts';

/** Tells of a push that ended at a failure: the exact account as a document, and what can be done next. */
export async function tellPartial(services: Services, report: PushReport): Promise<void> {
  const title = vscode.l10n.t('Pushed in part to {0}.md', report.target.replaceAll('/', '∕'));
  const uri = services.documents.put(`reports/${title}`, partialMarkdown(report));
  await vscode.commands.executeCommand('markdown.showPreview', uri);
  const pullChanges = vscode.l10n.t('Pull changes');
  const undo = vscode.l10n.t('Undo…');
  void vscode.window.showWarningMessage(partialText(report), pullChanges, undo).then((choice) => {
    if (choice === pullChanges) void vscode.commands.executeCommand('syncline.pullChanges', report.target);
    if (choice === undo) void vscode.commands.executeCommand('syncline.undo', report.target);
  });
}
