import * as vscode from 'vscode';
import { WORKSPACE_FILE } from './workspace-file-text.ts';

/** The folder that Syncline works on: the first one with a syncline.json, else the first one on a disk. */
export async function findFolder(): Promise<vscode.Uri | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  for (const { uri } of folders) {
    if (await isFile(workspaceFileOf(uri))) return uri;
  }
  return folders[0]?.uri;
}

export function workspaceFileOf(folder: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(folder, WORKSPACE_FILE);
}

/** The text of the folder's syncline.json as it is on disk; undefined when there is none. */
export async function readWorkspaceFile(folder: vscode.Uri): Promise<string | undefined> {
  const file = workspaceFileOf(folder);
  if (!(await isFile(file))) return undefined;
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}
