/** The composition root: everything that the extension is made of is put together here. */
import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { createArming } from './vscode/arming/arming.ts';
import { showArmedInStatusBar } from './vscode/arming/armed-status-bar.ts';
import { createChoices } from './vscode/changes/choices.ts';
import { changePages } from './vscode/changes/engine-pages.ts';
import { createPreviews } from './vscode/changes/preview-changes.ts';
import { createPreviewQuestion } from './vscode/changes/preview-question.ts';
import { compareInBackground } from './vscode/commands/compare.ts';
import { registerCommands } from './vscode/commands/register-commands.ts';
import { createVirtualDocuments, ROW_SCHEME } from './vscode/documents/virtual-documents.ts';
import { createApi, type SynclineApi } from './vscode/exported-api.ts';
import { createLazyEngine } from './vscode/lazy-engine.ts';
import { channelLog } from './vscode/log.ts';
import { createCredentialStore } from './vscode/secrets/credential-store.ts';
import type { Services } from './vscode/services.ts';
import { diagnoseWorkspaceFile } from './vscode/session/diagnose-workspace-file.ts';
import { createSession } from './vscode/session/session.ts';
import { tellRecovery } from './vscode/session/tell-recovery.ts';
import { watchFiles } from './vscode/session/watch-files.ts';
import { keepContextKeys } from './vscode/status/context-keys.ts';
import { showStatusBar } from './vscode/status/status-bar.ts';
import { decorateDrift } from './vscode/tree/drift-decorations.ts';
import { createTablesTree } from './vscode/tree/tables-tree.ts';
import { createEngineClient } from './worker/thread-client.ts';

/** Two for each row of a preview's page; those of several pages stay open in their editors. */
const MOST_ROW_DOCUMENTS = 1000;

let stopEngine: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): SynclineApi {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });

  const channel = vscode.window.createOutputChannel('Syncline', { log: true });
  const log = channelLog(channel);
  const workerPath = vscode.Uri.joinPath(context.extensionUri, 'dist', 'worker.cjs').fsPath;
  const engine = createLazyEngine(() => createEngineClient({ workerPath, log }));
  stopEngine = () => engine.dispose();

  const credentials = createCredentialStore(context.secrets);
  const session = createSession({ engine, credentials, log });
  const documents = createVirtualDocuments();
  const rowDocuments = createVirtualDocuments(ROW_SCHEME, MOST_ROW_DOCUMENTS);
  const previews = createPreviews(rowDocuments);
  const question = createPreviewQuestion(previews);
  const arming = createArming(session);
  const choices = createChoices();
  const { secrets } = context;
  const pages = changePages({ engine, session, secrets, credentials });
  const tree = createTablesTree({ session, pages, choices });
  const services: Services = {
    engine,
    session,
    credentials,
    secrets,
    documents,
    channel,
    choices,
    pages,
    previews,
    question,
    arming,
    redrawChanges: (table) => tree.redraw(table),
  };

  context.subscriptions.push(
    channel,
    session,
    documents,
    rowDocuments,
    previews,
    question,
    arming,
    choices,
    tree,
    keepContextKeys(session),
    decorateDrift(session),
    showStatusBar(session),
    showArmedInStatusBar(arming),
    diagnoseWorkspaceFile(session),
    tellRecovery(session, (message) => channel.warn(message)),
    watchFiles(session),
    registerCommands(services),
  );
  void session.refresh('remote').then(() => compareInBackground(services));
  return createApi(services);
}

/** Calls under way are cancelled and the worker ends by itself, so that the local database is left whole. */
export async function deactivate(): Promise<void> {
  await stopEngine?.();
}
