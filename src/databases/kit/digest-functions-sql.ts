import { CANONICAL_SETTINGS_SQL, TRY_AGAIN_SQL } from './canonical-settings.ts';
import {
  BOUNDS_TEMPLATE,
  BUCKET_TEMPLATE,
  DIGEST_TEMPLATE,
  SAMPLED_ROWS_AT_LEAST,
  SAMPLED_ROWS_PER_BUCKET,
} from './digest-sql.ts';
import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

/** `syncline_bounds` and `syncline_digests`. */
export const DIGEST_FUNCTIONS_SQL = `-- The keys at which a table splits into about equally many rows, from a sample: [[key], ...], ascending.
create or replace function public.syncline_bounds(table_schema text, table_name text, buckets int)
returns json
language plpgsql
stable
security definer
${CANONICAL_SETTINGS_SQL}
set statement_timeout = '60s'
as $syncline$
declare
  table_oid oid := syncline.readable(
    table_schema, table_name,
    array(select k.name from syncline.key_columns(syncline.relation(table_schema, table_name)) k)
  );
  wanted numeric := greatest(${SAMPLED_ROWS_AT_LEAST}, buckets * ${SAMPLED_ROWS_PER_BUCKET});
  estimated numeric;
  answer json;
begin
  if buckets is null or buckets not between 1 and 100000 then
    raise exception using errcode = '22023', message = 'The number of buckets must be between 1 and 100000.';
  end if;
  select pg_catalog.sum(greatest(c.reltuples, 0)) into estimated
  from pg_catalog.pg_class c
  where c.oid = table_oid or c.oid in (select p.relid from pg_catalog.pg_partition_tree(table_oid) p where p.isleaf);
  execute pg_catalog.format(
    'select coalesce(pg_catalog.json_agg(b.key), ''[]'') from (' || $query$
${BOUNDS_TEMPLATE}
$query$ || ') b',
    syncline.key_texts(table_oid, 't'),
    syncline.key_order(table_oid, 't'),
    table_oid::pg_catalog.regclass || ' as t',
    case when estimated > wanted then pg_catalog.format('tablesample system (%s) repeatable (0)', 100 * wanted / estimated) end
  ) into answer using buckets;
  return answer;
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.bounds} is 'Syncline: the keys that cut a table into buckets.';
${onlyServiceRole(PUBLIC_FUNCTIONS.bounds)}

-- One digest for each bucket between the bounds that has rows: [{"bucket": 0, "rows": 12, "digest": "32 hex digits"}, ...].
-- With lower and upper, of the rows between them only. The primary key is always digested too.
create or replace function public.syncline_digests(
  table_schema text, table_name text, columns text[], bounds jsonb,
  lower text[] default null, upper text[] default null
)
returns json
language plpgsql
stable
security definer
${CANONICAL_SETTINGS_SQL}
set statement_timeout = '120s'
as $syncline$
declare
  table_oid oid := syncline.readable(table_schema, table_name, columns);
  bucket text;
  answer json;
begin
  select pg_catalog.format(
    $query$${BUCKET_TEMPLATE}$query$,
    case when pg_catalog.count(*) = 1 then pg_catalog.max(k.own) else pg_catalog.format('row(%s)', pg_catalog.string_agg(k.own, ', ' order by k.place)) end,
    case when pg_catalog.count(*) = 1 then pg_catalog.max(k.given) else pg_catalog.format('row(%s)', pg_catalog.string_agg(k.given, ', ' order by k.place)) end,
    '$4'
  ) into bucket
  from (
    select
      c.place,
      pg_catalog.format('t.%I::%s', c.name, c.input_type) as own,
      pg_catalog.format('(b.key ->> %s)::%s%s', c.place - 1, c.input_type, c.collation_clause) as given
    from syncline.key_columns(table_oid) c
  ) k;
  execute pg_catalog.format(
    'select coalesce(pg_catalog.json_agg(d), ''[]'') from (' || $query$
${DIGEST_TEMPLATE}
$query$ || ') d',
    bucket,
    (
      select pg_catalog.string_agg(pg_catalog.format('t.%I', d.name), ', ' order by d.place)
      from (
        select c.name, c.place from pg_catalog.unnest(columns) with ordinality as c(name, place)
        union all
        select k.name, 10000 + k.place from syncline.key_columns(table_oid) k where k.name <> all (columns)
      ) d
    ),
    table_oid::pg_catalog.regclass || ' as t',
    syncline.key_between(table_oid, 't', lower, upper, null)
  ) into answer using lower, upper, null::text[], bounds;
  return answer;
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.digests} is 'Syncline: a digest of the rows of each bucket.';
${onlyServiceRole(PUBLIC_FUNCTIONS.digests)}
`;
