/** A production database of its own for the tests of pushing, and operations written the short way. */
import pg from 'pg';
import type {
  ProductionWriter,
  PushOperation,
  PushOutcome,
  PushRequest,
} from '../../../src/core/push-ports.ts';
import type { PostgresText } from '../../../src/core/values/cell.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { openKitWriter } from '../../../src/databases/supabase/open-kit-writer.ts';
import type { SupabaseOptions } from '../../../src/databases/supabase/open-rest-session.ts';
import { openRestWriter } from '../../../src/databases/supabase/open-rest-writer.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startPostgres } from '../../support/postgres.ts';

export type Texts = Readonly<Record<string, PostgresText>>;

/** The ways to write, by what they promise. */
export const PUSH_WAYS = ['transaction', 'kit', 'row-by-row'] as const;

export type PushWay = (typeof PUSH_WAYS)[number];

export interface PushDatabase {
  readonly connectionString: string;
  readonly writer: ProductionWriter;
  /** Behind PostgREST's stand-in, except where the way is a connection string. */
  readonly sandbox: Sandbox | undefined;
  /** As another role; it may log in. */
  as(role: string): string;
  execute(sql: string): Promise<void>;
  /** Rows as the server prints them. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** Another connection, ended with the database. */
  connect(): Promise<pg.Client>;
  /** Takes every table away. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Schemas beside public that tests make, and what Supabase lets its roles do in public. */
const OTHER_SCHEMAS = ['oth er"', 'Oth er'];
const GRANTS_SQL = `
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to service_role;
  alter default privileges in schema public grant all on sequences to service_role;
  alter default privileges grant usage on schemas to service_role;
  alter default privileges grant all on tables to service_role;`;

/** Retries that wait for next to nothing. */
const RETRY = { baseMilliseconds: 1, capMilliseconds: 20 };

export async function createPushDatabase(way: PushWay = 'transaction'): Promise<PushDatabase> {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const clients: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const client = await connect();
  const { connectionString } = database;
  const sandbox =
    way === 'transaction'
      ? undefined
      : await startSandbox({
          database: { kind: 'postgres', connectionString },
          schemas: ['public', ...OTHER_SCHEMAS],
        });
  const equip = async (): Promise<void> => {
    if (sandbox === undefined) return;
    await client.query(GRANTS_SQL);
    if (way === 'kit') await client.query(kitMigration({ tables: [] }).up);
  };
  await equip();
  return {
    connectionString,
    sandbox,
    writer:
      sandbox === undefined
        ? openPostgresWriter({ connectionString })
        : whenever(sandbox, way === 'kit' ? openKitWriter : (options) => openRestWriter(options, 'no kit')),
    as(role) {
      const url = new URL(database.connectionString);
      url.username = role;
      return url.href;
    },
    async execute(sql) {
      await client.query(sql);
    },
    async rows(sql) {
      const result = await client.query<(string | null)[]>({
        text: sql,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      });
      return result.rows;
    },
    connect,
    async clear() {
      await client.query(
        'drop schema public cascade; create schema public; grant all on schema public to public',
      );
      await equip();
    },
    async stop() {
      await sandbox?.stop();
      for (const each of clients) await each.end().catch(() => undefined);
      await database.drop();
      await server.stop();
    },
  };
}

/** A writer that begins anew with every call, after PostgREST has seen what tests altered. */
function whenever(sandbox: Sandbox, open: (options: SupabaseOptions) => ProductionWriter): ProductionWriter {
  const fresh = async (): Promise<ProductionWriter> => {
    await sandbox.reload();
    return open({ url: sandbox.url, key: sandbox.secretKey, retry: RETRY });
  };
  return {
    guarantee: open({ url: sandbox.url, key: sandbox.secretKey }).guarantee,
    catalog: async (...parameters) => (await fresh()).catalog(...parameters),
    readByKey: async (request) => (await fresh()).readByKey(request),
    push: async (request) => (await fresh()).push(request),
    outcome: async (...parameters) => (await fresh()).outcome(...parameters),
    close: () => Promise.resolve(),
  };
}

function tableName(written: string): PushOperation['table'] {
  const [first = '', second] = written.split('/');
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
}

/** `table` is `name` or `schema/name`; the key's columns are the first `keys` of the row. */
export function insert(table: string, row: Texts, keys = 1): PushOperation {
  return { op: 'insert', table: tableName(table), key: keyOf(row, keys), expect: {}, set: row };
}

export function update(table: string, key: Texts, set: Texts, expect: Texts = {}): PushOperation {
  return { op: 'update', table: tableName(table), key: keyOf(key), expect, set };
}

export function remove(table: string, key: Texts, expect: Texts = {}): PushOperation {
  return { op: 'delete', table: tableName(table), key: keyOf(key), expect, set: {} };
}

function keyOf(row: Texts, keys = Number.POSITIVE_INFINITY): Record<string, string> {
  return Object.fromEntries(
    Object.entries(row)
      .slice(0, keys)
      .map(([name, text]) => [name, text ?? '']),
  );
}

export interface Pushed {
  readonly outcome: PushOutcome;
  readonly witness: string | undefined;
  readonly progress: readonly number[];
}

/** Pushes operations, a thousand at a time. */
export async function pushTo(
  writer: ProductionWriter,
  operations: readonly PushOperation[],
  options: Partial<PushRequest> = {},
): Promise<Pushed> {
  let witness: string | undefined;
  const progress: number[] = [];
  const outcome = await writer.push({
    id: '00000000-0000-4000-8000-000000000000',
    operations: inBatches(operations, 1000),
    rehearse: false,
    who: 'test',
    beforeCommit: (named) => (witness = named),
    onProgress: (count) => progress.push(count),
    signal: new AbortController().signal,
    ...options,
  });
  return { outcome, witness, progress };
}

// eslint-disable-next-line @typescript-eslint/require-await -- as the port wants it
export async function* inBatches<Item>(
  items: readonly Item[],
  size: number,
): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
