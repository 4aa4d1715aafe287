import type { BodyFormat } from '../plan/negotiate.ts';
import { SOURCE_NAME } from '../plan/read-plan.ts';
import type { Routine } from '../schema/model.ts';
import { returnsScalar } from '../schema/model.ts';
import type { Sql } from './fragment.ts';
import { EMPTY, identifier, literal, sql, trusted } from './fragment.ts';

const ROWS = trusted('_postgrest_t');
const SOURCE = identifier(SOURCE_NAME);

/** The column under which a function's values are kept. */
export const SCALAR = trusted('pgrst_scalar');

interface ResultParts {
  /** The query that reads, writes or calls. */
  readonly source: Sql;
  /** What is read of the source. */
  readonly rows: Sql;
  readonly total: Sql | undefined;
  readonly pageTotal: Sql;
  readonly body: Sql;
  readonly location: Sql;
  readonly inserted: Sql;
}

/** The names under which {@link resultSql} gives what a response needs; every value is text. */
export interface ResultRow {
  /** How many rows there are in all, if that was asked. */
  readonly total: string | null;
  /** How many rows are returned or affected. */
  readonly page: string | null;
  readonly body: string | null;
  /** `key=eq.value` of the inserted row's key, as a JSON array. */
  readonly location: string | null;
  readonly inserted: string | null;
  readonly headers: string | null;
  readonly status: string | null;
}

/** One statement for a whole response: PostgreSQL makes the body, so that values stay as it writes them. */
function resultSql(parts: ResultParts): Sql {
  const counted = parts.total === undefined ? EMPTY : sql`, pgrst_source_count as (${parts.total})`;
  const total =
    parts.total === undefined ? trusted('null') : trusted('(select count(*) from pgrst_source_count)');
  const setting = (name: string): Sql => sql`nullif(current_setting(${literal(name)}, true), '')`;
  return sql`with ${SOURCE} as (${parts.source})${counted}
select ${total}::text as total, ${parts.pageTotal}::text as page, ${parts.body}::text as body, ${parts.location}::text as location,
${setting('response.headers')} as headers, ${setting('response.status')} as status, ${parts.inserted}::text as inserted
from (${parts.rows}) ${ROWS}`;
}

const COUNT_OF_ROWS = sql`count(${ROWS})`;
const NULL = trusted('null');

export function readResultSql(query: Sql, format: BodyFormat | undefined, total: Sql | undefined): Sql {
  return resultSql({
    source: query,
    rows: sql`select * from ${SOURCE}`,
    total,
    pageTotal: COUNT_OF_ROWS,
    body: format === undefined ? trusted("''") : bodySql(format),
    location: NULL,
    inserted: NULL,
  });
}

export interface WriteResult {
  /** How the written rows are returned, if they are. */
  readonly format: BodyFormat | undefined;
  /** The columns of the key for the `Location` header, if one is asked for. */
  readonly locatedBy: readonly string[] | undefined;
  readonly countsInserted: boolean;
}

export function writeResultSql(
  write: Sql,
  read: Sql,
  { format, locatedBy, countsInserted }: WriteResult,
): Sql {
  return resultSql({
    source: write,
    // When nothing is returned, the selected columns need not exist or be readable.
    rows: format === undefined ? sql`select * from ${SOURCE}` : read,
    total: undefined,
    pageTotal: COUNT_OF_ROWS,
    body: format === undefined ? trusted("''") : bodySql(format),
    location: locatedBy === undefined ? NULL : locationSql(locatedBy),
    inserted: countsInserted ? trusted("nullif(current_setting('pgrst.inserted', true), '')::int") : NULL,
  });
}

export function callResultSql(
  call: Sql,
  read: Sql,
  routine: Routine,
  format: BodyFormat | undefined,
  total: Sql | undefined,
): Sql {
  return resultSql({
    source: call,
    rows: read,
    total,
    pageTotal: routine.returnsSet ? COUNT_OF_ROWS : trusted('1'),
    body: format === undefined ? trusted("''") : bodySql(format, routine),
    location: NULL,
    inserted: NULL,
  });
}

function bodySql(format: BodyFormat, routine?: Routine): Sql {
  const single = routine !== undefined && !routine.returnsSet;
  const scalar = routine !== undefined && returnsScalar(routine);
  switch (format) {
    case 'json':
    case 'json-without-nulls': {
      const members = scalar ? sql`${ROWS}.${SCALAR}` : ROWS;
      return jsonSql(members, single, format === 'json-without-nulls');
    }
    case 'object':
    case 'object-without-nulls': {
      const member = single && scalar ? sql`${ROWS}.${SCALAR}` : ROWS;
      return jsonSql(member, true, format === 'object-without-nulls');
    }
    case 'csv':
      return CSV;
    case 'geojson':
      return sql`json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(ST_AsGeoJSON(${ROWS})::json), '[]'))`;
  }
}

function jsonSql(members: Sql, single: boolean, withoutNulls: boolean): Sql {
  const list = sql`json_agg(${members})${trusted(single ? '->0' : '')}`;
  const stripped = withoutNulls ? sql`json_strip_nulls(${list})` : list;
  return sql`coalesce(${stripped}, ${trusted(single ? "'null'" : "'[]'")})`;
}

/** A header of the columns' names, then PostgreSQL's own text of each row without its parentheses. */
const CSV = sql`(
  select coalesce(string_agg(header.name, ','), '') from (
    select json_object_keys(row_to_json(first_row))::text as name from (select * from ${SOURCE} limit 1) first_row
  ) header
) || E'\n' || coalesce(string_agg(substring(${ROWS}::text, 2, length(${ROWS}::text) - 2), E'\n'), '')`;

function locationSql(keys: readonly string[]): Sql {
  const names = keys.map((key, index) => sql`${trusted(index === 0 ? '' : ', ')}${literal(key)}`).flat();
  return sql`case when ${COUNT_OF_ROWS} = 1 then (
  select json_agg(json_build_array(cell.key, coalesce('eq.' || cell.value, 'is.null')))
  from (select row_to_json(source_row) as value from ${SOURCE} source_row limit 1) located
  cross join json_each_text(located.value) cell where cell.key = any(array[${names}]::text[])
) end`;
}
