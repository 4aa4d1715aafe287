import type { Column } from '../schema/model.ts';
import { listSql } from './field-sql.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, bound, identifier, joined, literal, sql, trusted } from './fragment.ts';

/** A value that is taken out of a JSON body: a column of a table, or a parameter of a function. */
export type JsonCell = Pick<Column, 'name' | 'defaultExpression'> & { readonly sqlType: string };

export const BODY_ROWS = trusted('pgrst_body');

interface JsonRows {
  readonly body: string;
  readonly cells: readonly JsonCell[];
  /** Whether a value that a row does not give becomes its default, not null. */
  readonly defaults: boolean;
  /** Whether only the first of several rows counts. */
  readonly firstOnly: boolean;
}

/**
 * A FROM clause whose rows {@link BODY_ROWS} are those of a JSON body. PostgreSQL itself reads the body, as text that
 * nobody has touched, into the columns' types.
 */
export function jsonRowsSql({ body, cells, defaults, firstOnly }: JsonRows): Sql {
  const isObject = /^[ \t\n\r]*\{/.test(body);
  const type = trusted(defaults ? '::jsonb' : '::json');
  const payload = sql`(select ${bound(body)}${type} as json_data) pgrst_payload, `;
  const completed = defaults ? sql`${completedSql(cells, isObject)}, ` : EMPTY;
  const source = trusted(defaults ? 'pgrst_json_defs.val' : 'pgrst_payload.json_data');
  const prefix = defaults ? 'jsonb' : 'json';
  const names = listSql(cells.map(({ name }) => identifier(name)));
  const rows =
    cells.length === 0
      ? emptyRows(isObject, prefix, source)
      : sql`${trusted(`${prefix}_to_record${isObject ? '' : 'set'}`)}(${source}) as _(${listSql(
          cells.map(({ name, sqlType }) => sql`${identifier(name)} ${trusted(sqlType)}`),
        )})`;
  const limit = firstOnly && cells.length > 0 ? trusted(' limit 1') : EMPTY;
  return sql`${payload}${completed}lateral (select ${names} from ${rows}${limit}) ${BODY_ROWS}`;
}

/** Without columns an object is one row, and an array as many as it has members. */
function emptyRows(isObject: boolean, prefix: string, source: Sql): Sql {
  return isObject ? trusted('(values(1)) _') : sql`${trusted(`${prefix}_array_elements`)}(${source}) _`;
}

function completedSql(cells: readonly JsonCell[], isObject: boolean): Sql {
  const members = cells.flatMap(({ name, defaultExpression }) =>
    defaultExpression === undefined ? [] : [sql`${literal(name)}, ${trusted(defaultExpression)}`],
  );
  const given = sql`jsonb_build_object(${joined(members, ', ')})`;
  if (isObject) return sql`lateral (select ${given} || pgrst_payload.json_data as val) pgrst_json_defs`;
  return sql`lateral (select jsonb_agg(${given} || elem) as val from jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs`;
}
