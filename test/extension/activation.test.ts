import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('The extension', () => {
  it('activates', async () => {
    const extension = vscode.extensions.getExtension('syncline.syncline');
    assert.ok(extension, 'it is not installed');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers its commands', async () => {
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('syncline.showLog'));
  });

  it('contributes no command that it does not register', async () => {
    const extension = vscode.extensions.getExtension('syncline.syncline');
    const manifest = extension?.packageJSON as { contributes?: { commands?: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = (manifest.contributes?.commands ?? []).filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
