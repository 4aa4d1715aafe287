import * as vscode from 'vscode';
import { kitStatusMarkdown } from '../documents/kit-status-markdown.ts';
import { runQuietly } from '../progress/show-progress.ts';
import type { Services } from '../services.ts';
import { readWorkspaceFile } from '../session/folder.ts';
import { migrationsDirectory } from '../session/workspace-file-text.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { migrationFileName } from './migration-file-name.ts';
import { showFailure } from './show-failure.ts';

/** Beside the migrations' folder: `supabase db push` runs, or complains about, whatever lies in it. */
const DOWN_FOLDER = 'rollbacks';

/** The command: writes the kit as a migration into the workspace, opens it, and says how it is deployed. */
export async function installChangeTracking(services: Services, named: string | undefined): Promise<void> {
  const { engine, session } = services;
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const { folder, name, credentials } = target;
    const request = { folder: folder.fsPath, target: name, credentials };
    const { up, down } = await runQuietly(session, 'kit', name, (handle) =>
      engine.call('kitSql', request, handle),
    );
    const directory = vscode.Uri.joinPath(
      folder,
      migrationsDirectory((await readWorkspaceFile(folder)) ?? ''),
    );
    const file = migrationFileName('syncline_kit', Date.now());
    const migration = vscode.Uri.joinPath(directory, file);
    await write(migration, up);
    await write(vscode.Uri.joinPath(directory, '..', DOWN_FOLDER, file), down);
    await vscode.window.showTextDocument(migration);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Written to {0}, and the file that removes it again to {1}. Review and commit them, and deploy with “supabase db push”. Then run “Syncline: Change tracking status”.',
        vscode.workspace.asRelativePath(migration, false),
        `${DOWN_FOLDER}/`,
      ),
    );
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => installChangeTracking(services, named) });
  }
}

async function write(file: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
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
    showFailure(services, thrown, { retry: () => showChangeTracking(services, named) });
  }
}
