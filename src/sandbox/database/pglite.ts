import { PGlite, types } from '@electric-sql/pglite';
import type { Sql } from '../sql/fragment.ts';
import { bound, rendered, sql } from '../sql/fragment.ts';
import type { Database, Session, TextRow, TransactionOptions } from './database.ts';
import { SqlError } from './database.ts';

/** PGlite would turn values into JavaScript's by their type; here every value stays the text that it is. */
const unchanged = (value: string): string => value;

/** By the types whose results PGlite converts. */
const parsers: Record<number, typeof unchanged> = Object.fromEntries(
  Object.values(types).flatMap((type) => (typeof type === 'number' ? [[type, unchanged] as const] : [])),
);

/** Parameters may be of any type, also of ones that only this database has. */
const serializers = new Proxy<Record<number, typeof unchanged>>({}, { get: () => unchanged });

const verbatim = { parsers, serializers };

/** Asking for the limit costs a statement; nobody sets one that is shorter than this. */
const LEAST_TIMEOUT_MILLISECONDS = 100;

/**
 * PostgreSQL inside this process. It is one connection, so requests wait for one another; it has no timers, so a
 * statement that runs too long is cancelled only once it ends; and it cannot give up the session's user again, so
 * `session_user` stays the superuser while `current_user` is the request's role.
 */
export async function pgliteDatabase(
  dataDirectory: string | undefined,
  statementTimeoutMilliseconds: number,
): Promise<Database> {
  const engine = await PGlite.create(dataDirectory === undefined ? {} : { dataDir: dataDirectory });
  const inTurn = oneAtATime();

  const run = async (statement: Sql): Promise<readonly TextRow[]> => {
    const { text, values } = rendered(statement);
    const result = await engine.query<TextRow>(text, [...values], verbatim);
    return result.rows;
  };

  const timed = async (statement: Sql): Promise<readonly TextRow[]> => {
    const started = performance.now();
    const rows = await run(statement);
    const taken = performance.now() - started;
    if (taken < LEAST_TIMEOUT_MILLISECONDS) return rows;
    const setting = await run(sql`select setting from pg_settings where name = 'statement_timeout'`);
    const limit = Number(setting[0]?.['setting'] ?? 0);
    if (limit > 0 && taken > limit) {
      throw new SqlError({ code: '57014', message: 'canceling statement due to statement timeout' });
    }
    return rows;
  };

  /** A superuser may become anybody; authenticator only a role that it was granted. */
  const assume = async (role: string): Promise<void> => {
    const granted = sql`select pg_has_role('authenticator', oid, 'member') as granted from pg_roles where rolname = ${bound(role)}`;
    const [found] = await run(granted);
    if (found?.['granted'] === 'f') {
      throw new SqlError({ code: '42501', message: `permission denied to set role "${role}"` });
    }
    await run(sql`select set_config('role', ${bound(role)}, true)`);
  };

  const begin = (options: TransactionOptions): string =>
    [
      `begin isolation level ${options.isolation} ${options.readOnly ? 'read only' : 'read write'}`,
      `set local statement_timeout = ${statementTimeoutMilliseconds}`,
    ].join(';');

  return {
    transaction: (options, work) =>
      inTurn(async () => {
        const session: Session = { run: timed, assume };
        await engine.exec(begin(options));
        try {
          const value = await work(session);
          await engine.exec('commit');
          return value;
        } catch (failure) {
          await engine.exec('rollback');
          throw translated(failure);
        }
      }),
    withEmptySearchPath: (text, parameters) =>
      inTurn(async () => {
        await engine.exec("begin read only; set local search_path = ''");
        try {
          const result = await engine.query<TextRow>(text, [...parameters], verbatim);
          return result.rows;
        } finally {
          await engine.exec('rollback');
        }
      }),
    execute: (text) =>
      inTurn(async () => {
        await engine.exec(text);
      }),
    query: <T>(text: string, parameters: readonly unknown[] = []) =>
      inTurn(async () => {
        const result = await engine.query<T>(text, [...parameters]);
        return result.rows;
      }),
    close: () => inTurn(() => engine.close()),
  };
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

function translated(failure: unknown): unknown {
  if (!(failure instanceof Error) || failure instanceof SqlError) return failure;
  const fields = failure as Error & { code?: unknown; detail?: unknown; hint?: unknown };
  if (typeof fields.code !== 'string') return failure;
  return new SqlError({
    code: fields.code,
    message: fields.message,
    detail: typeof fields.detail === 'string' ? fields.detail : undefined,
    hint: typeof fields.hint === 'string' ? fields.hint : undefined,
  });
}
