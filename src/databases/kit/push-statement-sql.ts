/**
 * Private functions that write the statement for a run of like operations. Values never stand in a statement: they are
 * taken from the operations, bound as $1, a JSON array of {"place": n, "operation": {...}}.
 */
export const PUSH_STATEMENT_SQL = `-- The columns of a table that are named, with what to cast their texts to. Raises for a name that is no column.
create or replace function syncline.named_columns(relation oid, names text[])
returns table (name text, input_type text, place bigint)
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  missing text;
begin
  select n.name into missing
  from pg_catalog.unnest(names) as n(name)
  where not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = relation and a.attname = n.name and a.attnum > 0 and not a.attisdropped
  );
  if missing is not null then
    raise exception using errcode = '42703', column = missing,
      message = pg_catalog.format('%s has no column %I.', relation::pg_catalog.regclass, missing);
  end if;
  return query
    select a.attname::text, syncline.input_type(a.atttypid), n.place
    from pg_catalog.unnest(names) with ordinality as n(name, place)
    join pg_catalog.pg_attribute a on a.attrelid = relation and a.attname = n.name;
end
$syncline$;

-- '"a" = (the text of a in that part of the operation)::type and ...' for each named column, by some pattern in which
-- %1$s is the column, %2$s the given value, %3$s the column's name as a literal.
create or replace function syncline.given_columns(
  relation oid, names text[], part text, pattern text, separator text
)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(
    pg_catalog.format(
      $4,
      pg_catalog.quote_ident(c.name),
      pg_catalog.format('pg_catalog.jsonb_extract_path_text(g.operation, %L, %L)::%s', $3, c.name, c.input_type),
      pg_catalog.quote_literal(c.name)
    ), $5 order by c.place
  )
  from syncline.named_columns($1, $2) c
$syncline$;

-- The row of an operation's key: 't."id" = (...)::bigint and ...', with the key's own operators.
create or replace function syncline.given_key(relation oid)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(
    pg_catalog.format(
      't.%I %s pg_catalog.jsonb_extract_path_text(g.operation, ''key'', %L)::%s',
      k.name, syncline.key_operator(k.operator_class, 3), k.name, k.input_type
    ), ' and ' order by k.place
  )
  from syncline.key_columns($1) k
$syncline$;

-- The statement returns one JSON array: [[place, [key texts]], ...] of the rows that it hit, in the order of places.
-- What is expected of a row is compared as text, after the same way through the column's type: equal means unchanged
-- to the last digit, also for types that have no equality (json) or a forgiving one (citext, numeric).
create or replace function syncline.push_statement(
  operation text, relation oid, key_names text[], expected_names text[], set_names text[]
)
returns text
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  target text := relation::pg_catalog.regclass::text;
  key_texts text := syncline.key_texts(relation, 't');
  primary_key text[] := array(select k.name from syncline.key_columns(relation) k order by k.name);
  inserted text[];
  given text := 'select pg_catalog.jsonb_extract_path_text(o.value, ''place'')::pg_catalog.int8 as place, '
    || 'pg_catalog.jsonb_extract_path(o.value, ''operation'') as operation '
    || 'from pg_catalog.jsonb_array_elements($1) as o(value)';
  condition text;
  change text;
begin
  if key_texts is null then
    raise exception using errcode = 'SY003', message = pg_catalog.format('%s has no primary key.', target);
  end if;
  if operation = 'insert' then
    inserted := array(select distinct n.name from pg_catalog.unnest(key_names || set_names) as n(name) order by 1);
    return pg_catalog.format(
      'with given as (%s), done as (
         insert into %s as t %s overriding system value
         select %s from given g order by g.place
         returning array[%s] as key
       ), kept as (select d.key, pg_catalog.row_number() over () as place from done d),
       places as (select g.place, pg_catalog.row_number() over (order by g.place) as nth from given g)
       select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(p.place, k.key) order by p.place)
       from kept k join places p on p.nth = k.place',
      given,
      target,
      (select '(' || pg_catalog.string_agg(pg_catalog.quote_ident(n.name), ', ' order by n.place) || ')' from pg_catalog.unnest(inserted) with ordinality as n(name, place)),
      (
        select pg_catalog.string_agg(pg_catalog.format(
          'pg_catalog.jsonb_extract_path_text(g.operation, %L, %L)::%s',
          case when c.name = any (set_names) then 'set' else 'key' end, c.name, c.input_type
        ), ', ' order by c.place)
        from syncline.named_columns(relation, inserted) c
      ),
      key_texts
    );
  end if;

  if array(select n.name from pg_catalog.unnest(key_names) as n(name) order by 1) <> primary_key then
    raise exception using errcode = '22023', message = pg_catalog.format('A key of %s is made of its primary key.', target);
  end if;
  condition := pg_catalog.concat_ws(' and ', syncline.given_key(relation), syncline.given_columns(
    relation, expected_names, 'expect',
    '(t.%1$s::pg_catalog.text collate pg_catalog."C") is not distinct from %2$s::pg_catalog.text', ' and '
  ));
  if operation = 'delete' then
    change := pg_catalog.format('delete from %s as t using given as g where %s', target, condition);
  elsif pg_catalog.cardinality(set_names) = 0 then
    raise exception using errcode = '22023', message = 'An update sets at least one column.';
  else
    change := pg_catalog.format(
      'update %s as t set %s from given as g where %s',
      target, syncline.given_columns(relation, set_names, 'set', '%1$s = %2$s', ', '), condition
    );
  end if;
  return pg_catalog.format(
    'with given as (%s), done as (%s returning g.place, array[%s] as key)
     select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(d.place, d.key) order by d.place) from done d',
    given, change, key_texts
  );
end
$syncline$;

-- Why one update or delete hit no row: {"cause": "missing"}, {"cause": "changed", "columns": [...]}, or
-- {"cause": "suppressed"} when the row is there, as expected, and a trigger kept it from being changed.
create or replace function syncline.missed_cause(relation oid, expected_names text[], operation jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  changed text[];
begin
  execute pg_catalog.format(
    'select pg_catalog.array_remove(array[%s]::text[], null)
     from %s as t, (select $1 as operation) g where %s',
    syncline.given_columns(
      relation, expected_names, 'expect',
      'case when (t.%1$s::pg_catalog.text collate pg_catalog."C") is distinct from %2$s::pg_catalog.text then %3$s end', ', '
    ),
    relation::pg_catalog.regclass,
    syncline.given_key(relation)
  ) into changed using operation;
  return case
    when changed is null then pg_catalog.jsonb_build_object('cause', 'missing')
    when changed = '{}' then pg_catalog.jsonb_build_object('cause', 'suppressed')
    else pg_catalog.jsonb_build_object('cause', 'changed', 'columns', changed)
  end;
end
$syncline$;
`;
