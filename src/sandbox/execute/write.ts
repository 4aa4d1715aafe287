import type { Filter, LogicTree } from '../grammar/filter.ts';
import { invalidPutFilters, putKeyMismatch, tooManyAffected } from '../errors/request-errors.ts';
import { columnNotFound } from '../errors/schema-errors.ts';
import { negotiate } from '../plan/negotiate.ts';
import { planRead } from '../plan/read-plan.ts';
import { neededColumns } from '../plan/needed-columns.ts';
import type { ApiRequest } from '../request/api-request.ts';
import type { Preferences } from '../request/preferences.ts';
import type { Outcome } from '../response/data-response.ts';
import { changeResponse, insertResponse, upsertResponse } from '../response/data-response.ts';
import type { Response } from '../response/response.ts';
import type { Column, SchemaCache, Table } from '../schema/model.ts';
import type { Sql } from '../sql/fragment.ts';
import { readSql } from '../sql/read-sql.ts';
import type { ResultRow } from '../sql/result-sql.ts';
import { writeResultSql } from '../sql/result-sql.ts';
import type { Returning } from '../sql/write-sql.ts';
import { deleteSql, insertSql, updateSql } from '../sql/write-sql.ts';
import type { Context } from './context.ts';
import { inTransaction, resultOf } from './context.ts';
import { checkPreferences, checkSingular, findTable } from './read.ts';

type Write = 'insert' | 'update' | 'upsert' | 'delete';

/** POST, PATCH, PUT and DELETE of a table or view. */
export async function write(context: Context, kind: Write, name: string): Promise<Response> {
  const { request, cache } = context;
  const { preferences } = request;
  const table = findTable(request, cache, name);
  const plan = planRead(request, cache, table, undefined);
  const quiet = preferences.representation === undefined || preferences.representation === 'minimal';
  const returning = quiet ? [] : neededColumns(plan, table.primaryKey);
  const change = changeSql(kind, request, table, returning, cache);
  checkPreferences(preferences);
  const { format, mediaType } = negotiate(request.accepted);

  const statement = writeResultSql(change, readSql(plan, cache), {
    format: preferences.representation === 'representation' ? format : undefined,
    locatedBy:
      kind === 'insert' && preferences.representation === 'headers-only' ? table.primaryKey : undefined,
    countsInserted: kind === 'upsert' || (kind === 'insert' && preferences.resolution === 'merge-duplicates'),
  });
  const row = await inTransaction(context, { readOnly: false }, async (session) => {
    const result = await resultOf(session, statement);
    if (kind === 'upsert') checkKeyMatched(result);
    else checkSingular(mediaType, result);
    if (kind === 'update' || kind === 'delete') checkAffected(preferences, result);
    return result;
  });
  return responseOf(kind, request, { row, mediaType }, table);
}

function responseOf(kind: Write, request: ApiRequest, outcome: Outcome, table: Table): Response {
  if (kind === 'insert') return insertResponse(request, outcome, table);
  if (kind === 'upsert') return upsertResponse(request, outcome);
  return changeResponse(request, outcome, kind);
}

function changeSql(
  kind: Write,
  request: ApiRequest,
  table: Table,
  returning: Returning,
  cache: SchemaCache,
): Sql {
  const { parameters, preferences, content } = request;
  const conditions = ownConditions(request);
  if (kind === 'delete') return deleteSql(table, conditions, returning, cache);
  if (kind === 'upsert') checkPutFilters(request, table);
  const body = content.payload?.kind === 'json' ? content.payload.text : '';
  const written = { table, columns: content.columns.map((name) => columnOf(table, name)), body, returning };
  const defaults = preferences.missing === 'default';
  if (kind === 'update') return updateSql({ ...written, defaults, conditions }, cache);
  if (kind === 'upsert') {
    const conflict = { resolution: 'merge', columns: table.primaryKey } as const;
    return insertSql({ ...written, defaults: false, conflict, conditions }, cache);
  }
  const { resolution } = preferences;
  const conflict =
    resolution === undefined
      ? undefined
      : ({
          resolution: resolution === 'merge-duplicates' ? 'merge' : 'ignore',
          columns: parameters.onConflict ?? table.primaryKey,
        } as const);
  return insertSql({ ...written, defaults, conflict, conditions: [] }, cache);
}

/** The conditions on the rows that are written: trees count wherever they are addressed, as for PostgREST. */
function ownConditions({ parameters }: ApiRequest): readonly LogicTree[] {
  const own = parameters.filters.filter(({ path }) => path.length === 0);
  return [...own, ...parameters.logic].map(({ value }) => value);
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw columnNotFound(table.name, name);
  return column;
}

/** PUT names exactly the row that it puts. */
function checkPutFilters({ parameters }: ApiRequest, { primaryKey }: Table): void {
  const isEqual = ({ negated, operation }: Filter): boolean =>
    !negated &&
    operation.kind === 'quantifiable' &&
    operation.operator === 'eq' &&
    operation.quantifier === undefined;
  const { filters, filterNames, logic } = parameters;
  const whole =
    primaryKey.length > 0 &&
    filterNames.size === primaryKey.length &&
    primaryKey.every((column) => filterNames.has(column));
  if (logic.length > 0 || !whole || !filters.every(({ value }) => isEqual(value))) throw invalidPutFilters();
}

function checkKeyMatched(row: ResultRow): void {
  if (BigInt(row.page ?? '0') !== 1n) throw putKeyMismatch();
}

/** @throws ApiError PGRST124 when more rows are affected than the request allows */
export function checkAffected({ handling, maxAffected }: Preferences, row: ResultRow): void {
  const rows = BigInt(row.page ?? '0');
  if (handling === 'strict' && maxAffected !== undefined && rows > maxAffected) throw tooManyAffected(rows);
}
