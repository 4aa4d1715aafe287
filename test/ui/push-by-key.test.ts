import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoRowsSql } from '../../src/sandbox/demo/rows.ts';
import { demoSchemaSql } from '../../src/sandbox/demo/schema-sql.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startPostgres, type TestDatabase } from '../support/postgres.ts';
import { skipWithout } from '../support/skip.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { showToasts } from '../support/vscode/toasts.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';
import { diffTexts, inlineAction, treeNode } from './support/changes-view.ts';
import { settle } from './support/keep-in-both-themes.ts';
import { connect, openView, PULL, row, titleButton, toast, waitForRow } from './support/syncline-view.ts';

const MEMBERS = 40;

const workspaceFile = (url: string) => `{
  "local": { "path": "./dev.db" },
  "targets": { "production": { "supabaseUrl": ${JSON.stringify(url)}, "protected": true, "confirm": { "rows": 2 } } },
  "defaults": { "direction": "both" },
  "tables": { "sections": { "push": "approval" } },
}
`;

describe('A push with the project’s key alone, before and after change tracking is installed', function () {
  this.timeout(180_000);
  this.bail(true);
  const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-push-by-key-'));
  const migrations = join(workspaceFolder, 'supabase', 'migrations');
  let database: TestDatabase;
  let project: Sandbox;
  let workbench: Workbench;

  before(async function () {
    this.timeout(300_000);
    database = await (await startPostgres()).createDatabase();
    const { connectionString } = database;
    project = await startSandbox({
      database: { kind: 'postgres', connectionString },
      defaultGrants: true,
      setupSql: [demoSchemaSql],
    });
    for (const statement of demoRowsSql({ members: MEMBERS })) await project.execute(statement);
    writeFileSync(join(workspaceFolder, 'syncline.json'), workspaceFile(project.url));
    const settings = { extensionPath: projectRoot, workspaceFolder, theme: 'high-contrast' } as const;
    workbench = await skipWithout(this, openWorkbench({ ...settings, beforeLoad: showToasts }));
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

  const keep = async (name: string) => {
    await settle(workbench);
    await workbench.screenshot(`${name}-high-contrast`);
  };
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click();
  const stored = async () => {
    const activities = await project.query<{ capacity: number | null }>(
      'SELECT capacity FROM activities ORDER BY id LIMIT 2',
    );
    const sections = await project.query<{ fee: string }>(
      'SELECT fee::text FROM sections ORDER BY id LIMIT 1',
    );
    return [...activities.map(({ capacity }) => capacity), sections[0]?.fee];
  };
  const arm = async () => {
    await workbench.page.locator('.quick-input-widget .quick-input-box input').fill('production');
    await workbench.page.keyboard.press('Enter');
  };
  let asPulled: readonly unknown[];

  it('pulls what is to be edited', async () => {
    const { page } = workbench;
    await openView(workbench);
    await connect(workbench, project);
    await row(page, 'activities').waitFor();
    await titleButton(page, PULL).click();
    await toast(page, /Pulled production: .* rows/).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    asPulled = await stored();
  });

  it('asks for the approval of a table whose rules want one, by its name', async () => {
    const { page } = workbench;
    const local = new Sqlite(join(workspaceFolder, 'dev.db'));
    local.exec(`
      UPDATE activities SET capacity = 31 WHERE id = 1;
      UPDATE activities SET capacity = 32 WHERE id = 2;
      UPDATE sections SET fee = 55 WHERE id = 1;
      UPDATE users SET full_name = (SELECT full_name FROM users WHERE id = 5) WHERE id = 4;
    `);
    local.close();
    await waitForRow(page, 'activities', /2 changed here .* \[L\]$/);
    await inlineAction(treeNode(page, 'Local changes'), 'Push local changes');
    await dialog()
      .getByText('Changes of sections are pushed to production only with your approval.')
      .waitFor();
    assert.match(await dialog().innerText(), /sections: 1 change\n/);
    await keep('approval');
    await press('Approve sections');
  });

  it('names a row that cannot go, with its cause, and leaves it out', async () => {
    const { page } = workbench;
    await dialog().getByText('1 row cannot be pushed to production.').waitFor();
    assert.match(await dialog().innerText(), /users 4: "full_name" holds a made-up value/);
    await keep('refused-rows');
    await press('Leave it out');
    await page.getByRole('tab', { name: /^Push to production: 3 updated/ }).waitFor();
    assert.doesNotMatch(await diffTexts(page), /full_name.*\n.*full_name/);
  });

  it('says that the push would not be atomic, and writes nothing before somebody agrees', async () => {
    const { page } = workbench;
    await toast(page, /Push 3 changes to production\? 3 updated\. Row by row \(/).waitFor();
    await keep('push-preview');
    await toast(page, /Push 3 changes/)
      .getByRole('button', { name: 'Push…' })
      .click();
    await arm();
    await dialog().getByText('The push to production would not be all or nothing.').waitFor();
    await keep('not-atomic');
    assert.deepEqual(await stored(), asPulled);
  });

  it('writes change tracking as a migration, and opens it', async () => {
    const { page } = workbench;
    await press('Install change tracking');
    await page.getByRole('tab', { name: /^\d{14}_syncline_kit\.sql/ }).waitFor();
    await toast(
      page,
      /written to supabase\/migrations\/.*, and .* to supabase\/migrations\/down\//,
    ).waitFor();
    await keep('tracking-installed');
    const [file = ''] = readdirSync(migrations).filter((name) => name.endsWith('_syncline_kit.sql'));
    assert.ok(existsSync(join(migrations, 'down', file)));
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Syncline: Install change tracking');
    await toast(page, /The migration is there already/)
      .getByRole('button', { name: 'Open the migration' })
      .click();
    assert.deepEqual(await stored(), asPulled);
    await project.execute(readFileSync(join(migrations, file), 'utf8'));
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('shows how change tracking stands', async () => {
    const { page } = workbench;
    await workbench.runCommand('Syncline: Change tracking status');
    await page.getByRole('tab', { name: /Change tracking of production/ }).waitFor();
    const document = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await document.getByText('Everything is in order.').waitFor();
    await keep('tracking-status');
    await workbench.runCommand('View: Close All Editors');
  });

  it('pushes through change tracking, all or nothing, after a large push was confirmed', async () => {
    const { page } = workbench;
    await inlineAction(treeNode(page, 'Local changes'), 'Push local changes');
    await press('Approve sections');
    await toast(page, /All of it in one transaction/).waitFor();
    await toast(page, /Push 3 changes/)
      .getByRole('button', { name: 'Push…' })
      .click();
    await dialog().getByText('This is a large push to production. Push all of it?').waitFor();
    assert.match(await dialog().innerText(), /3 updated\.[^]*3 rows would be pushed \(more than 2\)/);
    await keep('large-push');
    assert.deepEqual(await stored(), asPulled);
    await press('Push all of it');
    await toast(page, 'Pushed to production: 3 updated.').waitFor();
    assert.deepEqual(await stored(), [31, 32, '55.00']);
    await keep('pushed');
  });

  it('undoes it through change tracking', async () => {
    const { page } = workbench;
    await toast(page, 'Pushed to production').getByRole('button', { name: 'Undo…' }).click();
    await toast(page, 'Undo the push to production').waitFor();
    assert.match(await diffTexts(page), /"capacity": 31/);
    await keep('undo-preview');
    await toast(page, 'Undo the push to production').getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'The push to production was undone').waitFor();
    assert.deepEqual(await stored(), asPulled);
  });
});
