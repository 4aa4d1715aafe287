import { CANONICAL_SETTINGS_SQL, TRY_AGAIN_SQL } from './canonical-settings.ts';
import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

/**
 * `syncline_position` and `syncline_changes`. Both are STABLE, so that everything they read, `pg_current_snapshot()`
 * included, is of the calling statement's snapshot: an answer is one instant.
 */
export const CHANGES_FUNCTIONS_SQL = `create or replace function public.syncline_position()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $syncline$
begin
  return syncline.position();
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.position} is 'Syncline: the position of this instant in the change log.';
${onlyServiceRole(PUBLIC_FUNCTIONS.position)}

-- The next page of a window of the change log: keys by table as {"oid": [[key, push id or null], ...]}, and the place
-- after which the next page begins, or null at the end. A page has at most max_rows keys and ten times as many entries.
create or replace function syncline.changed_keys(
  relations oid[], since pg_catalog.pg_snapshot, until pg_catalog.pg_snapshot,
  after_xid pg_catalog.xid8, after_seq bigint, max_rows int,
  out keys jsonb, out next_xid pg_catalog.xid8, out next_seq bigint
)
language sql
stable
set search_path = ''
as $syncline$
  with entries as (
    select c.relation, c.key, c.xid, c.seq, p.push_id, pg_catalog.row_number() over (order by c.xid, c.seq) as place
    from syncline.changes c
    left join syncline.pushes p on p.xid = c.xid
    where (c.xid, c.seq) > ($4, $5)
      and not pg_catalog.pg_visible_in_snapshot(c.xid, $2)
      and pg_catalog.pg_visible_in_snapshot(c.xid, $3)
      and c.relation = any ($1)
      and c.op <> 'T'
    order by c.xid, c.seq
    limit 10 * $6 + 1
  ),
  page_end as (
    select least(
      (
        select pg_catalog.min(e.place) as first_place
        from entries e
        group by e.relation, e.key
        order by first_place
        offset $6 limit 1
      ),
      (select pg_catalog.max(e.place) from entries e having pg_catalog.count(*) > 10 * $6)
    ) as place
  ),
  chosen as (
    select
      e.relation,
      e.key,
      -- Only what a push alone changed is its echo.
      case when pg_catalog.count(distinct e.push_id) = 1 and pg_catalog.count(e.push_id) = pg_catalog.count(*)
        then pg_catalog.min(e.push_id::text)
      end as push_id,
      pg_catalog.min(e.place) as first_place
    from entries e, page_end
    where page_end.place is null or e.place < page_end.place
    group by e.relation, e.key
  ),
  by_table as (
    select
      c.relation,
      pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_array(pg_catalog.to_jsonb(c.key), c.push_id) order by c.first_place
      ) as keys
    from chosen c
    group by c.relation
  )
  select
    (select pg_catalog.jsonb_object_agg(b.relation::text, b.keys) from by_table b),
    last.xid,
    last.seq
  from page_end
  left join entries last on last.place = page_end.place - 1
$syncline$;

-- The rows of changed keys as they are now, and the keys that no row has any more. A key counts as gone when no row has
-- exactly this text: numeric 1.0 that became 1.00 is a delete and an upsert, as it is for whoever stores texts.
create or replace function syncline.changed_rows(
  table_schema text, table_name text, relation oid, columns text[], keys jsonb
)
returns json
language plpgsql
stable
${CANONICAL_SETTINGS_SQL}
as $syncline$
declare
  answer json;
begin
  execute pg_catalog.format(
    'select pg_catalog.json_build_object(
       ''schema'', $2, ''name'', $3,
       ''upserts'', coalesce(pg_catalog.json_agg(array[%1$s] order by %2$s) filter (where %6$s is not null), ''[]''),
       ''upsertPushes'', coalesce(pg_catalog.json_agg(c.push_id order by %2$s) filter (where %6$s is not null), ''[]''),
       ''deletes'', coalesce(pg_catalog.json_agg(c.key order by c.place) filter (where %6$s is null), ''[]''),
       ''deletePushes'', coalesce(pg_catalog.json_agg(c.push_id order by c.place) filter (where %6$s is null), ''[]'')
     )
     from (
       select e.value -> 0 as key, e.value ->> 1 as push_id, e.place
       from pg_catalog.jsonb_array_elements($1) with ordinality as e(value, place)
     ) c
     left join %3$s as t on %4$s and pg_catalog.to_jsonb(array[%5$s]) = c.key',
    syncline.column_texts(columns, 't'),
    syncline.key_order(relation, 't'),
    relation::pg_catalog.regclass,
    syncline.key_matches(relation, 't', 'c.key'),
    syncline.key_texts(relation, 't'),
    (select pg_catalog.format('t.%I', k.name) from syncline.key_columns(relation) k where k.place = 1)
  ) into answer using keys, table_schema, table_name;
  return answer;
end
$syncline$;

create or replace function public.syncline_changes(
  since text, tables jsonb, max_rows int default 1000, page text default null
)
returns json
language plpgsql
stable
security definer
${CANONICAL_SETTINGS_SQL}
set statement_timeout = '60s'
as $syncline$
declare
  reached text := case when page is null then syncline.position() else pg_catalog.split_part(page, '|', 3) end;
  since_snapshot pg_catalog.pg_snapshot := syncline.position_snapshot(since);
  fault text := syncline.position_fault(since);
  asked record;
  table_oid oid;
  answered oid[] := '{}';
  truncated jsonb := '[]';
  untracked jsonb := '[]';
  found record;
  changed json[] := '{}';
begin
  if max_rows is null or max_rows < 1 then
    raise exception using errcode = '22023', message = 'max_rows must be at least 1.';
  end if;
  if fault is not null then
    return pg_catalog.json_build_object(
      'position', reached, 'tooOld', true, 'reason', fault, 'truncated', truncated, 'untracked', untracked,
      'complete', false, 'consistent', false, 'next', null, 'tables', '[]'::json
    );
  end if;

  for asked in
    select t.value ->> 'schema' as schema, t.value ->> 'name' as name
    from pg_catalog.jsonb_array_elements(tables) with ordinality as t(value, place) order by t.place
  loop
    table_oid := syncline.relation(asked.schema, asked.name);
    fault := syncline.table_fault(table_oid, since);
    if fault is not null then
      untracked := untracked || pg_catalog.jsonb_build_object('schema', asked.schema, 'name', asked.name, 'cause', fault);
    elsif exists (
      select from syncline.changes c
      where c.op = 'T' and c.relation = table_oid
        and c.xid >= pg_catalog.pg_snapshot_xmin(since_snapshot)
        and not pg_catalog.pg_visible_in_snapshot(c.xid, since_snapshot)
    ) then
      truncated := truncated || pg_catalog.jsonb_build_object('schema', asked.schema, 'name', asked.name);
    else
      answered := answered || table_oid;
    end if;
  end loop;

  select * into found from syncline.changed_keys(
    answered, since_snapshot, syncline.position_snapshot(reached),
    case when page is null then pg_catalog.pg_snapshot_xmin(since_snapshot) else pg_catalog.split_part(page, '|', 1)::pg_catalog.xid8 end,
    case when page is null then 0 else pg_catalog.split_part(page, '|', 2)::bigint end,
    max_rows
  );
  for asked in
    select
      t.value ->> 'schema' as schema,
      t.value ->> 'name' as name,
      array(select pg_catalog.jsonb_array_elements_text(t.value -> 'columns')) as columns
    from pg_catalog.jsonb_array_elements(tables) with ordinality as t(value, place) order by t.place
  loop
    table_oid := syncline.relation(asked.schema, asked.name);
    -- One that lost its key is among the untracked.
    if syncline.key_texts(table_oid, 't') is not null then
      perform syncline.readable(asked.schema, asked.name, asked.columns);
    end if;
    if found.keys ? table_oid::text then
      changed := changed || syncline.changed_rows(
        asked.schema, asked.name, table_oid, asked.columns, found.keys -> table_oid::text
      );
    end if;
  end loop;
  return pg_catalog.json_build_object(
    'position', reached,
    'tooOld', false,
    'reason', null,
    'truncated', truncated,
    'untracked', untracked,
    'complete', found.next_xid is null,
    'consistent', found.next_xid is null and page is null,
    'next', found.next_xid::text || '|' || found.next_seq::text || '|' || reached,
    'tables', pg_catalog.array_to_json(changed)
  );
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.changes} is 'Syncline: the rows that changed since a position, as they are now, and the keys that are gone.';
${onlyServiceRole(PUBLIC_FUNCTIONS.changes)}
`;
