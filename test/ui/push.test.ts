import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoRowsSql } from '../../src/sandbox/demo/rows.ts';
import { demoSchemaSql } from '../../src/sandbox/demo/schema-sql.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startPostgres, type TestDatabase } from '../support/postgres.ts';
import { skipWithout } from '../support/skip.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { showToasts } from '../support/vscode/toasts.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';
import { diffTexts, inlineAction, previewButton, toggle, treeNode, unfold } from './support/changes-view.ts';
import { keepInBothThemes } from './support/keep-in-both-themes.ts';
import {
  answerStep,
  openView,
  PULL,
  row,
  step,
  titleButton,
  toast,
  waitForRow,
} from './support/syncline-view.ts';

const MEMBERS = 40;

const WORKSPACE_FILE = `{
  "local": { "path": "./dev.db" },
  "targets": { "production": { "protected": true } },
  "defaults": { "direction": "both" },
}
`;

describe('From an edited row to production and back, by mouse and keyboard', function () {
  this.timeout(180_000);
  const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-push-'));
  let database: TestDatabase;
  let project: Sandbox;
  let workbench: Workbench;

  before(async function () {
    this.timeout(300_000);
    database = await (await startPostgres()).createDatabase();
    const { connectionString } = database;
    project = await startSandbox({
      database: { kind: 'postgres', connectionString },
      setupSql: [demoSchemaSql],
    });
    for (const statement of demoRowsSql({ members: MEMBERS })) await project.execute(statement);
    writeFileSync(join(workspaceFolder, 'syncline.json'), WORKSPACE_FILE);
    workbench = await skipWithout(
      this,
      openWorkbench({ extensionPath: projectRoot, workspaceFolder, theme: 'dark', beforeLoad: showToasts }),
    );
    workbench.page.setDefaultTimeout(60_000);
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.close();
    await project.stop();
    await database.drop();
    rmSync(workspaceFolder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
  });

  const edit = (sql: string) => {
    const local = new Sqlite(join(workspaceFolder, 'dev.db'));
    local.exec(sql);
    local.close();
  };
  const capacities = async () => {
    const rows = await project.query<{ capacity: number | null }>(
      'SELECT capacity FROM activities ORDER BY id LIMIT 3',
    );
    return rows.map(({ capacity }) => capacity);
  };
  let asPulled: readonly (number | null)[];

  it('pulls what is to be edited', async () => {
    const { page } = workbench;
    await openView(workbench);
    await page.locator('.part.sidebar').getByRole('button', { name: 'Connect', exact: true }).click();
    await step(page, 1).getByText('Postgres connection string').click();
    await answerStep(page, 2, database.connectionString);
    await row(page, 'activities').waitFor();
    await titleButton(page, PULL).click();
    await toast(page, /Pulled production: .* rows/).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    asPulled = await capacities();
  });

  it('shows each row that was changed locally, by its key, with its letter and columns', async () => {
    const { page } = workbench;
    edit(`
      UPDATE activities SET capacity = 31 WHERE id = 1;
      UPDATE activities SET capacity = 32, cost = 12.5 WHERE id = 2;
      UPDATE activities SET capacity = 33 WHERE id = 3;
      DELETE FROM activity_participants WHERE rowid = (SELECT min(rowid) FROM activity_participants);
    `);
    await waitForRow(page, 'activities', /3 changed here .* \[L\]$/);
    await treeNode(page, 'Local changes, 3 updated, 1 deleted, 4 changes').waitFor();
    await unfold(treeNode(page, 'Local changes of activities, 3 updated, 3 changes'));
    await treeNode(page, 'Row 2 of activities, updated, cost, capacity').waitFor();
    await unfold(treeNode(page, 'Local changes of activity_participants, 1 deleted, 1 change'));
    await keepInBothThemes(workbench, 'local-changes');
  });

  it('opens a row as a diff in the language of rows', async () => {
    const { page } = workbench;
    await treeNode(page, 'Row 1 of activities, updated, capacity').click();
    await page.getByRole('tab', { name: /activities 1 \(as last synced ↔ after the push\)/ }).waitFor();
    const editor = page.locator('.editor-instance .monaco-diff-editor');
    await editor.getByText('31', { exact: false }).first().waitFor();
    await page.locator('.part.statusbar').getByText('Database row').waitFor();
    await keepInBothThemes(workbench, 'row-diff');
    await workbench.runCommand('View: Close All Editors');
  });

  it('leaves out what is unchecked, and says so where a checkbox cannot', async () => {
    const { page } = workbench;
    await toggle(treeNode(page, 'Row 3 of activities, updated, capacity'));
    await treeNode(page, 'Local changes of activities, 3 updated, 2 of 3 chosen').waitFor();
    await toggle(treeNode(page, 'Local changes of activity_participants, 1 deleted, 1 change'));
    await treeNode(page, 'Local changes, 3 updated, 1 deleted, 2 of 4 chosen').waitFor();
    await keepInBothThemes(workbench, 'chosen-rows');
  });

  it('previews the push as the editor’s own diffs', async () => {
    const { page } = workbench;
    await inlineAction(treeNode(page, 'Local changes'), 'Push local changes');
    await page.getByRole('tab', { name: /^Push to production: 2 updated/ }).waitFor();
    const texts = await diffTexts(page);
    assert.match(texts, /"capacity": 31/);
    assert.match(texts, /"capacity": 32/);
    assert.match(texts, /"cost": "?12\.50?"?/);
    assert.doesNotMatch(texts, /"capacity": 33/);
    await toast(page, 'Push 2 changes to production? 2 updated.').waitFor();
    await keepInBothThemes(workbench, 'push-preview');
  });

  it('rehearses on the server, and nothing is different afterwards', async () => {
    const { page } = workbench;
    await previewButton(page, 'Rehearse the previewed changes').click();
    await toast(page, 'The rehearsal went through').waitFor();
    assert.deepEqual(await capacities(), asPulled);
  });

  it('pushes to a protected target only when its name is typed', async () => {
    const { page } = workbench;
    await toast(page, 'The rehearsal went through').getByRole('button', { name: 'Push…' }).click();
    const input = page.locator('.quick-input-widget .quick-input-box input');
    await input.fill('prod');
    await page.locator('.quick-input-widget').getByText('Type production to arm it.').waitFor();
    await keepInBothThemes(workbench, 'arming');
    assert.deepEqual(await capacities(), asPulled);
    await input.fill('production');
    await page.keyboard.press('Enter');
    await toast(page, 'Pushed to production: 2 updated.').waitFor();
    assert.deepEqual(await capacities(), [31, 32, asPulled[2]]);
    await treeNode(page, 'Local changes of activities, 1 updated, 1 change').waitFor();
  });

  it('counts down in the status bar while the target is armed, and disarms on a click', async () => {
    const { page } = workbench;
    const armed = page.locator('.part.statusbar').getByText(/production armed \d+:\d\d/);
    await armed.waitFor();
    await keepInBothThemes(workbench, 'pushed');
    await armed.click();
    await armed.waitFor({ state: 'detached' });
  });

  it('undoes the push, once that was looked at and production is armed again', async () => {
    const { page } = workbench;
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Syncline: Undo last operation');
    await toast(page, 'Undo the push to production').waitFor();
    assert.match(await diffTexts(page), /"capacity": 31/);
    await keepInBothThemes(workbench, 'undo-preview');
    await toast(page, 'Undo the push to production').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.quick-input-widget .quick-input-box input').fill('production');
    await page.keyboard.press('Enter');
    await toast(page, 'The push to production was undone').waitFor();
    assert.deepEqual(await capacities(), asPulled);
  });

  it('shows what production changed, row by row, and pulls what is checked', async () => {
    const { page } = workbench;
    await workbench.runCommand('Notifications: Clear All Notifications');
    await project.execute('UPDATE sections SET fee = fee + 1');
    await titleButton(page, 'Compare with production').click();
    await unfold(treeNode(page, 'Production changes of sections, 2 updated, 2 changes'));
    await treeNode(page, 'Row 1 of sections, updated, fee').waitFor();
    // What was pushed and undone is as it was, but for what a trigger of production wrote meanwhile.
    await unfold(treeNode(page, 'Production changes of activities, 2 updated, 2 changes'));
    await treeNode(page, 'Row 1 of activities, updated, updated_at').waitFor();
    await keepInBothThemes(workbench, 'production-changes');
    await inlineAction(treeNode(page, 'Production changes'), 'Pull changes');
    await toast(page, /Pulled changes of production into .*: 4 updated\./).waitFor();
    await eventually('the end of the group', async () =>
      (await treeNode(page, 'Production changes').count()) === 0 ? true : undefined,
    );
  });
});
