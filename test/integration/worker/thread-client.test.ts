import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { PullProgress } from '../../../src/engine/progress.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import type { PullRequest } from '../../../src/worker/protocol.ts';
import { createEngineClient } from '../../../src/worker/thread-client.ts';
import { withClient } from '../../support/chinook.ts';
import { expectError } from '../../support/expect-error.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const WORKER = fileURLToPath(new URL('../../../src/worker/worker.ts', import.meta.url));
const KEY = Buffer.alloc(32, 9).toString('base64');

describe('the engine in a worker thread', function () {
  this.timeout(30_000);
  const folder = temporaryFolders();
  const log: string[] = [];
  let postgres: TestPostgres;
  let production: TestDatabase;
  let engine: EngineClient;

  before(async () => {
    postgres = await startPostgres();
    production = await postgres.createDatabase();
    await withClient(production.connectionString, (client) =>
      client.query(`
        create table users (id int primary key, email text);
        insert into users select n, 'u' || n || '@scouts.test' from generate_series(1, 20000) n`),
    );
  });
  after(async () => {
    await production.drop();
    await postgres.stop();
  });
  beforeEach(() => {
    engine = createEngineClient({ workerPath: WORKER, log: (level, line) => log.push(`${level}: ${line}`) });
  });
  afterEach(() => engine.dispose());

  function workspace(name = 'a'): PullRequest {
    const at = join(folder(), name);
    mkdirSync(at);
    writeFileSync(
      join(at, 'syncline.json'),
      '{ "local": { "path": "./dev.db" }, "targets": { "production": {} } }',
    );
    return { folder: at, credentials: { databaseUrl: production.connectionString }, maskingKey: KEY };
  }

  /** Runs `work` while the table is locked, so that a pull waits for it. */
  function whileLocked<Result>(work: (waiting: () => Promise<void>) => Promise<Result>): Promise<Result> {
    return withClient(production.connectionString, async (client) => {
      await client.query('begin; lock table users in access exclusive mode');
      const sql = `select from pg_locks where not granted and relation = 'users'::regclass`;
      return work(async () => {
        while ((await client.query(sql)).rowCount === 0) await pause(20);
      });
    });
  }

  it('pulls, tells its progress and its log, and this thread goes on meanwhile', async () => {
    const request = workspace();
    const seen: PullProgress[] = [];
    const report = await engine.call('pull', request, { onProgress: (progress) => seen.push(progress) });
    assert.equal(report.totals.rows, 20_000);
    assert.deepEqual([seen[0]?.phase, seen.at(-1)?.phase], ['connect', 'record']);
    assert.ok(log.some((line) => /info: Pull .* is done: 20000 rows/.test(line)));
    assert.deepEqual(await engine.call('lastReport', { folder: request.folder }), report);
  });

  it('works in a folder of any name', async () => {
    const request = workspace(`it's a "folder" 😀 #1 %20 ?x=y & file`);
    await engine.call('pull', request);
    await engine.call('pull', request);
    assert.deepEqual(query(join(request.folder, 'dev.db'), 'SELECT count(*) FROM users'), [[20_000n]]);
    const { targets } = await engine.call('status', { folder: request.folder });
    assert.equal(targets[0]?.tables[0]?.drift, 'in-step');
  });

  it('hands errors over with code, remedy and details', async () => {
    const error = await expectError('CONFIG_NOT_FOUND', () => engine.call('status', { folder: folder() }));
    assert.ok(error.remedy.length > 0);
    assert.equal(typeof error.details['folder'], 'string');
    await expectError('MASKING_KEY_INVALID', () => engine.call('pull', { ...workspace(), maskingKey: 'x' }));
  });

  it('is cancelled while it waits, and can be asked again at once', async () => {
    const request = workspace();
    await whileLocked(async (waiting) => {
      const controller = new AbortController();
      const pulling = engine.call('pull', request, { signal: controller.signal });
      await waiting();
      controller.abort();
      await expectError('CANCELLED', () => pulling);
    });
    await expectError('CANCELLED', () => engine.call('pull', request, { signal: AbortSignal.abort() }));
    assert.equal((await engine.call('pull', request)).local.created, true);
  });

  it('answers the status while a pull is under way, and refuses a second pull', async () => {
    const request = workspace();
    await whileLocked(async (waiting) => {
      const controller = new AbortController();
      const pulling = engine.call('pull', request, { signal: controller.signal });
      await waiting();
      const { recovery, local } = await engine.call('status', { folder: request.folder });
      assert.equal(recovery, undefined, 'what is under way is nothing to settle');
      assert.equal(local.exists, false);
      await expectError('RUN_IN_PROGRESS', () => engine.call('pull', request));
      controller.abort();
      await expectError('CANCELLED', () => pulling);
    });
  });

  it('frees the workspace when it is ended in the middle of a pull, and says so at the next start', async () => {
    const request = workspace();
    await engine.call('pull', request);
    await whileLocked(async (waiting) => {
      const pulling = engine.call('pull', request);
      const ended = expectError('CANCELLED', () => pulling);
      await waiting();
      await engine.dispose();
      await ended;
    });
    const { recovery, targets } = await engine.call('status', { folder: request.folder });
    assert.equal(recovery?.database, 'old');
    assert.equal(targets[0]?.tables[0]?.drift, 'in-step');
    await engine.call('pull', request);
    const bases = readdirSync(join(request.folder, '.syncline', 'base'));
    assert.equal(bases.length, 2, 'the base, and the one to which an undo goes back');
  });
});
