import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import type { MaskPreview, MaskSuggestion } from '../../../src/engine/mask-report.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import type { WorkspaceStatus } from '../../../src/engine/workspace-status.ts';
import { lockWorkspace } from '../../../src/ledger/workspace-lock.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { bytesOf, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const KEY = Buffer.alloc(32, 9).toString('base64');
const WORKSPACE_FILE = `{
  // a comment
  "local": { "path": "./dev.db" },
  "targets": { "production": {} },
  "tables": { "order": { "mask": { "note": "keep" } } },
}
`;
const SCHEMA = `
  create table "order" (id int primary key, "e-mail" text, note text, "constructor" text);
  create table parts (id int primary key, order_id int references "order", amount numeric(10, 2));
  insert into "order" values (1, 'ada@lovelace.test', 'urgent', 'Ada L.'), (2, null, null, null);
  insert into parts values (1, 1, 1.50), (2, 2, null);`;

describe('the command line', function () {
  this.timeout(30_000);
  const folder = temporaryFolders();
  let postgres: TestPostgres;
  let production: TestDatabase;

  before(async () => {
    postgres = await startPostgres();
    production = await postgres.createDatabase();
    await withClient(production.connectionString, (client) => client.query(SCHEMA));
  });
  after(async () => {
    await production.drop();
    await postgres.stop();
  });

  function workspace(): string {
    const at = folder();
    writeFileSync(join(at, 'syncline.json'), WORKSPACE_FILE);
    return at;
  }
  const environment = (): Record<string, string> => ({
    SYNCLINE_DATABASE_URL: production.connectionString,
    SYNCLINE_MASKING_KEY: KEY,
  });
  const run = (at: string, ...args: readonly string[]): Promise<CliRun> =>
    runCli([...args, '--workspace', at], { env: environment() });

  it('pulls, and prints what came, why it was masked, what was checked, and where the file is', async () => {
    const at = workspace();
    const { code, stdout, stderr } = await run(at, 'pull');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Pulled production \(postgres:\/\/127\.0\.0\.1:\d+\/\w+\) anonymized\.$/m);
    assert.match(stdout, /^order +2 /m);
    assert.match(stdout, /order\.e-mail by email \(.+\)/);
    assert.match(stdout, /ok +foreign keys: 1 foreign keys, no dangling reference/);
    assert.ok(stdout.trimEnd().endsWith(`The database is ${join(at, 'dev.db')}`));
    assert.equal(stderr, '', 'no progress where nobody looks at a terminal');
    assert.ok(!stdout.includes('ada@lovelace.test'));
  });

  it('prints one JSON document and nothing else with --json', async () => {
    const at = workspace();
    const pulled = await run(at, 'pull', '--json');
    const report = JSON.parse(pulled.stdout) as PullReport;
    assert.equal(report.totals.rows, 4);
    const status = JSON.parse((await run(at, 'status', '--json')).stdout) as WorkspaceStatus;
    assert.deepEqual(
      status.targets[0]?.tables.map(({ table, drift }) => [table, drift]),
      [
        ['order', 'in-step'],
        ['parts', 'in-step'],
      ],
    );
    const verbose = await runCli(['--verbose', 'pull', '--json', '--workspace', at], { env: environment() });
    assert.equal((JSON.parse(verbose.stdout) as PullReport).totals.rows, 4);
    assert.match(verbose.stderr, /^info: Plan: 2 tables, 4 rows\.$/m);
  });

  it('pulls raw without a masking key, and says so', async () => {
    const at = workspace();
    const { code, stdout } = await runCli(['pull', '--raw', '--workspace', at], {
      env: { SYNCLINE_DATABASE_URL: production.connectionString },
    });
    assert.equal(code, 0);
    assert.match(stdout, /RAW, without masking/);
    assert.deepEqual(query(join(at, 'dev.db'), 'SELECT "e-mail" FROM "order" WHERE id = 1'), [
      ['ada@lovelace.test'],
    ]);
  });

  it('shows the status without credentials, and exits with 2 on drift when asked', async () => {
    const at = workspace();
    await run(at, 'pull');
    assert.equal((await runCli(['status', '--fail-on-drift', '--workspace', at])).code, 0);
    execute(join(at, 'dev.db'), 'DELETE FROM parts WHERE id = 2');
    const drifted = await runCli(['status', '--fail-on-drift', '--workspace', at]);
    assert.equal(drifted.code, 2);
    assert.match(drifted.stdout, /^parts +2 +local-changes +\+0 ~0 -1 /m);
    assert.equal((await runCli(['status', '--workspace', at])).code, 0);
  });

  it('writes the proposed rules into syncline.json, beside what is there', async () => {
    const at = workspace();
    const dry = await run(at, 'mask', 'suggest', '--dry-run', '--json');
    assert.equal(readFileSync(join(at, 'syncline.json'), 'utf8'), WORKSPACE_FILE);
    const suggestion = JSON.parse(dry.stdout) as MaskSuggestion;
    assert.ok(suggestion.added >= 2);
    assert.equal((await run(at, 'mask', 'suggest')).code, 0);
    const text = readFileSync(join(at, 'syncline.json'), 'utf8');
    assert.equal(text, suggestion.text);
    assert.match(text, /\/\/ a comment/);
    assert.match(text, /"note": "keep"/);
    assert.match(text, /"e-mail": "email"/);
    assert.match(text, /"constructor": "/);
    const again = JSON.parse((await run(at, 'mask', 'suggest', '--json')).stdout) as MaskSuggestion;
    assert.equal(again.added, 0, 'a second time adds nothing');
    assert.equal((await run(at, 'pull')).code, 0, 'the rules can be pulled by');
  });

  it('previews masked rows, never an original', async () => {
    const at = workspace();
    const { code, stdout } = await run(at, 'mask', 'preview', 'order', '--rows', '1', '--json');
    assert.equal(code, 0);
    const preview = JSON.parse(stdout) as MaskPreview;
    assert.equal(preview.rows.length, 1);
    assert.deepEqual([preview.rows[0]?.[0], preview.rows[0]?.[2]], ['1', 'urgent']);
    assert.ok(!stdout.includes('ada@') && !stdout.includes('Ada L.'));
    await run(at, 'pull');
    assert.deepEqual(query(join(at, 'dev.db'), 'SELECT "e-mail" FROM "order" WHERE id = 1'), [
      [preview.rows[0]?.[1]],
    ]);
    const unknown = await run(at, 'mask', 'preview', 'orders', '--json');
    assert.equal(unknown.code, 1);
    assert.equal(
      (JSON.parse(unknown.stdout) as { error: { code: string } }).error.code,
      'CONFIG_UNKNOWN_TABLE',
    );
  });

  it('does not pull while another operation holds the workspace', async () => {
    const at = workspace();
    await run(at, 'pull');
    const release = lockWorkspace(await loadSqliteDriver(), join(at, '.syncline', 'lock.db'), 0);
    try {
      const refused = await run(at, 'pull', '--json');
      assert.equal(refused.code, 3);
      assert.equal((JSON.parse(refused.stdout) as { error: { code: string } }).error.code, 'RUN_IN_PROGRESS');
      assert.equal((await run(at, 'status')).code, 0, 'the status can still be asked for');
    } finally {
      release();
    }
  });

  it('waits for the moment in which a status settles things', async () => {
    const at = workspace();
    const release = lockWorkspace(await loadSqliteDriver(), join(at, '.syncline', 'lock.db'), 0);
    setTimeout(release, 1000);
    assert.equal((await run(at, 'pull')).code, 0);
  });

  it('is cancelled by Ctrl-C, with exit code 130 and the database as it was', async () => {
    const at = workspace();
    await run(at, 'pull');
    const before = bytesOf(join(at, 'dev.db'));
    const cancelled = await whileWaiting(() =>
      runCli(['pull', '--workspace', at, '--json'], {
        env: environment(),
        onStart: (child) => void untilWaiting().then(() => child.kill('SIGINT')),
      }),
    );
    assert.equal(cancelled.code, 130, cancelled.stderr);
    assert.equal((JSON.parse(cancelled.stdout) as { error: { code: string } }).error.code, 'CANCELLED');
    assert.match(cancelled.stderr, /^Cancelling; the local database stays as it was/);
    assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
    assert.equal((await run(at, 'pull')).code, 0);
  });

  /** Runs `work` while a table of production's is locked, so that reading it waits. */
  function whileWaiting<Result>(work: () => Promise<Result>): Promise<Result> {
    return withClient(production.connectionString, async (client) => {
      await client.query('begin; lock table parts in access exclusive mode');
      return work();
    });
  }

  async function untilWaiting(): Promise<void> {
    await withClient(production.connectionString, async (watcher) => {
      const waiting = `select from pg_locks where not granted and relation = 'parts'::regclass`;
      while ((await watcher.query(waiting)).rowCount === 0)
        await new Promise((resolve) => setTimeout(resolve, 20));
    });
  }
});
