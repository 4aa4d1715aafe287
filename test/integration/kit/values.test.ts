import { strict as assert } from 'node:assert';
import { createClient } from '@supabase/supabase-js';
import pg from 'pg';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import { boundsSql, bucketRowsSql, digestSql } from '../../../src/databases/kit/digest-sql.ts';
import type {
  BucketDigest,
  ChangesAnswer,
  PushOperation,
  PushOutcome,
} from '../../../src/databases/kit/kit-answers.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { copyTextSql } from '../../../src/databases/postgres/copy-text-sql.ts';
import { quoteIdentifier, quoteTable } from '../../../src/databases/postgres/identifiers.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { ContractDatabase } from '../databases/contract-database.ts';
import { createContractDatabase } from '../databases/contract-database.ts';
import { RpcError } from './kit-project.ts';

type Rows = (string | null)[][];

/** Every type, every kind of key and every nasty name that the adapters' contract knows. */
describe('kit: every kind of table and value', function () {
  this.timeout(60_000);
  let database: ContractDatabase;
  let client: pg.Client;
  let sandbox: Sandbox;
  let tables: readonly Table[] = [];
  before(async () => {
    database = await createContractDatabase();
    client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    await client.query(`grant all on all tables in schema public to service_role;
      set search_path = ''; set timezone = 'UTC'; set extra_float_digits = 1`);
    const { rows } = await client.query<{ catalog: unknown }>(CATALOG_SQL, [['public']]);
    tables = parseCatalogDocument(rows[0]!.catalog).tables.filter(
      ({ primaryKey }) => primaryKey !== undefined,
    );
    await client.query(kitMigration({ tables }).up);
    sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString: database.connectionString },
    });
  });
  after(async () => {
    await sandbox.stop();
    await client.end();
    await database.stop();
  });

  async function rpc<Answer>(name: string, args: object): Promise<Answer> {
    const service = createClient(sandbox.url, sandbox.secretKey, { auth: { persistSession: false } });
    const { data, error } = (await service.rpc(name as never, args as never)) as {
      data: Answer;
      error: RpcError | null;
    };
    if (error !== null) throw new RpcError(error);
    return data;
  }
  const nameOf = (table: Table): object => ({ table_schema: table.name.schema, table_name: table.name.name });
  const keyOf = (table: Table): readonly string[] => table.primaryKey?.columns ?? [];
  const columnsOf = (table: Table): string[] => table.columns.map(({ name }) => name);
  const askedFor = (table: Table): object => ({ ...table.name, columns: columnsOf(table) });

  async function directly(table: Table): Promise<Rows> {
    const texts = columnsOf(table).map((name) => copyTextSql(`t.${quoteIdentifier(name)}`));
    const order = keyOf(table).map((name) => `t.${quoteIdentifier(name)}`);
    const { rows } = await client.query<{ row: (string | null)[] }>(
      `select array[${texts.join(', ')}] as row from ${quoteTable(table.name)} t order by ${order.join(', ')}`,
    );
    return rows.map(({ row }) => row);
  }
  function keysOf(table: Table, rows: Rows): string[][] {
    const places = keyOf(table).map((name) => columnsOf(table).indexOf(name));
    return rows.map((row) => places.map((place) => row[place]!));
  }
  const range = (table: Table, options: object = {}): Promise<Rows> =>
    rpc('syncline_range', { ...nameOf(table), columns: columnsOf(table), max_rows: 100_000, ...options });

  it('reads ranges and keys as the adapters do', async () => {
    assert.ok(tables.length > 10);
    for (const table of tables) {
      const expected = await directly(table);
      assert.deepEqual(await range(table), expected, table.name.name);
      const some = keysOf(table, expected).slice(0, 200);
      const keys = [...some, ...some.slice(0, 3)].reverse();
      assert.deepEqual(
        await rpc('syncline_rows', { ...nameOf(table), columns: columnsOf(table), keys }),
        expected.slice(0, 200),
      );
    }
  });

  it('pages through any key, half-open', async () => {
    for (const table of tables) {
      const expected = (await directly(table)).slice(0, 60);
      const keys = keysOf(table, expected);
      const paged: Rows = [];
      for (let after: string[] | null = null; paged.length < expected.length;) {
        const page: Rows = await range(table, { after, max_rows: 7 });
        paged.push(...page);
        after = keysOf(table, page).at(-1)!;
      }
      assert.deepEqual(paged.slice(0, 60), expected, table.name.name);
      if (keys.length < 3) continue;
      const [lower, upper] = [keys[1], keys.at(-1)];
      assert.deepEqual(await range(table, { lower, upper }), expected.slice(1, -1), table.name.name);
      assert.deepEqual(await range(table, { lower, upper, after: lower }), expected.slice(2, -1));
    }
  });

  it('cuts into buckets and digests alike with the kit and without', async () => {
    for (const table of tables) {
      const rows = await directly(table);
      const bounds = await rpc<string[][]>('syncline_bounds', { ...nameOf(table), buckets: 4 });
      const columns = columnsOf(table);
      const kit = (): Promise<BucketDigest[]> =>
        rpc('syncline_digests', { ...nameOf(table), columns, bounds });
      const digests = await kit();
      assert.equal(
        digests.reduce((sum, bucket) => sum + bucket.rows, 0),
        rows.length,
      );
      assert.equal(digests.length, Math.min(4, rows.length), table.name.name);

      const texts = { values: [JSON.stringify(bounds)] };
      const direct = await client.query<{ bucket: number; rows: string; digest: string }>({
        text: digestSql(table, columns),
        ...texts,
      });
      const counted = direct.rows.map((row) => ({ ...row, rows: Number(row.rows) }));
      assert.deepEqual(counted, digests, table.name.name);
      const own = await client.query<{ key: string[] }>(boundsSql({ ...table, estimatedRows: 0 }, 4), [4]);
      assert.deepEqual(
        own.rows.map(({ key }) => key),
        bounds,
      );

      if (rows.length < 8) continue;
      const [second, third] = [bounds[0], bounds[1]];
      const expected = await range(table, { lower: second, upper: third });
      const bucketRows = await client.query<{ row: (string | null)[] }>(bucketRowsSql(table, columns), [
        JSON.stringify(bounds),
        [1],
      ]);
      assert.deepEqual(
        bucketRows.rows.map(({ row }) => row),
        expected,
      );
      const part = await rpc<BucketDigest[]>('syncline_digests', {
        ...nameOf(table),
        columns,
        bounds,
        lower: second,
        upper: third,
      });
      assert.deepEqual(
        part,
        digests.filter(({ bucket }) => bucket === 1),
      );
    }
  });

  it('pushes every value back as it was: all rows deleted as they are, and inserted again', async () => {
    const since = await rpc<string>('syncline_position', {});
    const before = new Map<Table, Rows>();
    for (const table of tables) before.set(table, await directly(table));
    // Children first when deleting.
    const order = [...tables].sort((a, b) => b.foreignKeys.length - a.foreignKeys.length);
    const values = (
      table: Table,
      row: (string | null)[],
      names: readonly string[],
    ): Record<string, string | null> =>
      Object.fromEntries(names.map((name) => [name, row[columnsOf(table).indexOf(name)]!]));
    const writable = (table: Table): string[] =>
      table.columns
        .filter(({ generatedExpression }) => generatedExpression === undefined)
        .map(({ name }) => name);
    const deletes = order.flatMap((table) =>
      before.get(table)!.map((row): PushOperation => ({
        op: 'delete',
        ...table.name,
        key: values(table, row, keyOf(table)),
        expect: values(table, row, columnsOf(table)),
      })),
    );
    const inserts = order.reverse().flatMap((table) =>
      before.get(table)!.map((row): PushOperation => ({
        op: 'insert',
        ...table.name,
        key: values(table, row, keyOf(table)),
        set: values(
          table,
          row,
          writable(table).filter((name) => !keyOf(table).includes(name)),
        ),
      })),
    );
    const push_id = '10000000-0000-4000-8000-000000000000';
    let batch_no = 0;
    for (const payload of [deletes, inserts]) {
      for (let start = 0; start < payload.length; start += 2000, batch_no += 1) {
        await rpc('syncline_stage_push', { push_id, batch_no, payload: payload.slice(start, start + 2000) });
      }
    }
    const options = { returning: tables.map(askedFor) };
    const outcome = await rpc<PushOutcome>('syncline_commit_push', {
      push_id,
      expected_batches: batch_no,
      options,
    });
    assert.deepEqual('failures' in outcome ? outcome.failures.slice(0, 5) : [], []);
    assert.equal(outcome.state, 'committed');
    assert.deepEqual(outcome.counts, { insert: inserts.length, update: 0, delete: deletes.length });
    for (const table of tables) assert.deepEqual(await directly(table), before.get(table), table.name.name);
    assert.deepEqual(
      outcome.rows.map(({ row }) => row),
      tables.flatMap((table) => before.get(table)),
    );

    const answer = await rpc<ChangesAnswer>('syncline_changes', {
      since,
      tables: tables.map(askedFor),
      max_rows: 20_000,
    });
    assert.ok(answer.consistent);
    for (const { schema, name, upserts, deletes: gone, upsertPushes } of answer.tables) {
      const table = tables.find((one) => one.name.name === name && one.name.schema === schema)!;
      assert.deepEqual(upserts, before.get(table), name);
      assert.deepEqual(gone, []);
      assert.ok(upsertPushes.every((id) => id === push_id));
    }
    assert.equal(answer.tables.length, tables.filter((table) => before.get(table)!.length > 0).length);
  });
});
