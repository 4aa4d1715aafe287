import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { TestDatabase, TestPostgres } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { Answer } from './ask.ts';
import { ask } from './ask.ts';

describe('the faults of the sandbox', () => {
  let server: TestPostgres;
  let database: TestDatabase;
  let sandbox: Sandbox;
  const get = (path = '/t?select=id', method = 'GET'): Promise<Answer> =>
    ask(`${sandbox.url}/rest/v1${path}`, { method, headers: { apikey: sandbox.secretKey } });

  before(async function () {
    this.timeout(120_000);
    server = await startPostgres();
    database = await server.createDatabase();
    sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString: database.connectionString },
      defaultGrants: true,
      setupSql: [
        'create table public.t (id serial primary key); insert into public.t select from generate_series(1, 50)',
      ],
    });
  });
  afterEach(() => sandbox.faults.clear());
  after(async () => {
    await sandbox.stop();
    await database.drop();
    await server.stop();
  });

  it('answer the next requests and no others', async () => {
    sandbox.faults.answer({ status: 429, headers: { 'Retry-After': '7' }, times: 2 });
    const first = await get();
    assert.deepEqual([first.status, first.headers['retry-after']], [429, '7']);
    assert.equal((await get()).status, 429);
    assert.equal((await get()).status, 200);
    sandbox.faults.answer({ status: 503, body: { message: 'down' } });
    assert.equal((await get()).body, '{"message":"down"}');
  });

  it('are for one path or method if so told', async () => {
    sandbox.faults.answer({ status: 500, path: '/other' });
    sandbox.faults.answer({ status: 500, method: 'POST' });
    assert.equal((await get()).status, 200);
    assert.equal((await get('/other')).status, 500);
    assert.equal((await get('/other')).status, 404);
  });

  it('cut an answer in the middle, after the work was done', async () => {
    sandbox.faults.cut();
    await assert.rejects(get(), /aborted|socket hang up/);
    sandbox.faults.cut({ afterBytes: 0, method: 'POST' });
    await assert.rejects(get('/t', 'POST'));
    assert.equal((await sandbox.query<{ n: number }>('select count(*)::int as n from public.t'))[0]?.n, 50);
    sandbox.faults.cut({ afterBytes: 0, method: 'DELETE' });
    await assert.rejects(get('/t?id=eq.50', 'DELETE'));
    assert.equal((await sandbox.query<{ n: number }>('select count(*)::int as n from public.t'))[0]?.n, 49);
  });

  it('refuse a connection before any work', async () => {
    sandbox.faults.refuse();
    await assert.rejects(get('/t?id=eq.1', 'DELETE'), /socket hang up/);
    assert.equal((await get('/t?id=eq.1')).body, '[{"id":1}]');
  });

  it('delay requests, and let others pass', async () => {
    sandbox.faults.delay({ milliseconds: 400, path: '/t' });
    const order: string[] = [];
    await Promise.all([get().then(() => order.push('delayed')), get('/').then(() => order.push('other'))]);
    assert.deepEqual(order, ['other', 'delayed']);
  });
});

describe('the gateway of the sandbox', () => {
  let sandbox: Sandbox;
  before(async function () {
    this.timeout(120_000);
    sandbox = await startSandbox({
      database: { kind: 'pglite' },
      setupSql: ['create table public.t (id int)'],
    });
  });
  after(() => sandbox.stop());

  it('asks for an API key, in a header or in the address', async () => {
    const none = await ask(`${sandbox.url}/rest/v1/t`);
    assert.deepEqual(
      [none.status, JSON.parse(none.body)],
      [
        401,
        {
          message: 'No API key found in request',
          hint: 'No `apikey` request header or url param was found.',
        },
      ],
    );
    const wrong = await ask(`${sandbox.url}/rest/v1/t`, { headers: { apikey: 'nonsense' } });
    assert.deepEqual(
      [wrong.status, (JSON.parse(wrong.body) as { message: string }).message],
      [401, 'Invalid API key'],
    );
    const named = await ask(`${sandbox.url}/rest/v1/?apikey=${sandbox.publishableKey}`);
    assert.equal(named.status, 200);
  });

  it('knows no other path', async () => {
    const elsewhere = await ask(`${sandbox.url}/storage/v1/bucket`, {
      headers: { apikey: sandbox.secretKey },
    });
    assert.equal(elsewhere.status, 404);
  });

  it('has no grants but those that are asked for', async () => {
    const refused = await ask(`${sandbox.url}/rest/v1/t`, { headers: { apikey: sandbox.secretKey } });
    assert.equal(refused.status, 403);
  });
});
