import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import type { SupabaseOptions } from '../../../src/databases/supabase/open-rest-session.ts';
import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { expectError } from '../../support/expect-error.ts';
import type { ContractDatabase } from './contract-database.ts';
import { createContractDatabase } from './contract-database.ts';
import type { TestServer } from './test-servers.ts';
import { closedPort, selfSignedSite, silentServer, webSite } from './test-servers.ts';

const { signal } = new AbortController();

/** Retries without waiting. */
const retry = { tries: 4, sleep: () => Promise.resolve() };

describe('a project URL or key that does not work', () => {
  let server: TestServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function refusal(code: ErrorCode, options: SupabaseOptions): Promise<void> {
    const production = openSupabase({ retry, ...options });
    for (const attempt of [() => production.probe(signal), () => production.openSnapshot(signal)]) {
      const error = await expectError(code, attempt);
      assert.ok(
        !JSON.stringify([error.message, error.details, error.cause]).includes('hunter2'),
        error.message,
      );
    }
  }
  const key = 'sb_secret_hunter2';

  it('is REMOTE_UNREACHABLE when nobody listens', async () => {
    await refusal('REMOTE_UNREACHABLE', { url: `http://127.0.0.1:${await closedPort()}`, key });
  });

  it('is REMOTE_UNREACHABLE when there is no such host', async () => {
    await refusal('REMOTE_UNREACHABLE', { url: 'https://nowhere.invalid', key });
  });

  it('is REMOTE_PROTOCOL when a web site answers', async () => {
    server = await webSite();
    await refusal('REMOTE_PROTOCOL', { url: `http://127.0.0.1:${server.port}`, key });
  });

  it('is REMOTE_TLS when nobody vouches for the certificate', async () => {
    server = await selfSignedSite();
    await refusal('REMOTE_TLS', { url: `https://localhost:${server.port}`, key });
  });

  it('is REMOTE_TIMEOUT when the server stays silent', async () => {
    server = await silentServer();
    await refusal('REMOTE_TIMEOUT', {
      url: `http://127.0.0.1:${server.port}`,
      key,
      requestTimeoutMilliseconds: 20,
    });
  });
});

describe('reading through supabase-js when things go wrong', function () {
  this.timeout(60_000);
  let database: ContractDatabase;
  let sandbox: Sandbox;
  let many: Table;

  before(async () => {
    database = await createContractDatabase();
    const { connectionString } = database;
    sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString },
    });
    const catalog = await (await open().openSnapshot(signal)).catalog(signal);
    many = findTable(catalog, 'many')!;
  });

  afterEach(() => sandbox.faults.clear());

  after(async () => {
    await sandbox.stop();
    await database.stop();
  });

  function open(options: Partial<SupabaseOptions> = {}): ReturnType<typeof openSupabase> {
    return openSupabase({ url: sandbox.url, key: sandbox.secretKey, schemas: ['public'], retry, ...options });
  }

  async function read(
    table: Table,
    options: Partial<SupabaseOptions> = {},
    onBatch?: () => void,
  ): Promise<string[]> {
    const snapshot = await open(options).openSnapshot(signal);
    const ids: string[] = [];
    for await (const batch of snapshot.readRows({ table, columns: ['id'], signal })) {
      ids.push(...batch.rows.map((row) => row[0]!));
      onBatch?.();
    }
    return ids;
  }

  const complete = Array.from({ length: 5000 }, (_, index) => String((index + 1) * 3));

  const passing: readonly [string, () => void][] = [
    ['429', () => sandbox.faults.answer({ status: 429, times: 2, headers: { 'retry-after': '1' } })],
    [
      '502 and 503',
      () => {
        sandbox.faults.answer({ status: 502 });
        sandbox.faults.answer({ status: 503 });
      },
    ],
    ['cut answers', () => sandbox.faults.cut({ times: 3, method: 'GET' })],
    [
      'cut answers that lose their last byte',
      () => sandbox.faults.cut({ times: 1, method: 'GET', afterBytes: 20_000 }),
    ],
    ['refused connections', () => sandbox.faults.refuse({ times: 2 })],
  ];
  for (const [what, cause] of passing) {
    it(`loses and doubles no row over ${what}`, async () => {
      let batches = 0;
      const rows = await read(many, {}, () => {
        batches += 1;
        if (batches <= 2) cause();
      });
      assert.deepEqual(rows, complete);
    });
  }

  it('asks again when an answer is late', async () => {
    sandbox.faults.delay({ times: 1, method: 'GET', milliseconds: 2500 });
    assert.deepEqual(await read(many, { requestTimeoutMilliseconds: 1500 }), complete);
  });

  const lasting: readonly [string, () => void, ErrorCode][] = [
    ['429', () => sandbox.faults.answer({ status: 429, times: 9, method: 'GET' }), 'REMOTE_RATE_LIMITED'],
    ['503', () => sandbox.faults.answer({ status: 503, times: 9, method: 'GET' }), 'REMOTE_UNAVAILABLE'],
    ['cut answers', () => sandbox.faults.cut({ times: 9, method: 'GET' }), 'REMOTE_UNREACHABLE'],
    ['refused connections', () => sandbox.faults.refuse({ times: 9, method: 'GET' }), 'REMOTE_UNREACHABLE'],
  ];
  for (const [what, cause, code] of lasting) {
    it(`gives up with ${code} when there is nothing but ${what}`, async () => {
      cause();
      await expectError(code, () => read(many));
    });
  }

  it('halves its pages until they beat the statement timeout', async () => {
    await database.execute(`
      create table public.slow (id int primary key);
      insert into public.slow select generate_series(1, 90);
      create function public.drag() returns boolean language sql volatile as $$ select pg_sleep(0.01) is not null $$;
      alter table public.slow enable row level security;
      create policy dragging on public.slow to anon using (public.drag());
      grant select on public.slow to anon`);
    const impatient = await startSandbox({
      database: { kind: 'postgres', connectionString: database.connectionString },
      statementTimeoutMilliseconds: 500,
    });
    try {
      const name = { schema: 'public', name: 'slow' };
      const slow: Table = { ...many, name, primaryKey: { name: 'slow_pkey', columns: ['id'] } };
      const limited = { url: impatient.url, key: impatient.publishableKey, pageRows: 128 };
      const ids = await read(slow, limited);
      assert.deepEqual(
        ids,
        Array.from({ length: 90 }, (_, index) => String(index + 1)),
      );
    } finally {
      await impatient.stop();
    }
  });

  it('is REMOTE_UNAUTHORIZED with a wrong key, wherever it is used', async () => {
    const production = open({ key: 'sb_secret_wrong' });
    await expectError('REMOTE_UNAUTHORIZED', () => production.probe(signal));
    await expectError('REMOTE_UNAUTHORIZED', () => production.openSnapshot(signal));
  });

  it('takes the old keys, and says from their claims who sees all rows', async () => {
    assert.equal((await open({ key: sandbox.serviceRoleJwt }).probe(signal)).seesAllRows, true);
    const limited = await open({ key: sandbox.anonJwt }).probe(signal);
    assert.deepEqual([limited.role, limited.seesAllRows, limited.capabilities], ['anon', false, []]);
  });

  it('is REMOTE_NOT_FOUND for a schema that is not exposed', async () => {
    const hidden: Table = { ...many, name: { schema: 'private', name: 'hidden' } };
    await expectError('REMOTE_NOT_FOUND', () => read(hidden));
  });

  it('is REMOTE_CHANGED when the table is dropped between two pages', async () => {
    await database.execute(
      `create table public.brief as select * from public.many; alter table public.brief add primary key (id); grant select on public.brief to service_role`,
    );
    await sandbox.reload();
    const brief: Table = { ...many, name: { schema: 'public', name: 'brief' } };
    let dropped: Promise<void> | undefined;
    await expectError('REMOTE_CHANGED', async () => {
      const snapshot = await open().openSnapshot(signal);
      for await (const batch of snapshot.readRows({ table: brief, columns: ['id'], signal })) {
        assert.ok(batch.rows.length > 0);
        dropped ??= database.execute('drop table public.brief');
        await dropped;
      }
    });
  });
});
