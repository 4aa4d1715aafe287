import * as vscode from 'vscode';
import { basename, dirname, resolve } from 'node:path';
import { SynclineError } from '../../core/errors.ts';
import { pullReportMarkdown } from '../documents/pull-report-markdown.ts';
import type { Services } from '../services.ts';
import { workspaceFileOf } from '../session/folder.ts';
import { pickEntry, trustedFolder } from './choose-target.ts';

/** Opens syncline.json at a place counted from 1: the one that is given, else that of a mistake in it, if there is one. */
export async function openWorkspaceFile(
  services: Services,
  place: Partial<Place> = mistakePlace(services) ?? {},
): Promise<void> {
  const { line, column } = place;
  const uri = workspaceFileOf(trustedFolder(services));
  try {
    await vscode.workspace.fs.stat(uri);
  } catch (cause) {
    throw new SynclineError(
      'CONFIG_NOT_FOUND',
      'There is no syncline.json in this folder yet.',
      {},
      { cause },
    );
  }
  const at = line === undefined ? undefined : new vscode.Position(line - 1, (column ?? 1) - 1);
  const selection = at === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.window.showTextDocument(uri, selection);
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function mistakePlace({ session }: Services): Place | undefined {
  const { line, column } = session.state.problem?.details ?? {};
  return typeof line === 'number' && typeof column === 'number' ? { line, column } : undefined;
}

/** Shows where the local database is: in the explorer, or in the system's file browser when it is elsewhere. */
export async function revealLocal(services: Services): Promise<void> {
  const folder = trustedFolder(services);
  const local = services.session.state.status?.local;
  if (local === undefined) return openWorkspaceFile(services);
  const path = resolve(folder.fsPath, local.path);
  if (!local.exists) {
    throw new SynclineError('LOCAL_NOT_FOUND', `There is no ${basename(path)} yet.`);
  }
  const uri = vscode.Uri.file(path);
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  if (isInside) await vscode.commands.executeCommand('revealInExplorer', uri);
  else if (vscode.env.remoteName === undefined) await vscode.commands.executeCommand('revealFileInOS', uri);
  else await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(dirname(path)), true);
}

/** Shows the report of the last pull as rendered Markdown. */
export async function showReport(services: Services, named: string | undefined): Promise<void> {
  const folder = trustedFolder(services);
  const entry = await pickEntry(services.session.state.entries, named);
  if (entry === undefined) return;
  const request = { folder: folder.fsPath, target: entry.name };
  const report = await services.engine.call('lastReport', request);
  if (report === null) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing was pulled from {0} yet.', entry.name));
    return;
  }
  const title = vscode.l10n.t('Pull of {0}.md', entry.name.replaceAll('/', '∕'));
  const uri = services.documents.put(`reports/${title}`, pullReportMarkdown(report));
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    await vscode.window.showTextDocument(uri);
  }
}
