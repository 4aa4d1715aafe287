import { CANONICAL_SETTINGS_SQL, TRY_AGAIN_SQL } from './canonical-settings.ts';
import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

/** `syncline_rows` (by key) and `syncline_range` (a stretch of keys): rows as arrays of text, in key order. */
export const ROWS_FUNCTIONS_SQL = `create or replace function public.syncline_rows(
  table_schema text, table_name text, columns text[], keys jsonb
)
returns json
language plpgsql
stable
security definer
${CANONICAL_SETTINGS_SQL}
set statement_timeout = '60s'
as $syncline$
declare
  table_oid oid := syncline.readable(table_schema, table_name, columns);
  answer json;
begin
  execute pg_catalog.format(
    'select coalesce(pg_catalog.json_agg(array[%1$s] order by %2$s), ''[]'')
     from (
       select distinct e.value as key from pg_catalog.jsonb_array_elements($1) as e(value)
     ) c
     join %3$s as t on %4$s',
    syncline.column_texts(columns, 't'),
    syncline.key_order(table_oid, 't'),
    table_oid::pg_catalog.regclass,
    syncline.key_matches(table_oid, 't', 'c.key')
  ) into answer using keys;
  return answer;
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.rows} is 'Syncline: the rows of some keys. Keys without a row are left out.';
${onlyServiceRole(PUBLIC_FUNCTIONS.rows)}

-- The rows with lower <= key < upper, and key > after: at most max_rows, so that the last key is the next page's "after".
create or replace function public.syncline_range(
  table_schema text, table_name text, columns text[],
  lower text[] default null, upper text[] default null, after text[] default null, max_rows int default 1000
)
returns json
language plpgsql
stable
security definer
${CANONICAL_SETTINGS_SQL}
set statement_timeout = '60s'
as $syncline$
declare
  table_oid oid := syncline.readable(table_schema, table_name, columns);
  answer json;
begin
  execute pg_catalog.format(
    'select coalesce(pg_catalog.json_agg(array[%1$s] order by %2$s), ''[]'')
     from (select * from %3$s as t where %4$s order by %2$s limit $4) t',
    syncline.column_texts(columns, 't'),
    syncline.key_order(table_oid, 't'),
    table_oid::pg_catalog.regclass,
    syncline.key_between(table_oid, 't', lower, upper, after)
  ) into answer using lower, upper, after, max_rows;
  return answer;
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.range} is 'Syncline: the rows between two keys, a page at a time.';
${onlyServiceRole(PUBLIC_FUNCTIONS.range)}
`;
