/** The class of the advisory locks under which pushes move sequences on, one push after the other. */
export const SEQUENCE_LOCK_CLASS = 7_405_116;

/** Private functions that apply the operations of a push. All of them run inside the one block that commit undoes. */
export const APPLY_PUSH_SQL = `-- The search path under which a push changes rows: what the kit's owner gets when it logs in. Triggers of the application
-- that name their tables without a schema work under it as they do elsewhere; the kit's own statements name everything.
create or replace function syncline.owner_search_path()
returns text
language sql
stable
set search_path = ''
as $syncline$
  select coalesce((
    select pg_catalog.substr(c.setting, 13) -- after 'search_path='
    from pg_catalog.pg_db_role_setting s
    cross join lateral pg_catalog.unnest(s.setconfig) as c(setting)
    join pg_catalog.pg_roles r on r.rolname = current_user
    join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
    where c.setting like 'search\\_path=%'
      and s.setrole in (0, r.oid)
      and s.setdatabase in (0, d.oid)
    order by s.setrole = 0, s.setdatabase = 0
    limit 1
  ), '"$user", public') || ', pg_temp'
$syncline$;

-- The operations of a push in order, cut into runs that one statement can do: the same operation on the same columns of
-- the same table, at most so many.
create or replace function syncline.push_runs(push uuid, run_length int)
returns table (
  operation text, table_schema text, table_name text,
  key_names text[], expected_names text[], set_names text[], operations jsonb
)
language sql
stable
set search_path = ''
as $syncline$
  with operations as (
    select
      pg_catalog.row_number() over (order by b.batch_no, o.place) - 1 as place,
      o.value as operation,
      pg_catalog.jsonb_build_array(
        o.value -> 'op', o.value -> 'schema', o.value -> 'name',
        array(select pg_catalog.jsonb_object_keys(coalesce(o.value -> 'key', '{}')) order by 1),
        array(select pg_catalog.jsonb_object_keys(coalesce(o.value -> 'expect', '{}')) order by 1),
        array(select pg_catalog.jsonb_object_keys(coalesce(o.value -> 'set', '{}')) order by 1)
      ) as shape
    from syncline.push_batches b
    cross join lateral pg_catalog.jsonb_array_elements(b.payload) with ordinality as o(value, place)
    where b.push_id = $1
  ),
  starts as (
    select o.*, o.shape is distinct from pg_catalog.lag(o.shape) over (order by o.place) as starts from operations o
  ),
  numbered as (
    select s.*, pg_catalog.count(*) filter (where s.starts) over (order by s.place) as run from starts s
  ),
  cut as (
    select n.*, (n.place - pg_catalog.min(n.place) over (partition by n.run)) / $2 as part from numbered n
  )
  select
    c.shape ->> 0, c.shape ->> 1, c.shape ->> 2,
    array(select pg_catalog.jsonb_array_elements_text(c.shape -> 3)),
    array(select pg_catalog.jsonb_array_elements_text(c.shape -> 4)),
    array(select pg_catalog.jsonb_array_elements_text(c.shape -> 5)),
    pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('place', c.place, 'operation', c.operation) order by c.place)
  from cut c
  group by c.run, c.part, c.shape
  order by pg_catalog.min(c.place)
$syncline$;

-- Does a run of operations, all or none. Answers [[place, [key texts]], ...]; raises SY002 when one of them hit no row.
create or replace function syncline.apply_run(
  operation text, relation oid, key_names text[], expected_names text[], set_names text[], operations jsonb
)
returns jsonb
language plpgsql
set search_path = ''
set "DateStyle" = 'ISO, YMD'
set "IntervalStyle" = 'postgres'
set bytea_output = 'hex'
set extra_float_digits = 1
as $syncline$
declare
  statement text;
  done jsonb;
begin
  if operation is null or operation not in ('insert', 'update', 'delete') then
    raise exception using errcode = '22023', message = 'An operation is insert, update or delete.';
  end if;
  perform syncline.require_right(
    relation, pg_catalog.upper(operation),
    case operation when 'insert' then key_names || set_names when 'update' then set_names else '{}' end
  );
  if operation <> 'insert' then
    perform syncline.require_right(relation, 'SELECT', key_names || expected_names);
  end if;
  statement := syncline.push_statement(operation, relation, key_names, expected_names, set_names);
  perform pg_catalog.set_config('search_path', syncline.owner_search_path(), true);
  execute statement into done using operations;
  perform pg_catalog.set_config('search_path', '', true);
  if coalesce(pg_catalog.jsonb_array_length(done), 0) <> pg_catalog.jsonb_array_length(operations) then
    raise exception using errcode = 'SY002', message = 'Not every operation hit a row.';
  end if;
  return done;
end
$syncline$;

-- Checks what was deferred to the end. With a constraint's name: that one only.
create or replace function syncline.check_deferred(qualified_name text default null)
returns void
language plpgsql
set search_path = ''
as $syncline$
begin
  perform pg_catalog.set_config('search_path', syncline.owner_search_path(), true);
  execute 'set constraints ' || coalesce(qualified_name, 'all') || ' immediate';
end
$syncline$;

-- Moves the sequence behind a column past the greatest value that the push inserted into it. Sequences obey no rollback,
-- so this comes last. Small steps use nextval, which cannot go backwards when somebody else draws numbers meanwhile.
create or replace function syncline.advance_sequence(sequence_oid oid, reached numeric)
returns void
language plpgsql
set search_path = ''
as $syncline$
declare
  name text := sequence_oid::pg_catalog.regclass::text;
  step bigint;
  limit_value bigint;
  latest bigint;
begin
  select s.seqincrement, s.seqmax into step, limit_value from pg_catalog.pg_sequence s where s.seqrelid = sequence_oid;
  if step < 1 or reached is null or reached > limit_value then
    return; -- descending, or beyond what it can count
  end if;
  execute pg_catalog.format('select case when is_called then last_value else last_value - %s end from %s', step, name)
    into latest;
  if reached > latest + 1000::numeric * step then
    perform pg_catalog.setval(sequence_oid::pg_catalog.regclass, reached::bigint, true);
  else
    while latest < reached loop
      latest := pg_catalog.nextval(sequence_oid::pg_catalog.regclass);
    end loop;
  end if;
end
$syncline$;

-- All sequences that a committed push has to move: those owned by columns for which inserts gave values.
create or replace function syncline.advance_sequences(push uuid)
returns void
language plpgsql
set search_path = ''
as $syncline$
declare
  owned record;
begin
  for owned in
    select d.objid, pg_catalog.max(
      pg_catalog.jsonb_extract_path_text(coalesce(o.value -> 'key', '{}') || coalesce(o.value -> 'set', '{}'), a.attname::text)::numeric
    ) as reached
    from syncline.push_batches b
    cross join lateral pg_catalog.jsonb_array_elements(b.payload) as o(value)
    join pg_catalog.pg_namespace n on n.nspname = o.value ->> 'schema'
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = o.value ->> 'name'
    join pg_catalog.pg_depend d
      on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid and d.refobjsubid > 0
      and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i')
    join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    where b.push_id = push and o.value ->> 'op' = 'insert'
    group by d.objid
    order by pg_catalog.hashint8(d.objid::bigint)
  loop
    perform pg_catalog.pg_advisory_xact_lock(${SEQUENCE_LOCK_CLASS}, pg_catalog.hashint8(owned.objid::bigint));
    perform syncline.advance_sequence(owned.objid, owned.reached);
  end loop;
end
$syncline$;
`;
