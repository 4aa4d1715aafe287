import * as vscode from 'vscode';
import { kitStatusMarkdown } from '../documents/kit-status-markdown.ts';
import { runQuietly } from '../progress/show-progress.ts';
import type { Services } from '../services.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { installedText } from './describe-kit.ts';
import { showFailure } from './show-failure.ts';

/** The command: writes the kit as a migration into the workspace, opens it, and says how it is deployed. */
export async function installChangeTracking(services: Services, named: string | undefined): Promise<void> {
  const { engine, session } = services;
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const { folder, name, credentials } = target;
    const request = { folder: folder.fsPath, target: name, credentials, write: true };
    const { files, current } = await runQuietly(session, 'kit', name, (handle) =>
      engine.call('kitSql', request, handle),
    );
    if (files === undefined) return;
    await vscode.window.showTextDocument(vscode.Uri.file(files.up));
    const shown = (path: string) => vscode.workspace.asRelativePath(vscode.Uri.file(path), false);
    const text = installedText({ up: shown(files.up), down: shown(files.down) }, current === true);
    const status = vscode.l10n.t('Change tracking status');
    void vscode.window.showInformationMessage(text, status).then((choice) => {
      if (choice === status) void vscode.commands.executeCommand('syncline.trackingStatus', name);
    });
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(named !== undefined && { target: named }),
      retry: () => installChangeTracking(services, named),
    });
  }
}

/** The command: how the kit stands on a target, as a document. */
export async function showChangeTracking(services: Services, named: string | undefined): Promise<void> {
  const { engine, session, documents } = services;
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const { folder, name, credentials } = target;
    const request = { folder: folder.fsPath, target: name, credentials };
    const report = await runQuietly(session, 'kit', name, (handle) =>
      engine.call('kitStatus', request, handle),
    );
    const title = vscode.l10n.t('Change tracking of {0}.md', name.replaceAll('/', '∕'));
    const uri = documents.put(`reports/${title}`, kitStatusMarkdown(report));
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(named !== undefined && { target: named }),
      retry: () => showChangeTracking(services, named),
    });
  }
}
