import type { ProjectKeys } from './auth/gateway.ts';
import { projectKeys } from './auth/gateway.ts';
import type { Database } from './database/database.ts';
import { pgliteDatabase } from './database/pglite.ts';
import { postgresDatabase } from './database/postgres.ts';
import { DEFAULT_GRANTS_SQL, ROLES_SQL } from './database/roles.ts';
import type { SandboxFaults } from './faults.ts';
import { FaultPlan } from './faults.ts';
import { behindGateway } from './http/gateway.ts';
import { serve } from './http/server.ts';
import type { PostgrestOptions } from './postgrest.ts';
import { answer } from './postgrest.ts';
import { loadSchemaCache } from './schema/load.ts';
import type { SchemaCache } from './schema/model.ts';

export interface SandboxOptions {
  /** Where the rows live: PostgreSQL inside this process (in memory without a directory), or a server's database. */
  readonly database:
    | { readonly kind: 'pglite'; readonly dataDirectory?: string }
    | { readonly kind: 'postgres'; readonly connectionString: string };
  /** Default: a free port. */
  readonly port?: number;
  /** The row cap of a response. Default: 1000, as on Supabase. */
  readonly maxRows?: number;
  /** The role authenticator's statement timeout. Default: 8000, as on Supabase. */
  readonly statementTimeoutMilliseconds?: number;
  /** The exposed schemas, the default first. Default: public. */
  readonly schemas?: readonly string[];
  /** What tokens and legacy API keys are signed with. */
  readonly jwtSecret?: string;
  /** The role of requests without a token; `null` refuses them. Default: anon. */
  readonly anonymousRole?: string | null;
  /**
   * Whether Supabase's gateway stands before PostgREST: API keys are needed, and the REST interface is at /rest/v1.
   * Default: true; without it PostgREST is at the root and knows only tokens.
   */
  readonly gateway?: boolean;
  /** Whether anon, authenticated and service_role get Supabase's grants on schema public. Default: false. */
  readonly defaultGrants?: boolean;
  /** SQL to run as the superuser once at the start (schema, rows), after the roles exist. */
  readonly setupSql?: readonly string[];
}

/** A running project. */
export interface Sandbox extends ProjectKeys {
  /** The project URL, such as http://127.0.0.1:54321. */
  readonly url: string;
  readonly faults: SandboxFaults;
  /** Runs SQL as the superuser; what it changes in the schema is known to the next request. */
  execute(sql: string): Promise<void>;
  /** Runs one statement as the superuser; values are as the driver gives them. */
  query<T>(sql: string, parameters?: unknown[]): Promise<T[]>;
  /** Reads the schema anew before the next request, as `notify pgrst, 'reload schema'` does. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_MAX_ROWS = 1000;
const DEFAULT_STATEMENT_TIMEOUT_MILLISECONDS = 8000;
/** The secret of Supabase's own local development stack. */
const DEFAULT_JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters-long';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Starts a project that answers over HTTP as Supabase's REST interface does. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const database = await openDatabase(options);
  try {
    return await startOn(database, options);
  } catch (failure) {
    await database.close();
    throw failure;
  }
}

function openDatabase(options: SandboxOptions): Promise<Database> {
  const timeout = options.statementTimeoutMilliseconds ?? DEFAULT_STATEMENT_TIMEOUT_MILLISECONDS;
  const { database } = options;
  if (database.kind === 'pglite') return pgliteDatabase(database.dataDirectory, timeout);
  return Promise.resolve(postgresDatabase(database.connectionString, timeout));
}

/** Roles belong to the whole server, where another sandbox may be making them at the same moment. */
async function createRoles(database: Database): Promise<void> {
  const attempts = 5;
  for (let attempt = 1; ; attempt++) {
    try {
      await database.execute(ROLES_SQL);
      return;
    } catch (failure) {
      if (attempt === attempts) throw failure;
    }
  }
}

async function startOn(database: Database, options: SandboxOptions): Promise<Sandbox> {
  await createRoles(database);
  if (options.defaultGrants === true) await database.execute(DEFAULT_GRANTS_SQL);
  for (const sql of options.setupSql ?? []) await database.execute(sql);

  const schemas = options.schemas ?? ['public'];
  const secret = options.jwtSecret ?? DEFAULT_JWT_SECRET;
  let cached: Promise<SchemaCache> | undefined;
  let host = '';
  const postgrest: PostgrestOptions = {
    database,
    schemas,
    extraSearchPath: options.gateway === false ? ['public'] : ['public', 'extensions'],
    maximumRows: options.maxRows ?? DEFAULT_MAX_ROWS,
    jwtSecret: secret,
    anonymousRole: options.anonymousRole === null ? undefined : (options.anonymousRole ?? 'anon'),
    nowSeconds,
    schemaCache: () => {
      cached ??= loadSchemaCache(database, schemas).catch((failure: unknown) => {
        cached = undefined;
        throw failure;
      });
      return cached;
    },
    address: () => ({ host }),
  };
  const keys = projectKeys(secret, nowSeconds());
  const faults = new FaultPlan();
  const respond =
    options.gateway === false
      ? (request: Parameters<typeof answer>[0]) => answer(request, postgrest)
      : behindGateway(keys, (request) => answer(request, postgrest));
  const server = await serve(options.port ?? 0, faults, respond);
  host = `127.0.0.1:${server.port}`;
  const reload = async (): Promise<void> => {
    cached = undefined;
    await postgrest.schemaCache();
  };
  return {
    ...keys,
    url: `http://${host}`,
    faults,
    reload,
    execute: async (sql) => {
      await database.execute(sql);
      cached = undefined;
    },
    query: (sql, parameters) => database.query(sql, parameters),
    stop: async () => {
      await server.close();
      await database.close();
    },
  };
}
