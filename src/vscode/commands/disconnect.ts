import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { placeOf } from '../session/read-session.ts';
import { connectionOf } from '../session/session-state.ts';
import { pickEntry, trustedFolder } from './choose-target.ts';

/** Forgets a target's key. The masking key stays: without it a later pull would mask differently. */
export async function disconnect(services: Services, named: string | undefined): Promise<void> {
  const folder = trustedFolder(services);
  const { state } = services.session;
  const kept = state.entries.filter(({ name }) => connectionOf(state, name).state !== 'disconnected');
  if (kept.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No key is kept for this workspace.'));
    return;
  }
  const entry = await pickEntry(kept, named);
  if (entry === undefined) return;
  const forget = vscode.l10n.t('Forget the key');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget the key of “{0}”?', entry.name),
    {
      modal: true,
      detail: vscode.l10n.t(
        'syncline.json and the local database stay as they are. “Connect” asks for the key again.',
      ),
    },
    forget,
  );
  if (answer !== forget) return;
  await services.credentials.forget(placeOf(folder, entry));
  await services.session.refresh('remote');
}
