import * as vscode from 'vscode';
import { workspaceFileOf } from './folder.ts';

/** Writes and saves syncline.json. An existing one is changed by an edit, so that it can be undone. */
export async function writeWorkspaceFile(folder: vscode.Uri, text: string): Promise<void> {
  const uri = workspaceFileOf(folder);
  const edit = new vscode.WorkspaceEdit();
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return;
  }
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  edit.replace(uri, whole, text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}
