import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { startDemoProject, type DemoProject } from '../support/demo-project.ts';
import { skipWithout } from '../support/skip.ts';
import { filesBelow } from '../support/files-below.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { showToasts } from '../support/vscode/toasts.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';
import { keepInBothThemes } from './support/keep-in-both-themes.ts';
import {
  answerStep,
  openView,
  PULL,
  row,
  rowText,
  step,
  titleButton,
  toast,
  waitForRow,
} from './support/syncline-view.ts';

const MEMBERS = 120;

describe('From an empty folder to an anonymized local database, by mouse and keyboard', function () {
  this.timeout(120_000);
  const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-pull-'));
  const database = join(workspaceFolder, 'dev.db');
  let project: DemoProject;
  let workbench: Workbench;

  before(async function () {
    this.timeout(300_000);
    project = await startDemoProject(MEMBERS);
    workbench = await skipWithout(
      this,
      openWorkbench({ extensionPath: projectRoot, workspaceFolder, theme: 'dark', beforeLoad: showToasts }),
    );
  });

  after(async () => {
    await project.stop();
    await (workbench as Workbench | undefined)?.close();
    rmSync(workspaceFolder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
  });

  const keepScreenshots = (name: string, pointAt?: Locator) => keepInBothThemes(workbench, name, pointAt);

  it('welcomes with what it is for and one button', async () => {
    await openView(workbench);
    await workbench.page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    await keepScreenshots('welcome');
  });

  it('explains what is wrong with an input before anything is sent', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await step(page, 1).getByText('Supabase project').click();
    await step(page, 2).locator('input').fill('abcd.supabase.co');
    await step(page, 2).getByText('This is not a URL.').waitFor();
    await answerStep(page, 2, `${project.url}/`);
    await step(page, 3).locator('input').fill(project.publishableKey);
    await step(page, 3).getByText('This is the publishable key').waitFor();
    await keepScreenshots('connect-publishable-key');
  });

  it('refuses a key that does not work, and keeps the step open', async () => {
    const { page } = workbench;
    await answerStep(page, 3, 'sb_secret_this_is_not_it');
    await step(page, 3).getByText('Copy the secret key').waitFor();
    assert.equal(existsSync(join(workspaceFolder, 'syncline.json')), false);
  });

  it('goes back a step without losing what was typed', async () => {
    const { page } = workbench;
    await page.locator('.quick-input-titlebar').getByRole('button', { name: 'Back' }).click();
    assert.equal(await step(page, 2).locator('input').inputValue(), project.url);
    await page.keyboard.press('Enter');
    await step(page, 3).waitFor();
  });

  it('connects, writes syncline.json and shows the tables', async () => {
    const { page } = workbench;
    await answerStep(page, 3, project.secretKey);
    await answerStep(page, 4, './dev.db');
    await row(page, 'users').waitFor();
    await waitForRow(page, 'users', /^users .*not pulled yet \[N\]$/);
    assert.match(readFileSync(join(workspaceFolder, 'syncline.json'), 'utf8'), new RegExp(project.url));
    await toast(page, 'Connected to production').waitFor();
    await keepScreenshots('connected');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('pulls on a click in the view’s title, and shows how far it is', async () => {
    const { page } = workbench;
    project.faults.delay({ milliseconds: 60, times: 100 });
    await titleButton(page, PULL).click();
    await toast(page, /Pulling production \(anonymized\): Loading .* of .* rows \(\d+ %\)/).waitFor();
    assert.match(await page.locator('.part.statusbar').innerText(), /Pulling production \d+ %/);
    await keepScreenshots('pulling');
    project.faults.clear();
    await toast(page, /Pulled production: [\d,]+ rows in \d+ tables, \d+ columns masked/).waitFor();
    await waitForRow(page, 'users', new RegExp(`${MEMBERS} rows · \\d+ masked · pulled just now \\[\\]$`));
    await keepScreenshots('pulled');
  });

  it('has filled the SQLite file, with its references intact', () => {
    const local = new Sqlite(database, { readonly: true });
    try {
      assert.deepEqual(local.pragma('foreign_key_check'), []);
      assert.equal(local.prepare('SELECT count(*) FROM users').pluck().get(), MEMBERS);
    } finally {
      local.close();
    }
  });

  it('has left no personal value and no key anywhere in the folder', () => {
    const needles = [...project.personalValues, project.secretKey];
    assert.ok(needles.length > MEMBERS);
    for (const file of filesBelow(workspaceFolder)) {
      const bytes = readFileSync(file).toString('latin1');
      const found = needles.filter((needle) => bytes.includes(Buffer.from(needle).toString('latin1')));
      assert.equal(found.length, 0, `${file} holds ${found.length} of them`);
    }
  });

  it('shows the report of the pull', async () => {
    const { page } = workbench;
    await toast(page, 'Pulled production').getByRole('button', { name: 'Show report' }).click();
    await page.getByRole('tab', { name: /Pull of production/ }).waitFor();
    const texts = async () => {
      const frames = page.frames().filter((frame) => frame.url().includes('fake.html'));
      const bodies = await Promise.all(
        frames.map((frame) =>
          frame
            .locator('body')
            .innerText()
            .catch(() => ''),
        ),
      );
      return bodies.join('\n');
    };
    const deadline = Date.now() + 20_000;
    while (!(await texts()).includes('Masked columns') && Date.now() < deadline)
      await page.waitForTimeout(200);
    assert.match(await texts(), /Pull of production[^]*Checks[^]*Masked columns/);
    await keepScreenshots('report');
    await workbench.runCommand('View: Close All Editors');
  });

  it('tells in a tooltip what is masked and why', async () => {
    const { page } = workbench;
    await row(page, 'users').hover();
    const tooltip = page.locator('.workbench-hover-container').filter({ hasText: 'Masked:' });
    await tooltip.waitFor();
    assert.match(await tooltip.innerText(), /email → email/);
    await keepScreenshots('tooltip', row(page, 'users'));
    await page.locator('.part.editor').hover();
  });

  it('lists the columns with type, key and mask', async () => {
    const { page } = workbench;
    await row(page, 'users').click();
    await page.getByRole('treeitem', { name: /^email, .*masked as email/ }).waitFor();
    await page.getByRole('treeitem', { name: /^id, .*primary key/ }).waitFor();
    await keepScreenshots('columns');
    await row(page, 'users').click();
  });

  it('notices a row that was changed locally', async () => {
    const { page } = workbench;
    const local = new Sqlite(database);
    local.exec("UPDATE sections SET name = name || ' (mine)' WHERE id = (SELECT min(id) FROM sections)");
    local.close();
    await waitForRow(page, 'sections', /1 changed here .* \[L\]$/);
  });

  it('notices rows that were changed in production, when it compares', async () => {
    const { page } = workbench;
    await project.execute(
      "UPDATE activities SET title = 'Changed' WHERE id = (SELECT min(id) FROM activities)",
    );
    await titleButton(page, 'Compare with production').click();
    await waitForRow(page, 'activities', /1 changed in production .* \[P\]$/);
    assert.match(await rowText(page, 'production'), / \[2\]$/);
    await keepScreenshots('drift');
  });

  it('asks before it replaces local edits, and keeps them when told to', async () => {
    const { page } = workbench;
    await titleButton(page, PULL).click();
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /1 row was edited locally/);
    await keepScreenshots('local-edits');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await waitForRow(page, 'sections', /1 changed here .* \[L\]$/);
  });

  it('replaces them when that is confirmed', async () => {
    const { page } = workbench;
    await titleButton(page, PULL).click();
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Back up and replace' }).click();
    await waitForRow(page, 'sections', /rows · .*pulled just now \[\]$/);
    await waitForRow(page, 'activities', /rows · .*pulled just now \[\]$/);
  });

  it('can be cancelled, and then nothing has changed', async () => {
    const { page } = workbench;
    const before = readFileSync(database);
    project.faults.delay({ milliseconds: 300, times: 200 });
    await titleButton(page, PULL).click();
    await toast(page, 'Loading').getByRole('button', { name: 'Cancel' }).click();
    await titleButton(page, PULL).waitFor();
    project.faults.clear();
    assert.ok(readFileSync(database).equals(before), 'the database is another one');
    await page.locator('.part.statusbar').getByText('cancelled, nothing was changed').waitFor();
  });
});
