import assert from 'node:assert/strict';
import type { Production } from '../../../src/core/ports.ts';
import type { Catalog } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import {
  CREATE_CATALOG_FUNCTION_SQL,
  DROP_CATALOG_FUNCTION_SQL,
} from '../../../src/databases/kit/catalog-function-sql.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { ContractDatabase } from './contract-database.ts';
import { createContractDatabase } from './contract-database.ts';

const { signal } = new AbortController();

async function catalogOf(production: Production): Promise<Catalog> {
  const snapshot = await production.openSnapshot(signal);
  const catalog = await snapshot.catalog(signal);
  await snapshot.close();
  return catalog;
}

const names = (catalog: Catalog): string[] =>
  catalog.tables.map((table) => `${table.name.schema}.${table.name.name}`);

describe('both ways to production', function () {
  this.timeout(60_000);
  let database: ContractDatabase;
  let sandbox: Sandbox;

  before(async () => {
    database = await createContractDatabase();
    const { connectionString } = database;
    sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString },
      schemas: ['public', 'auth'],
    });
  });

  after(async () => {
    await sandbox.stop();
    await database.stop();
  });

  const supabase = (schemas?: readonly string[]): Production =>
    openSupabase({ url: sandbox.url, key: sandbox.secretKey, ...(schemas && { schemas }) });
  const postgres = (schemas?: readonly string[]): Production =>
    openPostgres({ ...database, ...(schemas && { schemas }) });

  it('describe the same catalog, to the last property', async () => {
    for (const schemas of [['public'], ['public', 'private', 'auth'], ['nothing']]) {
      assert.deepEqual(await catalogOf(supabase(schemas)), await catalogOf(postgres(schemas)));
    }
  });

  it('leave managed schemas out unless they are named', async () => {
    const all = names(await catalogOf(postgres()));
    assert.ok(all.includes('private.hidden') && all.includes('public.many'));
    assert.ok(!all.some((name) => name.startsWith('auth.')));
    assert.deepEqual(names(await catalogOf(postgres(['auth']))), ['auth.users']);
    const exposed = names(await catalogOf(supabase()));
    assert.deepEqual(
      exposed,
      all.filter((name) => name.startsWith('public.')),
    );
    assert.deepEqual(names(await catalogOf(supabase(['auth']))), ['auth.users']);
  });

  it('without the kit describe tables in part, and leave views out', async () => {
    await sandbox.execute(DROP_CATALOG_FUNCTION_SQL);
    try {
      const production = supabase();
      const probe = await production.probe(signal);
      assert.deepEqual([probe.capabilities, probe.role, probe.seesAllRows], [[], 'service_role', true]);
      const partial = await catalogOf(production);
      const full = await catalogOf(postgres(['public']));
      assert.equal(partial.completeness, 'partial');
      // OpenAPI lists what the key may touch.
      assert.deepEqual(
        names(partial),
        names(full).filter((name) => name !== 'public.forbidden'),
      );
      for (const table of partial.tables) {
        const whole = findTable(full, table.name.name)!;
        const key = whole.primaryKey?.columns ?? [];
        assert.deepEqual([...(table.primaryKey?.columns ?? [])].sort(), [...key].sort());
        assert.deepEqual(
          table.columns.map((column) => [column.name, column.nullable]),
          whole.columns.map((column) => [column.name, column.nullable]),
        );
      }
    } finally {
      await sandbox.execute(CREATE_CATALOG_FUNCTION_SQL);
    }
  });

  it('without the kit read the same cells', async () => {
    const full = await catalogOf(postgres(['public']));
    await sandbox.execute(DROP_CATALOG_FUNCTION_SQL);
    try {
      const production = supabase();
      const snapshot = await production.openSnapshot(signal);
      const table = findTable(await snapshot.catalog(signal), 'kinds')!;
      const columns = table.columns.map((column) => column.name);
      const rows: unknown[] = [];
      for await (const batch of snapshot.readRows({ table, columns, signal })) rows.push(...batch.rows);
      assert.deepEqual(rows, await database.expectedRows('public.kinds', columns, 'order by id'));
      assert.deepEqual(
        columns,
        findTable(full, 'kinds')!.columns.map((column) => column.name),
      );
    } finally {
      await sandbox.execute(CREATE_CATALOG_FUNCTION_SQL);
    }
  });

  it('read times in UTC, also where the database keeps another time', async () => {
    const alter = (setting: string): Promise<void> =>
      database.execute(
        `do $$ begin execute format('alter database %I ${setting}', current_database()); end $$`,
      );
    const table = findTable(await catalogOf(postgres(['public'])), 'kinds')!;
    const expected = await database.expectedRows('public.kinds', ['tz', 'tr', 'tmz'], 'order by id');
    await alter("set timezone = ''Asia/Kolkata''");
    const { connectionString } = database;
    const elsewhere = await startSandbox({ database: { kind: 'postgres', connectionString } });
    try {
      const production = openSupabase({ url: elsewhere.url, key: elsewhere.secretKey });
      const snapshot = await production.openSnapshot(signal);
      const rows: unknown[] = [];
      const request = { table, columns: ['tz', 'tr', 'tmz'], signal };
      for await (const batch of snapshot.readRows(request)) rows.push(...batch.rows);
      assert.deepEqual(rows, expected);
    } finally {
      await elsewhere.stop();
      await alter('reset all');
    }
  });

  it('read a view by offset, and notice when it changes meanwhile', async () => {
    await sandbox.execute(
      `create view public.everything as select id, body from public.many; grant select on public.everything to service_role`,
    );
    const many = findTable(await catalogOf(postgres(['public'])), 'many')!;
    const { primaryKey, ...keyless } = many;
    assert.ok(primaryKey);
    const view = { ...keyless, name: { schema: 'public', name: 'everything' } };
    const snapshot = await supabase(['public']).openSnapshot(signal);
    const ids = new Set<unknown>();
    for await (const batch of snapshot.readRows({ table: view, columns: ['id'], signal })) {
      for (const row of batch.rows) ids.add(row[0]);
    }
    assert.equal(ids.size, 5000);
    const read = async (): Promise<void> => {
      let first = true;
      for await (const batch of snapshot.readRows({ table: view, columns: ['id'], signal })) {
        assert.ok(batch.rows.length > 0);
        if (first) await database.execute('delete from public.many where id > 14900');
        first = false;
      }
    };
    await assert.rejects(read(), { code: 'REMOTE_CHANGED' });
  });
});

describe('the kit on PGlite', function () {
  this.timeout(60_000);

  it('describes the catalog as on a server', async () => {
    const sandbox = await startSandbox({
      database: { kind: 'pglite' },
      setupSql: [
        'create table public.pets (id bigint generated always as identity primary key, name text not null)',
        CREATE_CATALOG_FUNCTION_SQL,
      ],
    });
    try {
      const production = openSupabase({ url: sandbox.url, key: sandbox.secretKey });
      assert.deepEqual(
        (await production.probe(signal)).capabilities,
        ['catalog'],
        'this alone is not the kit',
      );
      const catalog = await catalogOf(production);
      assert.deepEqual(names(catalog), ['public.pets']);
      assert.deepEqual(catalog.tables[0]?.columns[0], {
        name: 'id',
        type: { kind: 'integer', bits: 64 },
        postgresType: 'bigint',
        nullable: false,
        identity: 'always',
      });
    } finally {
      await sandbox.stop();
    }
  });
});
