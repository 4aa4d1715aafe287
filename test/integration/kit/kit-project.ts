import { createClient } from '@supabase/supabase-js';
import pg from 'pg';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import { findTable } from '../../../src/core/schema/model.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import type {
  ChangesAnswer,
  CommitOptions,
  PushFailure,
  PushOperation,
  PushOutcome,
} from '../../../src/databases/kit/kit-answers.ts';
import type { KitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { startPostgres } from '../../support/postgres.ts';

/** As on Supabase, where the role `postgres` owns everything and is no superuser. */
const OWNER = 'kit_owner';

/** An error as PostgREST answers it. */
export class RpcError extends Error {
  readonly code: string;
  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

type Client = ReturnType<typeof createClient>;

/** A production project on a real PostgreSQL, with the kit, behind PostgREST's stand-in. */
export interface KitProject {
  readonly sandbox: Sandbox;
  /** Calls a function as service_role over HTTP. Throws {@link RpcError}. */
  rpc<Answer>(name: string, args?: Readonly<Record<string, unknown>>): Promise<Answer>;
  as(key: string): Client;
  /** Runs statements as the owner of the tables, outside of PostgREST. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A session of its own, as the owner. Ended with the project. */
  connect(user?: string): Promise<pg.Client>;
  tables(): Promise<readonly Table[]>;
  table(key: string): Promise<Table>;
  /** Installs the kit for these tables, or for all. */
  install(tables?: readonly Table[], version?: number): Promise<KitMigration>;
  stop(): Promise<void>;
}

export async function startKitProject(schemaSql: string): Promise<KitProject> {
  const server = await startPostgres();
  const admin = new pg.Client({ connectionString: server.connectionString });
  await admin.connect();
  await admin.query(`do $$ begin
    if not exists (select from pg_roles where rolname = '${OWNER}') then create role ${OWNER} login bypassrls; end if;
  end $$`);
  await admin.end();
  const database = await server.createDatabase();
  const name = new URL(database.connectionString).pathname.slice(1);
  const clients: pg.Client[] = [];

  const connect = async (user = OWNER): Promise<pg.Client> => {
    const url = new URL(database.connectionString);
    url.username = user;
    const client = new pg.Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const root = await connect('postgres');
  await root.query(`alter database "${name}" owner to ${OWNER}`);
  const sandbox = await startSandbox({
    database: { kind: 'postgres', connectionString: database.connectionString },
  });
  const owner = await connect();
  // Supabase grants what is made in public to its three roles; the kit has to take that back.
  await owner.query(`
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;`);
  await owner.query(schemaSql);
  const as = (key: string): Client =>
    createClient(sandbox.url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  const service = as(sandbox.secretKey);

  const project: KitProject = {
    sandbox,
    as,
    connect,
    rpc: async <Answer>(rpcName: string, args: Readonly<Record<string, unknown>> = {}) => {
      const { data, error } = (await service.rpc(rpcName as never, args as never)) as {
        data: Answer;
        error: RpcError | null;
      };
      if (error !== null) throw new RpcError(error);
      return data;
    },
    sql: async <Row extends object>(text: string, values?: unknown[]) =>
      (await owner.query<Row>(text, values)).rows,
    tables: async () => {
      const { rows } = await owner.query<{ catalog: unknown }>(CATALOG_SQL, [null]);
      return parseCatalogDocument(rows[0]!.catalog).tables;
    },
    table: async (key) => findTable({ tables: await project.tables(), completeness: 'full' }, key)!,
    install: async (tables, version) => {
      const chosen = tables ?? (await project.tables());
      const migration = kitMigration({ tables: chosen, ...(version !== undefined && { version }) });
      await owner.query(migration.up);
      await sandbox.reload();
      return migration;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await sandbox.stop();
      await database.drop();
      await server.stop();
    },
  };
  return project;
}

export interface AskedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

export function asked(name: string, columns: readonly string[], schema = 'public'): AskedTable {
  return { schema, name, columns };
}

export function changesSince(
  project: KitProject,
  since: string,
  tables: readonly AskedTable[],
  options: { readonly max_rows?: number; readonly page?: string | null } = {},
): Promise<ChangesAnswer> {
  return project.rpc('syncline_changes', { since, tables, ...options });
}

let pushes = 0;

/** A push id that no other push of this process has. */
export function pushId(): string {
  pushes += 1;
  return `00000000-0000-4000-8000-${String(pushes).padStart(12, '0')}`;
}

/** Stages operations (in as many batches as given) and commits them. */
export async function push(
  project: KitProject,
  batches: readonly (readonly PushOperation[])[],
  options: CommitOptions = {},
  id: string = pushId(),
): Promise<PushOutcome> {
  for (const [batch_no, payload] of batches.entries()) {
    await project.rpc('syncline_stage_push', { push_id: id, batch_no, payload });
  }
  return project.rpc('syncline_commit_push', { push_id: id, expected_batches: batches.length, options });
}

export function failuresOf(outcome: PushOutcome): readonly PushFailure[] {
  return 'failures' in outcome ? outcome.failures : [];
}

/** An operation on a table of schema public. */
export function operation(
  op: PushOperation['op'],
  name: string,
  parts: Omit<PushOperation, 'op' | 'schema' | 'name'>,
): PushOperation {
  return { op, schema: 'public', name, ...parts };
}
