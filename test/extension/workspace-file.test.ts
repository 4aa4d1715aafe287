import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { workspaceFile, workspaceFolder } from './support/sandbox.ts';

describe('Editing syncline.json', function () {
  this.timeout(60_000);
  // In a folder of its own: the schema holds wherever the file lies, and the workspace's own file is left alone.
  const folder = vscode.Uri.joinPath(workspaceFolder(), 'elsewhere');
  const file = vscode.Uri.joinPath(folder, 'syncline.json');

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder.fsPath, { recursive: true, force: true });
  });

  async function open(text: string): Promise<vscode.TextDocument> {
    await vscode.workspace.fs.createDirectory(folder);
    writeFileSync(file.fsPath, text);
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    return document;
  }

  it('allows comments', async () => {
    const document = await open('// ours\n{\n  \n}\n');
    assert.equal(document.languageId, 'jsonc');
    assert.notEqual(file.toString(), workspaceFile().toString());
  });

  it('completes what may stand there', async () => {
    const labels = await eventually('a completion', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        file,
        new vscode.Position(2, 2),
      );
      const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return found.includes('targets') ? found : undefined;
    });
    for (const expected of ['local', 'targets', 'defaults', 'tables'])
      assert.ok(labels.includes(expected), expected);
  });

  it('explains what stands there', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file, new vscode.Position(2, 2), '"local": { "path": "./dev.db" }');
    await vscode.workspace.applyEdit(edit);
    const text = await eventually('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new vscode.Position(2, 16),
      );
      const found = hovers
        .flatMap((hover) => hover.contents)
        .map((part) => (part instanceof vscode.MarkdownString ? part.value : ''))
        .join('\n');
      return found === '' ? undefined : found;
    });
    assert.match(text, /The SQLite file, relative to this file/);
  });
});
