import type { Session } from '../database/database.ts';
import { invalidPreferences, notSingular } from '../errors/request-errors.ts';
import { tableNotFound } from '../errors/schema-errors.ts';
import { negotiate } from '../plan/negotiate.ts';
import { planRead } from '../plan/read-plan.ts';
import type { ApiRequest } from '../request/api-request.ts';
import type { MediaType } from '../request/media-type.ts';
import type { Preferences } from '../request/preferences.ts';
import { countsRows } from '../request/preferences.ts';
import { readResponse } from '../response/data-response.ts';
import type { Response } from '../response/response.ts';
import type { SchemaCache, Table } from '../schema/model.ts';
import { tableKey } from '../schema/model.ts';
import type { Sql } from '../sql/fragment.ts';
import { sql, trusted } from '../sql/fragment.ts';
import { countSql, readSql } from '../sql/read-sql.ts';
import type { ResultRow } from '../sql/result-sql.ts';
import { readResultSql } from '../sql/result-sql.ts';
import type { Context } from './context.ts';
import { inTransaction, resultOf } from './context.ts';

/** GET and HEAD of a table or view. */
export async function read(context: Context, name: string, headersOnly: boolean): Promise<Response> {
  const { request, cache, maximumRows } = context;
  const table = findTable(request, cache, name);
  const plan = planRead(request, cache, table, maximumRows);
  const { format, mediaType } = negotiate(request.accepted);
  checkPreferences(request.preferences);

  const { preferences } = request;
  const count = countSql(plan, cache);
  const total = countsRows(preferences) ? limitedCount(count, preferences, maximumRows) : undefined;
  const statement = readResultSql(readSql(plan, cache), headersOnly ? undefined : format, total);
  const row = await inTransaction(context, { readOnly: true }, async (session) => {
    const result = await resultOf(session, statement);
    checkSingular(mediaType, result);
    return { ...result, total: await totalOf(session, result, count, preferences, maximumRows) };
  });
  return readResponse(request, { row, mediaType }, table, headersOnly);
}

/** @throws ApiError PGRST205 */
export function findTable(request: ApiRequest, cache: SchemaCache, name: string): Table {
  const wanted = { schema: request.schema, name };
  const table = cache.tables.get(tableKey(wanted));
  if (table === undefined) throw tableNotFound(wanted, cache);
  return table;
}

/** @throws ApiError PGRST122 when unknown preferences are to be refused */
export function checkPreferences({ handling, invalid }: Preferences): void {
  if (handling === 'strict' && invalid.length > 0) throw invalidPreferences(invalid);
}

/** @throws ApiError PGRST116 when one object is asked for and there is not exactly one row */
export function checkSingular(mediaType: MediaType, row: ResultRow): void {
  const rows = BigInt(row.page ?? '0');
  if (mediaType.kind === 'object' && rows !== 1n) throw notSingular(rows);
}

/** An estimate counts exactly only up to the row cap. */
function limitedCount(count: Sql, preferences: Preferences, maximumRows: number | undefined): Sql {
  if (preferences.count !== 'estimated' || maximumRows === undefined) return count;
  return sql`${count}${trusted(` limit ${maximumRows + 1}`)}`;
}

async function totalOf(
  session: Session,
  row: ResultRow,
  count: Sql,
  preferences: Preferences,
  maximumRows: number | undefined,
): Promise<string | null> {
  if (preferences.count === 'planned') return String(await plannedRows(session, count));
  if (preferences.count !== 'estimated' || row.total === null) return row.total;
  const counted = BigInt(row.total);
  if (maximumRows !== undefined && counted <= BigInt(maximumRows)) return row.total;
  const planned = await plannedRows(session, count);
  return String(planned > counted ? planned : counted);
}

/** How many rows PostgreSQL's planner expects. */
async function plannedRows(session: Session, query: Sql): Promise<bigint> {
  const rows = await session.run(sql`explain (format json) ${query}`);
  const plan = JSON.parse(Object.values(rows[0] ?? {})[0] ?? '[]') as { Plan?: { 'Plan Rows'?: number } }[];
  return BigInt(plan[0]?.Plan?.['Plan Rows'] ?? 0);
}
