import assert from 'node:assert/strict';
import pg from 'pg';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { ProductionSnapshot, RowBatch } from '../../../src/core/ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import type { PostgresOptions } from '../../../src/databases/postgres/open-postgres.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { expectError } from '../../support/expect-error.ts';
import type { ContractDatabase } from './contract-database.ts';
import { createContractDatabase } from './contract-database.ts';
import type { TestServer } from './test-servers.ts';
import { closedPort, refusingPostgres, SELF_SIGNED_CERTIFICATE, silentServer } from './test-servers.ts';

const { signal } = new AbortController();

/** Opens a snapshot and gives the error's code, having looked for values in it. */
async function refusal(code: ErrorCode, options: PostgresOptions): Promise<void> {
  const production = openPostgres(options);
  for (const attempt of [() => production.probe(signal), () => production.openSnapshot(signal)]) {
    const error = await expectError(code, attempt);
    assert.ok(!JSON.stringify([error.message, error.details, error.cause]).includes('ada@'), error.message);
    assert.ok(!JSON.stringify([error.message, error.details]).includes('hunter2'), error.message);
  }
  await production.close();
}

describe('a connection string that does not work', () => {
  let server: TestServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('is REMOTE_UNREACHABLE when nobody listens', async () => {
    await refusal('REMOTE_UNREACHABLE', {
      connectionString: `postgres://u:hunter2@127.0.0.1:${await closedPort()}/x`,
    });
  });

  it('is REMOTE_UNREACHABLE when there is no such host', async () => {
    await refusal('REMOTE_UNREACHABLE', { connectionString: 'postgres://u:hunter2@nowhere.invalid/x' });
  });

  it('is REMOTE_UNREACHABLE when the server stays silent', async () => {
    server = await silentServer();
    const connectionString = `postgres://u:hunter2@127.0.0.1:${server.port}/x`;
    await refusal('REMOTE_UNREACHABLE', { connectionString, connectTimeoutMilliseconds: 50 });
  });

  it('is REMOTE_TLS_REQUIRED when TLS is asked for and refused', async () => {
    server = await refusingPostgres({ tls: false, sqlState: '28P01' });
    await refusal('REMOTE_TLS_REQUIRED', {
      connectionString: `postgres://u:hunter2@127.0.0.1:${server.port}/x?sslmode=require`,
    });
  });

  it('is REMOTE_TLS when nobody vouches for the certificate, and goes on when it is trusted', async () => {
    server = await refusingPostgres({ tls: true, sqlState: '28P01' });
    const connectionString = `postgres://u:hunter2@localhost:${server.port}/x?sslmode=require`;
    await refusal('REMOTE_TLS', { connectionString });
    await refusal('REMOTE_UNAUTHORIZED', { connectionString, rootCertificate: SELF_SIGNED_CERTIFICATE });
  });

  const states: readonly [string, ErrorCode][] = [
    ['28P01', 'REMOTE_UNAUTHORIZED'],
    ['28000', 'REMOTE_UNAUTHORIZED'],
    ['3D000', 'REMOTE_NOT_FOUND'],
    ['42501', 'REMOTE_FORBIDDEN'],
    ['53300', 'REMOTE_UNAVAILABLE'],
    ['57014', 'REMOTE_TIMEOUT'],
    ['57P01', 'REMOTE_UNREACHABLE'],
    ['57P03', 'REMOTE_UNAVAILABLE'],
    ['08006', 'REMOTE_UNREACHABLE'],
    ['42601', 'REMOTE_QUERY'],
  ];
  for (const [sqlState, code] of states) {
    it(`is ${code} when the server says ${sqlState}`, async () => {
      server = await refusingPostgres({ tls: true, sqlState });
      await refusal(code, { connectionString: `postgres://u:hunter2@127.0.0.1:${server.port}/x` });
    });
  }
});

describe('a snapshot through a connection string', function () {
  this.timeout(60_000);
  let database: ContractDatabase;
  let snapshot: ProductionSnapshot;
  let table: (key: string) => Table;

  before(async () => {
    database = await createContractDatabase();
  });

  beforeEach(async () => {
    snapshot = await openPostgres(database).openSnapshot(signal);
    const catalog = await snapshot.catalog(signal);
    table = (key) => findTable(catalog, key)!;
  });

  afterEach(() => snapshot.close());
  after(() => database.stop());

  async function read(
    key: string,
    columns: readonly string[],
    during?: () => Promise<unknown>,
  ): Promise<RowBatch[]> {
    const batches: RowBatch[] = [];
    for await (const batch of snapshot.readRows({ table: table(key), columns, signal })) {
      batches.push(batch);
      if (batches.length === 1) await during?.();
    }
    return batches;
  }

  async function connections(condition = 'true'): Promise<number> {
    const [row] = await database
      .expectedRows(
        'pg_stat_activity',
        ['pid'],
        `where application_name = 'syncline' and datname = current_database() and (${condition})`,
      )
      .then((rows) => [rows.length]);
    return row!;
  }

  it('sees one instant, also from its other connections', async () => {
    await database.execute(`insert into public.texts values ('later', 0)`);
    try {
      assert.equal(await snapshot.countRows(table('texts'), signal), 37);
      await read('wide', ['id'], async () => {
        assert.equal(await snapshot.countRows(table('texts'), signal), 37);
      });
    } finally {
      await database.execute(`delete from public.texts where k = 'later'`);
    }
  });

  it('reads canonical text whatever the settings of the database', async () => {
    const columns = table('kinds').columns.map((column) => column.name);
    const expected = await database.expectedRows('public.kinds', columns, 'order by id');
    const settings = [
      "datestyle = 'SQL, DMY'",
      "timezone = 'Asia/Kolkata'",
      "intervalstyle = 'iso_8601'",
      'extra_float_digits = 0',
      "bytea_output = 'escape'",
      "client_encoding = 'LATIN1'",
      "search_path = 'private'",
    ];
    for (const setting of settings)
      await database.execute(
        `do $$ begin execute format('alter database %I set ', current_database()) || $s$${setting}$s$; end $$`,
      );
    const other = await openPostgres(database).openSnapshot(signal);
    try {
      const rows: unknown[] = [];
      for await (const batch of other.readRows({ table: table('kinds'), columns, signal }))
        rows.push(...batch.rows);
      assert.deepEqual(rows, expected);
      assert.deepEqual(await other.catalog(signal), await snapshot.catalog(signal));
    } finally {
      await other.close();
      await database.execute(
        `do $$ begin execute format('alter database %I reset all', current_database()); end $$`,
      );
    }
  });

  it('is REMOTE_UNREACHABLE when its connection is cut, and stays so', async () => {
    // More than the buffers on the way can hold, so that the server is still sending.
    const huge = `create table public.huge as select i, repeat('x', 100000) as body from generate_series(1, 500) i`;
    await database.execute(huge);
    const name = { schema: 'public', name: 'huge' };
    const cutting = await openPostgres(database).openSnapshot(signal);
    const columns = ['body'];
    await expectError('REMOTE_UNREACHABLE', async () => {
      for await (const batch of cutting.readRows({ table: { ...table('nokey'), name }, columns, signal })) {
        assert.ok(batch.rows.length > 0);
        const ours = `application_name = 'syncline' and datname = current_database()`;
        await database.execute(`select pg_terminate_backend(pid) from pg_stat_activity where ${ours}`);
      }
    });
    await expectError('REMOTE_UNREACHABLE', () => cutting.countRows(table('texts'), signal));
    await cutting.close();
  });

  it('is REMOTE_ROWS_HIDDEN rather than silently partial under row level security', async () => {
    const limited = openPostgres({ connectionString: database.readerConnectionString });
    const partial = await limited.openSnapshot(signal);
    const rows = partial
      .readRows({ table: table('secrets'), columns: ['id'], signal })
      [Symbol.asyncIterator]();
    await expectError('REMOTE_ROWS_HIDDEN', () => rows.next());
    await expectError('REMOTE_ROWS_HIDDEN', () => partial.countRows(table('secrets'), signal));
    await limited.close();
  });

  it('is REMOTE_UNAVAILABLE when somebody alters the table for long', async () => {
    const other = new pg.Client(database);
    await other.connect();
    await other.query('begin; lock table public.texts in access exclusive mode');
    try {
      await expectError('REMOTE_UNAVAILABLE', () => read('texts', ['k']));
    } finally {
      await other.end();
    }
  });

  it('ends the statement on the server when the signal fires', async () => {
    const other = new pg.Client(database);
    await other.connect();
    await other.query('begin; lock table public.texts in access exclusive mode');
    const abort = new AbortController();
    try {
      const counting = expectError('CANCELLED', () => snapshot.countRows(table('texts'), abort.signal));
      while ((await connections(`wait_event_type = 'Lock'`)) === 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      abort.abort();
      await counting;
      assert.equal(await connections(`wait_event_type = 'Lock'`), 0);
    } finally {
      await other.end();
    }
    assert.equal(await snapshot.countRows(table('texts'), signal), 37);
  });

  it('closes at once in the middle of a reading', async () => {
    const reading = snapshot
      .readRows({ table: table('wide'), columns: ['body'], signal })
      [Symbol.asyncIterator]();
    await reading.next();
    await snapshot.close();
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await reading.return!();
  });

  it('leaves no connection behind', async () => {
    await read('many', ['id'], async () => {
      await read('wide', ['id']);
    });
    assert.equal(await connections(), 2);
    await snapshot.close();
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
