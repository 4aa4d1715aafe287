import pg from 'pg';
import { rendered } from '../sql/fragment.ts';
import type { Database, Session, TextRow, TransactionOptions } from './database.ts';
import { ConnectionError, SqlError } from './database.ts';

const asText = { getTypeParser: () => (value: string) => value };

/** PostgREST's own pool: ten connections, ten seconds to get one. */
const POOL_SIZE = 10;
const ACQUISITION_TIMEOUT_MILLISECONDS = 10_000;

/** A real PostgreSQL server, reached as a superuser. */
export function postgresDatabase(connectionString: string, statementTimeoutMilliseconds: number): Database {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: ACQUISITION_TIMEOUT_MILLISECONDS,
    allowExitOnIdle: true,
  });
  // A connection that dies leaves the pool by itself, and whoever waits for an answer of it is told there.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const begin = (options: TransactionOptions): string =>
    [
      `begin isolation level ${options.isolation} ${options.readOnly ? 'read only' : 'read write'}`,
      'set local session authorization authenticator',
      `set local statement_timeout = ${statementTimeoutMilliseconds}`,
    ].join(';');

  async function connect(): Promise<pg.PoolClient> {
    try {
      return await pool.connect();
    } catch (failure) {
      const message = failure instanceof Error ? failure.message : 'The connection failed.';
      const exhausted = message.includes('timeout exceeded when trying to connect');
      throw new ConnectionError(exhausted ? 'pool-exhausted' : 'unreachable', message);
    }
  }

  return {
    async transaction(options, work) {
      const client = await connect();
      let broken: Error | undefined;
      const session: Session = {
        assume: async (role) => {
          await client.query("select set_config('role', $1, true)", [role]);
        },
        run: async (statement) => {
          const { text, values } = rendered(statement);
          const result = await client.query<TextRow>({ text, values: [...values], types: asText });
          return result.rows;
        },
      };
      try {
        await client.query(begin(options));
        const value = await work(session);
        await client.query('commit');
        return value;
      } catch (failure) {
        await client.query('rollback').catch((lost: unknown) => {
          broken = lost instanceof Error ? lost : new Error('The connection was lost.');
        });
        if (broken !== undefined && !(failure instanceof pg.DatabaseError)) {
          throw new ConnectionError('lost', broken.message);
        }
        throw translated(failure);
      } finally {
        client.release(broken);
      }
    },
    async withEmptySearchPath(text, parameters) {
      const client = await connect();
      try {
        await client.query("begin read only; set local search_path = ''");
        const result = await client.query<TextRow>({ text, values: [...parameters], types: asText });
        await client.query('rollback');
        client.release();
        return result.rows;
      } catch (failure) {
        client.release(true);
        throw translated(failure);
      }
    },
    execute: async (text) => {
      await pool.query(text);
    },
    query: async <T>(text: string, parameters: readonly unknown[] = []) => {
      const result = await pool.query<Record<string, unknown>>(text, [...parameters]);
      return result.rows as T[];
    },
    close: () => pool.end(),
  };
}

function translated(failure: unknown): unknown {
  if (!(failure instanceof pg.DatabaseError)) return failure;
  const { code = 'XX000', message, detail, hint } = failure;
  return new SqlError({ code, message, detail, hint });
}
