import * as vscode from 'vscode';
import { SynclineError } from '../../core/errors.ts';
import type { Credentials } from '../../worker/protocol.ts';
import type { Services } from '../services.ts';
import { readWorkspaceFile } from '../session/folder.ts';
import {
  newWorkspaceFile,
  readTargets,
  withTarget,
  type TargetEntry,
} from '../session/workspace-file-text.ts';
import { writeWorkspaceFile } from '../session/write-workspace-file.ts';
import { askForConnection, type ConnectionAnswers } from './ask-for-connection.ts';

export interface Connected {
  readonly folder: vscode.Uri;
  readonly target: string;
  readonly credentials: Credentials;
}

const DEFAULT_TARGET = 'production';
const DEFAULT_PATH = './dev.db';

/**
 * Asks for production's address and key, tries them, and keeps them: the address in syncline.json, the key in the
 * secret storage. Undefined when the person backs out. Throws WORKSPACE_UNTRUSTED, CONFIG_INVALID.
 */
export async function connectToProduction(
  services: Services,
  named: string | undefined,
): Promise<Connected | undefined> {
  if (!vscode.workspace.isTrusted) {
    throw new SynclineError('WORKSPACE_UNTRUSTED', 'This workspace is not trusted.');
  }
  const folder = services.session.state.folder ?? (await pickFolder());
  if (folder === undefined) return undefined;
  const text = await readWorkspaceFile(folder);
  const entries = readTargets(text ?? '');
  const answers = await askForConnection(services.engine, {
    targets: entries,
    ...(named !== undefined && { named }),
    defaultTarget: DEFAULT_TARGET,
    defaultPath: DEFAULT_PATH,
    asksPath: isBlank(text),
  });
  if (answers === undefined) return undefined;
  return keepConnection(services, folder, answers);
}

/** Writes syncline.json and keeps the secrets, as the flow does at its end. */
export async function keepConnection(
  { session, credentials: store }: Services,
  folder: vscode.Uri,
  { target, credentials, localPath }: ConnectionAnswers,
): Promise<Connected> {
  const { supabaseUrl } = credentials;
  const text = await readWorkspaceFile(folder);
  const wanted: TargetEntry = { name: target, ...(supabaseUrl !== undefined && { supabaseUrl }) };
  const after = isBlank(text)
    ? newWorkspaceFile(wanted, localPath ?? DEFAULT_PATH)
    : edited(text ?? '', wanted);
  if (after !== text) await writeWorkspaceFile(folder, after);
  const entry = readTargets(after).find(({ name }) => name === target);
  const bound = entry?.supabaseUrl;
  await store.save(
    { folder: folder.toString(), target, ...(bound !== undefined && { supabaseUrl: bound }) },
    credentials,
  );
  await session.refresh('remote');
  return { folder, target, credentials };
}

function edited(text: string, target: TargetEntry): string {
  try {
    return withTarget(text, target);
  } catch (cause) {
    throw new SynclineError(
      'CONFIG_INVALID',
      'syncline.json cannot be changed while it has a mistake.',
      {},
      { cause },
    );
  }
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  const [only] = folders;
  if (only === undefined) throw new SynclineError('CONFIG_NOT_FOUND', 'Open a folder first.');
  return only.uri;
}
