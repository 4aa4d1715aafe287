import type { Identity } from '../auth/authenticate.ts';
import type { Database, Session, TextRow, TransactionOptions } from '../database/database.ts';
import { databaseError } from '../errors/database-errors.ts';
import type { ApiRequest } from '../request/api-request.ts';
import type { Routine, SchemaCache } from '../schema/model.ts';
import type { Sql } from '../sql/fragment.ts';
import type { ResultRow } from '../sql/result-sql.ts';
import { applySettings } from './session-settings.ts';

/** All that answering one request needs. */
export interface Context {
  readonly request: ApiRequest;
  readonly identity: Identity;
  readonly cache: SchemaCache;
  readonly database: Database;
  readonly maximumRows: number | undefined;
  readonly anonymousRole: string | undefined;
  readonly extraSearchPath: readonly string[];
}

/**
 * Runs the work of a request as its role, in a transaction of its own.
 * @throws ApiError for whatever the database refuses
 */
export async function inTransaction<T>(
  context: Context,
  options: { readonly readOnly: boolean; readonly routine?: Routine },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { request, identity, cache, database, extraSearchPath } = context;
  const { readOnly, routine } = options;
  const isolation = isolationOf(routine?.isolation ?? cache.roleSettings.get(identity.role)?.isolation);
  try {
    return await database.transaction({ readOnly, isolation }, async (session) => {
      await applySettings(session, request, identity, cache, routine, extraSearchPath);
      return work(session);
    });
  } catch (failure) {
    throw databaseError(failure, identity.role !== context.anonymousRole);
  }
}

function isolationOf(setting: string | undefined): TransactionOptions['isolation'] {
  const name = setting?.replaceAll('"', '').toLowerCase();
  return name === 'repeatable read' || name === 'serializable' ? name : 'read committed';
}

/** The one row that a statement of {@link ResultRow} shape gives. */
export async function resultOf(session: Session, statement: Sql): Promise<ResultRow> {
  const rows = await session.run(statement);
  const row: TextRow = rows[0] ?? {};
  const value = (name: string): string | null => row[name] ?? null;
  return {
    total: value('total'),
    page: value('page'),
    body: value('body'),
    location: value('location'),
    inserted: value('inserted'),
    headers: value('headers'),
    status: value('status'),
  };
}
