/**
 * The trigger functions that write the change log: one for each table, `syncline.log_<oid>()`, with the key's columns
 * written into it, so that its plans are kept and a write of one row costs a few dozen microseconds more, not hundreds.
 */
export const CHANGE_LOG_SQL = `-- The body of a table's trigger function; null without a primary key. It first makes sure that the key is still what it
-- was made for: after a key column was renamed, or the key dropped, it logs "anything may have changed" instead of making
-- the write fail.
create or replace function syncline.log_body(relation oid)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.format(
    case when c.relkind = 'p' then $body$
declare
  table_oid oid := pg_catalog.pg_partition_root(tg_relid);
  old_key text[];
  new_key text[];
begin
  if tg_op = 'TRUNCATE' or (%1$s) is distinct from %2$L::text[] then
    insert into syncline.changes (relation, op) values (table_oid, 'T');
    return null;
  end if;
  if tg_op <> 'INSERT' then
    old_key := array[%3$s];
  end if;
  if tg_op <> 'DELETE' then
    new_key := array[%4$s];
  end if;
  if old_key is distinct from new_key and old_key is not null then
    insert into syncline.changes (relation, op, key) values (table_oid, 'D', old_key);
  end if;
  if new_key is not null then
    insert into syncline.changes (relation, op, key)
    values (table_oid, case when tg_op = 'INSERT' then 'I' else 'U' end, new_key);
  end if;
  return null;
end
$body$ else $body$
begin
  if tg_op = 'TRUNCATE' or (%1$s) is distinct from %2$L::text[] then
    insert into syncline.changes (relation, op) values (tg_relid, 'T');
  elsif tg_op = 'INSERT' then
    insert into syncline.changes (relation, op, key)
    select tg_relid, 'I', array[%5$s] from new_rows r;
  elsif tg_op = 'DELETE' then
    insert into syncline.changes (relation, op, key)
    select tg_relid, 'D', array[%5$s] from old_rows r;
  else
    insert into syncline.changes (relation, op, key)
    select tg_relid, case when pg_catalog.bool_or(c.remains) then 'U' else 'D' end, c.key
    from (
      select array[%5$s] as key, true as remains from new_rows r
      union all
      select array[%5$s], false from old_rows r
    ) c
    group by c.key;
  end if;
  return null;
end
$body$ end,
    'select pg_catalog.array_agg(a.attname::text order by k.place)
    from pg_catalog.pg_index i
    cross join pg_catalog.unnest(i.indkey) with ordinality as k(attnum, place)
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = tg_relid and i.indisprimary and k.place <= i.indnkeyatts',
    (select pg_catalog.array_agg(k.name order by k.place) from syncline.key_columns($1) k),
    syncline.key_texts($1, 'old'),
    syncline.key_texts($1, 'new'),
    syncline.key_texts($1, 'r')
  )
  from pg_catalog.pg_class c
  where c.oid = $1 and exists (select from syncline.key_columns($1) k)
$syncline$;

-- The settings under which the body runs: those that the texts of the key's types depend on, if any do, as each costs
-- some microseconds a write.
create or replace function syncline.log_settings(relation oid)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select 'set search_path = '''' ' || case when pg_catalog.bool_and(
    y.typtype = 'e' or y.oid = any ('{bool,int2,int4,int8,oid,numeric,text,varchar,bpchar,uuid}'::pg_catalog.regtype[])
  ) then '' else
    'set "DateStyle" = ''ISO, YMD'' set "IntervalStyle" = ''postgres'' set "TimeZone" = ''UTC'' '
    'set bytea_output = ''hex'' set extra_float_digits = 1'
  end
  from syncline.key_columns($1) k
  join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attname = k.name
  join pg_catalog.pg_type y on y.oid = a.atttypid
$syncline$;

create or replace function syncline.log_function(relation oid)
returns text
language sql
immutable
set search_path = ''
as $syncline$
  select 'syncline.log_' || $1::text || '()'
$syncline$;

-- Every trigger function of the kit.
create or replace function syncline.log_functions()
returns setof oid
language sql
stable
set search_path = ''
as $syncline$
  select p.oid
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'syncline' and p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
$syncline$;

-- The tables that carry our triggers, whoever asked for them.
create or replace function syncline.tables_with_triggers()
returns setof oid
language sql
stable
set search_path = ''
as $syncline$
  select distinct g.tgrelid
  from pg_catalog.pg_trigger g
  where g.tgfoid in (select syncline.log_functions()) and g.tgparentid = 0
$syncline$;
`;
