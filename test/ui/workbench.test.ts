import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithout } from '../support/skip.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';

describe('The workbench', function () {
  this.timeout(180_000);
  const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-ui-'));
  let workbench: Workbench | undefined;

  const background = async () =>
    workbench?.page.evaluate<string>(
      'getComputedStyle(document.querySelector(".part.editor .content")).backgroundColor',
    );

  before(() => {
    writeFileSync(join(workspaceFolder, 'a-file.txt'), 'seen');
  });

  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
  });

  after(() => {
    rmSync(workspaceFolder, { recursive: true, force: true });
  });

  it('opens a trusted folder, in light and in dark', async function () {
    const opening = openWorkbench({ extensionPath: projectRoot, workspaceFolder });
    workbench = await skipWithout(this, opening);
    await workbench.page.getByRole('treeitem', { name: 'a-file.txt' }).waitFor();
    await workbench.runCommand('View: Toggle Output');
    await workbench.page.locator('.part.panel .output-view').waitFor();
    assert.equal(await workbench.page.getByText('Restricted Mode').count(), 0);
    assert.equal(await background(), 'rgb(255, 255, 255)');
    assert.ok(statSync(await workbench.screenshot('workbench-light')).size > 10_000);
    await workbench.setTheme('dark');
    assert.equal(await background(), 'rgb(31, 31, 31)');
    assert.ok(statSync(await workbench.screenshot('workbench-dark')).size > 10_000);
    await assert.rejects(workbench.runCommand('Syncline: No such command'), /No command is called/);
  });

  it('opens an untrusted folder in Restricted Mode, in high contrast', async function () {
    const theme = 'high-contrast';
    const opening = openWorkbench({ extensionPath: projectRoot, workspaceFolder, theme, trusted: false });
    workbench = await skipWithout(this, opening);
    await workbench.page.locator('.part.statusbar').getByText('Restricted Mode').waitFor();
    assert.equal(await background(), 'rgb(0, 0, 0)');
    assert.ok(statSync(await workbench.screenshot('workbench-untrusted-high-contrast')).size > 10_000);
  });
});
