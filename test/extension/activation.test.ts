import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

describe('The extension @smoke', () => {
  it('is the packaged one, not the source tree, where that is under test', () => {
    const packaged = process.env['SYNCLINE_TEST_PACKAGED'] === '1';
    const path = vscode.extensions.getExtension('syncline.syncline')?.extensionPath;
    assert.ok(path, 'it is not installed');
    assert.equal(existsSync(join(path, 'src')), !packaged, path);
  });

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
