/** Private functions that put triggers on tables and take them off. */
export const TRACKING_SQL = `-- The triggers that a table needs. Statement triggers are cheap for many rows; a partitioned table gets row triggers,
-- because those are copied to every partition, now and later, so that a write to a partition by its own name is seen.
create or replace function syncline.wanted_triggers(relation oid)
returns table (name text, definition text)
language sql
stable
set search_path = ''
as $syncline$
  select w.name, w.definition
  from pg_catalog.pg_class c
  join (values
    ('r', 'syncline_insert', 'after insert on %s referencing new table as new_rows for each statement'),
    ('r', 'syncline_update', 'after update on %s referencing old table as old_rows new table as new_rows for each statement'),
    ('r', 'syncline_delete', 'after delete on %s referencing old table as old_rows for each statement'),
    ('p', 'syncline_row', 'after insert or update or delete on %s for each row'),
    ('rp', 'syncline_truncate', 'after truncate on %s for each statement')
  ) as w (kinds, name, definition) on pg_catalog.strpos(w.kinds, c.relkind::text) > 0
  where c.oid = $1
$syncline$;

-- Those of them that are not there, or are switched off.
create or replace function syncline.missing_triggers(relation oid)
returns table (name text, definition text)
language sql
stable
set search_path = ''
as $syncline$
  select w.name, w.definition
  from syncline.wanted_triggers($1) w
  where not exists (
    select from pg_catalog.pg_trigger g
    where g.tgrelid = $1 and g.tgname = w.name and g.tgenabled = 'A'
      and g.tgfoid = pg_catalog.to_regprocedure(syncline.log_function($1))
  )
$syncline$;

-- Makes or mends the tracking of a table. Triggers that are right are left alone, because a new trigger makes every
-- earlier position of its table too old. ALWAYS: also during replication and restores, which switch triggers off.
create or replace function syncline.track(table_schema text, table_name text)
returns void
language plpgsql
set search_path = ''
as $syncline$
declare
  table_oid oid := syncline.relation(table_schema, table_name);
  target text := table_oid::pg_catalog.regclass::text;
  log_function text := syncline.log_function(table_oid);
  body text := syncline.log_body(table_oid);
  missing record;
begin
  if body is null then
    raise exception using errcode = '55000',
      message = pg_catalog.format('%s has no primary key, so its rows cannot be tracked.', target);
  end if;
  execute pg_catalog.format(
    'create or replace function %s returns trigger language plpgsql security definer %s as %L',
    log_function, syncline.log_settings(table_oid), body
  );
  execute pg_catalog.format('revoke all on function %s from public', log_function);
  for missing in select * from syncline.missing_triggers(table_oid) loop
    execute pg_catalog.format('drop trigger if exists %I on %s', missing.name, target);
    execute pg_catalog.format(
      'create trigger %I %s execute function %s', missing.name, pg_catalog.format(missing.definition, target), log_function
    );
    execute pg_catalog.format('alter table %s enable always trigger %I', target, missing.name);
  end loop;
end
$syncline$;

-- Tracks exactly these tables, given as [schema, name] pairs: the triggers of all others go.
-- A table that is being written to is waited for, but not for long: run the migration again.
create or replace function syncline.track_tables(tables text[])
returns void
language plpgsql
set search_path = ''
set lock_timeout = '5s'
set client_min_messages = 'warning'
as $syncline$
declare
  asked record;
  old record;
begin
  delete from syncline.tracked_tables;
  for asked in select tables[i][1] as schema, tables[i][2] as name from pg_catalog.generate_subscripts(tables, 1) i loop
    perform syncline.track(asked.schema, asked.name);
    insert into syncline.tracked_tables values (asked.schema, asked.name) on conflict do nothing;
  end loop;
  for old in
    select g.tgname, g.tgrelid
    from pg_catalog.pg_trigger g
    join pg_catalog.pg_class c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where g.tgfoid in (select syncline.log_functions())
      and g.tgparentid = 0
      and (n.nspname, c.relname) not in (select k.table_schema, k.table_name from syncline.tracked_tables k)
  loop
    execute pg_catalog.format('drop trigger %I on %s', old.tgname, old.tgrelid::pg_catalog.regclass);
  end loop;
  for old in
    select f.oid from syncline.log_functions() f(oid)
    where not exists (select from pg_catalog.pg_trigger g where g.tgfoid = f.oid)
  loop
    execute pg_catalog.format('drop function %s', old.oid::pg_catalog.regprocedure);
  end loop;
end
$syncline$;
`;
