import { CANONICAL_SETTINGS_SQL } from './canonical-settings.ts';

/** Private functions that say what a push did, or why it could not. */
export const PUSH_REPORT_SQL = `-- A failure in words that carry no values: names and the kind of fault only.
create or replace function syncline.failure_message(state text, constraint_name text, column_name text)
returns text
language sql
immutable
set search_path = ''
as $syncline$
  select case
    when $1 = '23505' then pg_catalog.format('Another row has the same value in the unique constraint %I.', $2)
    when $1 = '23503' then pg_catalog.format('The foreign key %I is violated.', $2)
    when $1 = '23514' then pg_catalog.format('The check %I is violated.', $2)
    when $1 = '23P01' then pg_catalog.format('The exclusion constraint %I is violated.', $2)
    when $1 = '23502' then pg_catalog.format('The column %I may not be null.', $3)
    when $1 = '22001' then 'A value is too long for its column.'
    when $1 = '22003' then 'A number is out of range for its column.'
    when $1 = '22P02' or $1 = '22007' or $1 = '22008' then 'A value is not in the form of its column''s type.'
    when $1 = '428C9' then 'A generated column cannot be set.'
    when $1 = 'P0001' then 'A trigger or function refused it.'
    when $1 = '42501' then 'Permission denied.'
    when $1 = '42P01' then 'There is no such table.'
    when $1 = '42703' then pg_catalog.format('There is no column %I.', $3)
    when $1 = '22023' then 'The operation is malformed.'
    when $1 = 'SY003' then 'The table has no primary key, so a row cannot be named.'
    else pg_catalog.format('The database refused it with SQLSTATE %s.', $1)
  end
$syncline$;

-- One failed operation (place null: a check at the end of the transaction). \`where\` names the functions that were
-- running, innermost first. \`raised\` is what a trigger said, on request only: it may quote values.
create or replace function syncline.failure(
  place bigint, target_schema text, target_name text,
  state text, constraint_name text, column_name text, fault_table text, context text, said text
)
returns jsonb
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'schema', $2,
    'name', $3,
    'cause', case
      when $4 = '23505' and exists (
        select from pg_catalog.pg_constraint k
        join pg_catalog.pg_class c on c.oid = k.conrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'p' and k.conname = $5 and c.relname = $3 and n.nspname = $2 and c.relname = $7
      ) then 'exists'
      when $4 = 'SY003' then 'no-primary-key'
      else $4
    end,
    'constraint', nullif($5, ''),
    'column', nullif($6, ''),
    'message', syncline.failure_message($4, $5, $6),
    'where', (
      select pg_catalog.jsonb_agg(f.called[1] order by l.place)
      from pg_catalog.regexp_split_to_table($8, '\\n') with ordinality as l(line, place)
      cross join lateral pg_catalog.regexp_matches(l.line, '^(?:PL/pgSQL|SQL) function (.+?\\))') as f(called)
      where not pg_catalog.starts_with(f.called[1], 'syncline.') and f.called[1] not like 'public.syncline\\_%'
    ),
    'raised', $9
  )) || pg_catalog.jsonb_build_object('index', $1)
$syncline$;

-- What the transaction has done to tracked tables so far, whoever did it: triggers and cascades included.
create or replace function syncline.effects()
returns jsonb
language sql
stable
set search_path = ''
as $syncline$
  select coalesce(pg_catalog.jsonb_agg(
    pg_catalog.jsonb_build_object('schema', e.nspname, 'name', e.relname, 'op', e.op, 'rows', e.rows)
    order by e.nspname, e.relname, e.op
  ), '[]')
  from (
    select n.nspname, c.relname, h.op::text, pg_catalog.count(*) as rows
    from syncline.changes h
    join pg_catalog.pg_class c on c.oid = h.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where h.xid = pg_catalog.pg_current_xact_id()
    group by 1, 2, 3
  ) e
$syncline$;

-- The rows that a push inserted or updated, as its transaction leaves them: [{"index": 0, "row": [texts] or null}, ...].
-- \`wanted\` is [{"schema", "name", "columns"}, ...]; \`done\` holds [relation, [[place, [key texts]], ...]] of each run.
create or replace function syncline.resulting_rows(wanted jsonb, done jsonb[])
returns jsonb
language plpgsql
stable
${CANONICAL_SETTINGS_SQL}
as $syncline$
declare
  asked record;
  table_oid oid;
  part jsonb;
  answer jsonb := '[]';
begin
  for asked in
    select
      w.value ->> 'schema' as schema,
      w.value ->> 'name' as name,
      array(select pg_catalog.jsonb_array_elements_text(w.value -> 'columns')) as columns
    from pg_catalog.jsonb_array_elements(wanted) as w(value)
  loop
    table_oid := syncline.readable(asked.schema, asked.name, asked.columns);
    execute pg_catalog.format(
      'select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
         ''index'', c.place, ''row'', case when %5$s is not null then array[%1$s] end
       ) order by c.place), ''[]'')
       from (
         select e.value -> 0 as place, e.value -> 1 as key
         from pg_catalog.unnest($1) as r(run)
         cross join lateral pg_catalog.jsonb_array_elements(r.run -> 1) as e(value)
         where r.run -> 0 = pg_catalog.to_jsonb(%2$s::bigint)
       ) c
       left join %3$s as t on %4$s',
      syncline.column_texts(asked.columns, 't'),
      table_oid,
      table_oid::pg_catalog.regclass,
      syncline.key_matches(table_oid, 't', 'c.key'),
      (select pg_catalog.format('t.%I', k.name) from syncline.key_columns(table_oid) k where k.place = 1)
    ) into part using done;
    answer := answer || part;
  end loop;
  return answer;
end
$syncline$;
`;
