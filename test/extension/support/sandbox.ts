/** The sandbox that runs beside the extension host while this suite does, and the extension connected to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../src/vscode/exported-api.ts';

/** Set by test/support/vscode/run-extension-suite.ts. */
export interface SandboxAccess {
  readonly url: string;
  readonly secretKey: string;
  readonly members: number;
}

export function sandboxAccess(): SandboxAccess | undefined {
  const given = process.env['SYNCLINE_TEST_SANDBOX'];
  return given === undefined ? undefined : (JSON.parse(given) as SandboxAccess);
}

/** The extension's API; activates it where nothing has yet. */
export async function synclineApi(): Promise<SynclineApi> {
  const extension = vscode.extensions.getExtension<SynclineApi>('syncline.syncline');
  if (extension === undefined) throw new Error('The extension is not installed');
  return extension.activate();
}

export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('No folder is open');
  return folder.uri;
}

export function workspaceFile(): vscode.Uri {
  return vscode.Uri.joinPath(workspaceFolder(), 'syncline.json');
}

export function databasePath(): string {
  return join(workspaceFolder().fsPath, 'dev.db');
}

export function workspaceText(): string {
  return readFileSync(workspaceFile().fsPath, 'utf8');
}
