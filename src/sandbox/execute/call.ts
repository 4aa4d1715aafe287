import { maxAffectedOnSingleResult } from '../errors/request-errors.ts';
import type { LogicTree } from '../grammar/filter.ts';
import { findRoutine } from '../plan/find-routine.ts';
import { negotiate } from '../plan/negotiate.ts';
import { neededColumns } from '../plan/needed-columns.ts';
import type { ReadNode } from '../plan/read-plan.ts';
import { planRead } from '../plan/read-plan.ts';
import { byCodePoints } from '../request/json-shape.ts';
import { countsRows } from '../request/preferences.ts';
import { callResponse } from '../response/data-response.ts';
import type { Response } from '../response/response.ts';
import type { Routine } from '../schema/model.ts';
import type { CallArguments } from '../sql/call-sql.ts';
import { callSql } from '../sql/call-sql.ts';
import { countSql, readSql } from '../sql/read-sql.ts';
import { callResultSql } from '../sql/result-sql.ts';
import type { Context } from './context.ts';
import { inTransaction, resultOf } from './context.ts';
import { checkPreferences, checkSingular } from './read.ts';
import { checkAffected } from './write.ts';

type Method = 'GET' | 'HEAD' | 'POST';

/** A call of a function; what it returns can be read as a table can. */
export async function call(context: Context, name: string, method: Method): Promise<Response> {
  const { request, cache, maximumRows } = context;
  const { preferences, parameters, content } = request;
  const given = method === 'POST' ? content.columns : namesOf(parameters.arguments);
  const routine = routineOf(context, name, method, given);
  const rows = { schema: routine.schema, name: routine.rowType?.name ?? routine.name };
  const plan = planRead(request, cache, rows, maximumRows);
  const { format, mediaType } = negotiate(request.accepted);
  checkPreferences(preferences);
  if (preferences.handling === 'strict' && preferences.maxAffected !== undefined && !routine.returnsSet) {
    throw maxAffectedOnSingleResult();
  }

  const source = callSql({
    routine,
    arguments: argumentsOf(context, method),
    given,
    columns: returnedColumns(plan),
  });
  const total = countsRows(preferences) ? countSql(plan, cache) : undefined;
  const shown = method === 'HEAD' ? undefined : format;
  const statement = callResultSql(source, readSql(plan, cache), routine, shown, total);
  const readOnly = method !== 'POST' || routine.volatility !== 'volatile';
  const row = await inTransaction(context, { readOnly, routine }, async (session) => {
    const result = await resultOf(session, statement);
    checkSingular(mediaType, result);
    checkAffected(preferences, result);
    return result;
  });
  return callResponse(request, { row, mediaType }, routine);
}

/** The methods by which a function can be called; those that change something only by POST. */
export function routineMethods(context: Context, name: string): readonly string[] {
  const given = namesOf(context.request.parameters.arguments);
  const routine = routineOf(context, name, 'GET', given);
  return routine.volatility === 'volatile' ? ['OPTIONS', 'POST'] : ['OPTIONS', 'GET', 'HEAD', 'POST'];
}

function routineOf(
  { request, cache }: Context,
  name: string,
  method: Method,
  given: readonly string[],
): Routine {
  const { schema, contentType } = request;
  return findRoutine({ schema, name, arguments: given, byPost: method === 'POST', contentType }, cache);
}

function namesOf(pairs: readonly (readonly [name: string, value: string])[]): readonly string[] {
  return [...new Set(pairs.map(([name]) => name))].sort(byCodePoints);
}

function argumentsOf({ request }: Context, method: Method): CallArguments {
  const { payload } = request.content;
  if (method !== 'POST') return { kind: 'named', pairs: request.parameters.arguments };
  if (payload?.kind === 'arguments') return { kind: 'named', pairs: payload.pairs };
  return { kind: 'body', payload };
}

/** What is selected and what is filtered by; an order by anything else finds no column, as for PostgREST. */
function returnedColumns(plan: ReadNode): readonly string[] {
  const needed = neededColumns(plan, []);
  if (needed.length === 0 || needed.includes('*')) return needed;
  return [...new Set([...needed, ...filteredColumns(plan)])].sort(byCodePoints);
}

function filteredColumns(node: ReadNode): readonly string[] {
  const names = (tree: LogicTree): readonly string[] =>
    tree.kind === 'filter' ? [tree.field.name] : tree.members.flatMap(names);
  return [...node.conditions.flatMap(names), ...node.children.flatMap(filteredColumns)];
}
