import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoProject, type DemoProject } from '../support/demo-project.ts';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/skip.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { showToasts } from '../support/vscode/toasts.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../support/vscode/workbench.ts';
import { killInMidPull } from './support/kill-in-mid-pull.ts';
import { settle } from './support/keep-in-both-themes.ts';
import {
  answerStep,
  connect,
  openView,
  PULL,
  row,
  rowText,
  titleButton,
  toast,
} from './support/syncline-view.ts';

describe('The view in a workspace that', function () {
  this.timeout(180_000);
  let folder: string;
  let workbench: Workbench | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'syncline-states-'));
  });

  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(context: Mocha.Context, more: Partial<WorkbenchOptions> = {}): Promise<Workbench> {
    workbench = await skipWithout(
      context,
      openWorkbench({ extensionPath: projectRoot, workspaceFolder: folder, beforeLoad: showToasts, ...more }),
    );
    return workbench;
  }

  const write = (text: string) => writeFileSync(join(folder, 'syncline.json'), text);

  it('is not trusted says so, and nothing is read', async function () {
    write('{ "local": { "path": "./dev.db" }, "targets": { "production": {} } }');
    const { page } = await open(this, { trusted: false });
    await openView(workbench!);
    await page.getByText('This workspace is not trusted.').waitFor();
    await page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    await workbench!.screenshot('untrusted-light');
    assert.deepEqual(readdirSync(folder), ['syncline.json']);
    assert.equal(await titleButton(page, PULL).count(), 0);
  });

  it('has a mistake in syncline.json points to it, until it is corrected', async function () {
    write('{\n  "local": { "path": "./dev.db" },\n  "targets": { "production": { "protectd": true } }\n}\n');
    const { page } = await open(this);
    await openView(workbench!);
    await page.getByText('There is a mistake in syncline.json.').waitFor();
    await page.locator('.statusbar-item.has-background-color').getByText('Syncline').waitFor();
    await page.getByRole('button', { name: 'Open syncline.json' }).click();
    await page.locator('.squiggly-error').waitFor();
    await workbench!.screenshot('mistake-light');

    write('{ "local": { "path": "./dev.db" }, "targets": { "production": {} } }');
    await page.getByText('This workspace has a syncline.json, but no key is kept').waitFor();
    await workbench!.screenshot('disconnected-light');
  });
});

describe('The view of a connected workspace', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'syncline-connected-'));
  let project: DemoProject;
  let workbench: Workbench;

  before(async function () {
    this.timeout(300_000);
    project = await startDemoProject(40);
    const kept = `// ours\n{ "local": { "path": "./dev.db" }, "targets": { "production": { "supabaseUrl": "${project.url}" } } }\n`;
    writeFileSync(join(folder, 'syncline.json'), kept);
    await killInMidPull(folder, project);
    workbench = await skipWithout(
      this,
      openWorkbench({
        extensionPath: projectRoot,
        workspaceFolder: folder,
        theme: 'high-contrast',
        beforeLoad: showToasts,
      }),
    );
  });

  after(async () => {
    await project.stop();
    await (workbench as Workbench | undefined)?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says once, calmly, which database a pull that was killed has left', async () => {
    await openView(workbench);
    await toast(workbench.page, 'The last pull did not come to its end.').waitFor();
    await workbench.page.keyboard.press('Escape');
    assert.equal(existsSync(join(folder, 'dev.db')), false);
  });

  it('is a few keys away from the connection when syncline.json names the project', async () => {
    await connect(workbench, project);
    await row(workbench.page, 'users').waitFor();
    assert.match(readFileSync(join(folder, 'syncline.json'), 'utf8'), /^\/\/ ours/);
    await settle(workbench);
    await workbench.screenshot('connected-high-contrast');
  });

  it('previews how a table would be masked, without a personal value', async () => {
    const { page } = workbench;
    await row(page, 'users').hover();
    await row(page, 'users').getByRole('button', { name: 'Preview masked rows' }).click();
    await page.getByRole('tab', { name: /users \(masked preview\)/ }).waitFor();
    const text = await page.locator('.editor-instance .view-lines').innerText();
    assert.match(text.replaceAll('\u00a0', ' '), /users: 20 rows as a pull would write them/);
    for (const value of project.personalValues) assert.ok(!text.includes(value), 'a personal value shows');
    await settle(workbench);
    await workbench.screenshot('preview-high-contrast');
    await workbench.runCommand('View: Close All Editors');
  });

  it('proposes masking rules as a diff, and writes them when they are accepted', async () => {
    const { page } = workbench;
    await workbench.runCommand('Syncline: Suggest masking rules');
    await page.locator('.monaco-diff-editor').waitFor();
    await toast(page, 'masking rules are suggested').waitFor();
    await settle(workbench);
    await workbench.screenshot('suggested-rules-high-contrast');
    await toast(page, 'masking rules are suggested').getByRole('button', { name: 'Apply' }).click();
    const text = await eventually('the rules', () => {
      const written = readFileSync(join(folder, 'syncline.json'), 'utf8');
      return written.includes('"mask"') ? written : undefined;
    });
    assert.match(text, /^\/\/ ours/);
    assert.match(text, /"email": *"email"/);
    await workbench.runCommand('View: Close All Editors');
  });

  it('pulls from the target’s own button', async () => {
    const { page } = workbench;
    await row(page, 'production').hover();
    await row(page, 'production').getByRole('button', { name: PULL }).click();
    await toast(page, /Pulled production: .* rows/).waitFor();
    await settle(workbench, row(page, 'users'));
    await workbench.screenshot('pulled-high-contrast');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('forgets the key, and keeps showing what was pulled', async () => {
    const { page } = workbench;
    await workbench.runCommand('Syncline: Disconnect');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Forget the key' }).click();
    await page.getByText('not connected').first().waitFor();
    assert.match(await rowText(page, 'production'), /not connected · pulled/);
    assert.match(await rowText(page, 'users'), /40 rows/);
  });

  it('asks for the key when a pull needs it', async () => {
    const { page } = workbench;
    await titleButton(page, PULL).click();
    await page
      .getByText('How is production reached?')
      .or(page.getByPlaceholder('How is production reached?'))
      .waitFor();
    await page.keyboard.press('Enter');
    await answerStep(page, 2, project.url);
    await answerStep(page, 3, project.secretKey);
    await toast(page, /Pulled production: .* rows/).waitFor();
  });
});
