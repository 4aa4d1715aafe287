import type { LogicTree } from '../grammar/filter.ts';
import type { Column, QualifiedName, SchemaCache } from '../schema/model.ts';
import { treeSql } from './condition-sql.ts';
import { columnSql, columnsOf, listSql, qualified } from './field-sql.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, identifier, joined, sql, trusted } from './fragment.ts';
import { BODY_ROWS, jsonRowsSql } from './json-rows-sql.ts';

/** What a write gives back: these columns, `*`, or without any just the fact. */
export type Returning = readonly string[];

interface BodyWrite {
  readonly table: QualifiedName;
  readonly columns: readonly Column[];
  readonly body: string;
  readonly defaults: boolean;
  readonly returning: Returning;
}

export interface Insert extends BodyWrite {
  readonly conflict:
    { readonly resolution: 'merge' | 'ignore'; readonly columns: readonly string[] } | undefined;
  /** The conditions that the rows of a PUT must meet. */
  readonly conditions: readonly LogicTree[];
}

const cellsOf = (columns: readonly Column[]) =>
  columns.map(({ name, declaredType, defaultExpression }) => ({
    name,
    defaultExpression,
    sqlType: declaredType,
  }));

/**
 * Counts inserted rows in a setting of the transaction: up when a row is offered, down again when it turns out to
 * exist. PostgreSQL says in no other way which rows of an upsert were new.
 */
function countedSql(offered: boolean): Sql {
  const current = "coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0)";
  const changed = offered ? `${current} + 1` : `${current} - 1`;
  // Always true: the count is never negative.
  return trusted(`set_config('pgrst.inserted', (${changed})::text, true) <> '-1'`);
}

export function insertSql(insert: Insert, cache: SchemaCache): Sql {
  const { table, columns, body, defaults, conflict, conditions } = insert;
  const names = columns.map(({ name }) => identifier(name));
  const target = names.length === 0 ? EMPTY : sql` (${listSql(names)})`;
  const values = listSql(names.map((name) => sql`${BODY_ROWS}.${name}`));
  const rows = jsonRowsSql({ body, cells: cellsOf(columns), defaults, firstOnly: false });
  const merges = conflict?.resolution === 'merge';
  const required = conditions.map((tree) => treeSql(tree, { alias: 'pgrst_body' }, columnsOf(cache, table)));
  const where = [...(merges ? [countedSql(true)] : []), ...required];
  const condition = where.length === 0 ? EMPTY : sql` where ${joined(where, ' and ')}`;
  return sql`insert into ${qualified(table)}${target} select ${values} from ${rows}${condition}${conflictSql(insert)}${returningSql(table, insert.returning)}`;
}

function conflictSql({ conflict, columns }: Insert): Sql {
  if (conflict === undefined || conflict.columns.length === 0) return EMPTY;
  const on = listSql(conflict.columns.map(identifier));
  if (conflict.resolution === 'ignore' || columns.length === 0) return sql` on conflict (${on}) do nothing`;
  const changes = columns.map(({ name }) => sql`${identifier(name)} = excluded.${identifier(name)}`);
  return sql` on conflict (${on}) do update set ${listSql(changes)} where ${countedSql(false)}`;
}

export interface Update extends BodyWrite {
  readonly conditions: readonly LogicTree[];
}

export function updateSql(update: Update, cache: SchemaCache): Sql {
  const { table, columns, body, defaults, conditions, returning } = update;
  if (columns.length === 0) {
    // There is nothing to set: no rows, but with the columns that are to be returned.
    const shown =
      returning.length === 0
        ? [trusted('null')]
        : returning.map((name) => columnSql({ alias: table.name }, name));
    return sql`select ${listSql(shown)} from ${qualified(table)} where false`;
  }
  const changes = columns.map(({ name }) => sql`${identifier(name)} = ${BODY_ROWS}.${identifier(name)}`);
  const rows = jsonRowsSql({ body, cells: cellsOf(columns), defaults, firstOnly: false });
  const where = whereSql(table, conditions, cache);
  return sql`update ${qualified(table)} set ${listSql(changes)} from ${rows}${where}${returningSql(table, returning)}`;
}

export function deleteSql(
  table: QualifiedName,
  conditions: readonly LogicTree[],
  returning: Returning,
  cache: SchemaCache,
): Sql {
  return sql`delete from ${qualified(table)}${whereSql(table, conditions, cache)}${returningSql(table, returning)}`;
}

function whereSql(table: QualifiedName, conditions: readonly LogicTree[], cache: SchemaCache): Sql {
  if (conditions.length === 0) return EMPTY;
  const columns = columnsOf(cache, table);
  return sql` where ${joined(
    conditions.map((tree) => treeSql(tree, table, columns)),
    ' and ',
  )}`;
}

function returningSql(table: QualifiedName, returning: Returning): Sql {
  const columns = returning.length === 0 ? [trusted('1')] : returning.map((name) => columnSql(table, name));
  return sql` returning ${listSql(columns)}`;
}
