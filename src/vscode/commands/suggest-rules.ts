import * as vscode from 'vscode';
import { SynclineError } from '../../core/errors.ts';
import { runQuietly } from '../progress/show-progress.ts';
import type { Services } from '../services.ts';
import { readWorkspaceFile, workspaceFileOf } from '../session/folder.ts';
import { writeWorkspaceFile } from '../session/write-workspace-file.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { showFailure } from './show-failure.ts';

/** Proposes masking rules as a diff of syncline.json, and writes them when they are accepted. */
export async function suggestRules(services: Services, named: string | undefined): Promise<void> {
  const { engine, session, documents } = services;
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const before = await readWorkspaceFile(target.folder);
    const request = { folder: target.folder.fsPath, target: target.name, credentials: target.credentials };
    const suggestion = await runQuietly(session, 'suggest', target.name, ({ signal }) =>
      engine.call('maskSuggest', request, { signal }),
    );
    if (suggestion.added === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Every column that a pull would mask already has its rule in syncline.json.'),
      );
      return;
    }
    const proposed = documents.put(`${target.name}/syncline.json`, suggestion.text);
    const title = vscode.l10n.t('syncline.json ↔ with suggested masking rules');
    await vscode.commands.executeCommand('vscode.diff', workspaceFileOf(target.folder), proposed, title, {
      preview: true,
    });
    if (!(await isAccepted(suggestion.added))) return;
    if ((await readWorkspaceFile(target.folder)) !== before) {
      throw new SynclineError(
        'CONFIG_INVALID',
        'syncline.json was changed meanwhile, so the rules were not written.',
      );
    }
    await closeDocument(proposed);
    await writeWorkspaceFile(target.folder, suggestion.text);
    await vscode.window.showTextDocument(workspaceFileOf(target.folder));
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => suggestRules(services, named) });
  }
}

async function isAccepted(added: number): Promise<boolean> {
  const apply = vscode.l10n.t('Apply');
  const question =
    added === 1
      ? vscode.l10n.t('1 masking rule is suggested. The right side shows syncline.json with it.')
      : vscode.l10n.t(
          '{0} masking rules are suggested. The right side shows syncline.json with them.',
          added,
        );
  const answer = await vscode.window.showInformationMessage(question, apply, vscode.l10n.t('Discard'));
  return answer === apply;
}

async function closeDocument(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString(),
    );
  await vscode.window.tabGroups.close(tabs);
}
