/** Private functions that resolve names, and build the parts of statements from the catalog. */
export const TABLE_SHAPE_SQL = `-- A table's oid. Views and foreign tables are not tables.
create or replace function syncline.relation(table_schema text, table_name text)
returns oid
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  found_oid oid;
begin
  select c.oid into found_oid
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p');
  if found_oid is null then
    raise exception using errcode = '42P01', message = pg_catalog.format('There is no table %I.%I.', $1, $2);
  end if;
  return found_oid;
end
$syncline$;

-- The name to cast a text to for a column of this type. Domains are resolved, and no length is given, so that a cast
-- never cuts a value short: assigning it to the column checks both.
create or replace function syncline.input_type(type_oid oid)
returns text
language sql
stable
set search_path = ''
as $syncline$
  with recursive chain as (
    select y.oid, y.typtype, y.typbasetype from pg_catalog.pg_type y where y.oid = $1
    union all
    select y.oid, y.typtype, y.typbasetype
    from chain join pg_catalog.pg_type y on chain.typtype = 'd' and y.oid = chain.typbasetype
  )
  select pg_catalog.format_type(chain.oid, -1) from chain where chain.typtype <> 'd'
$syncline$;

-- An operator of an index's operator class, written so that no search path can redirect it. The strategies of a btree
-- are 1 <, 2 <=, 3 =, 4 >=, 5 >.
create or replace function syncline.key_operator(operator_class oid, strategy int)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname)
  from pg_catalog.pg_opclass k
  join pg_catalog.pg_amop m
    on m.amopfamily = k.opcfamily and m.amoplefttype = k.opcintype and m.amoprighttype = k.opcintype
  join pg_catalog.pg_operator o on o.oid = m.amopopr
  join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where k.oid = $1 and m.amopstrategy = $2
$syncline$;

-- The columns of the primary key in its order; none when there is none.
create or replace function syncline.key_columns(relation oid)
returns table (place int, name text, input_type text, collation_clause text, operator_class oid)
language sql
stable
set search_path = ''
as $syncline$
  select
    k.place::int,
    a.attname::text,
    syncline.input_type(a.atttypid),
    case
      when l.oid is null or l.collname = 'default' then ''
      else pg_catalog.format(' collate %I.%I', n.nspname, l.collname)
    end,
    k.operator_class
  from pg_catalog.pg_index i
  cross join lateral rows from (
    pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indclass::oid[])
  ) with ordinality as k(attnum, operator_class, place)
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
  left join pg_catalog.pg_collation l on l.oid = a.attcollation
  left join pg_catalog.pg_namespace n on n.oid = l.collnamespace
  where i.indrelid = $1 and i.indisprimary and k.place <= i.indnkeyatts
  order by k.place
$syncline$;

-- The key as text, column by column, as COPY prints it (a cast to text prints some types otherwise: boolean, inet, char).
-- Bytewise, or a column whose collation ignores case would make two keys one.
create or replace function syncline.key_texts(relation oid, alias text)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(
    pg_catalog.format('(pg_catalog.concat(%s.%I) collate pg_catalog."C")', $2, k.name), ', ' order by k.place
  )
  from syncline.key_columns($1) k
$syncline$;

-- 't."id", t."part"': the key as it is, to order by.
create or replace function syncline.key_order(relation oid, alias text)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(pg_catalog.format('%s.%I', $2, k.name), ', ' order by k.place)
  from syncline.key_columns($1) k
$syncline$;

-- 't."id" = (k.key ->> 0)::bigint and ...': the row whose key stands in a JSON array of texts.
create or replace function syncline.key_matches(relation oid, alias text, json_key text)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(
    pg_catalog.format(
      '%s.%I %s (%s ->> %s)::%s',
      $2, k.name, syncline.key_operator(k.operator_class, 3), $3, k.place - 1, k.input_type
    ), ' and ' order by k.place
  )
  from syncline.key_columns($1) k
$syncline$;

-- The condition that a row's key stands in this relation to a bound, column after column, in the order of the index:
-- before it (1), at or after it (4), after it (5). The bound is an expression of type text[]. The leading comparison is
-- what lets the index be used.
create or replace function syncline.key_compares(relation oid, alias text, bound text, strategy int)
returns text
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  key_column record;
  loose int := case when strategy < 3 then 2 else 4 end;
  beyond int := case when strategy < 3 then 1 else 5 end;
  own text;
  given text;
  condition text;
begin
  for key_column in select * from syncline.key_columns($1) k order by k.place desc loop
    own := pg_catalog.format('%s.%I', alias, key_column.name);
    given := pg_catalog.format('(%s)[%s]::%s', bound, key_column.place, key_column.input_type);
    if condition is null then
      condition := pg_catalog.format('%s %s %s', own, syncline.key_operator(key_column.operator_class, strategy), given);
    else
      condition := pg_catalog.format(
        '%1$s %2$s %4$s and (%1$s %3$s %4$s or (%5$s))',
        own,
        syncline.key_operator(key_column.operator_class, loose),
        syncline.key_operator(key_column.operator_class, beyond),
        given,
        condition
      );
    end if;
  end loop;
  return condition;
end
$syncline$;

-- 'lower <= key and key < upper and key > after', of which those that are null are left out. $1, $2, $3 are the bounds.
create or replace function syncline.key_between(
  relation oid, alias text, lower text[], upper text[], after text[]
)
returns text
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  width bigint := (select pg_catalog.count(*) from syncline.key_columns(relation) k);
begin
  if pg_catalog.cardinality(lower) <> width or pg_catalog.cardinality(upper) <> width
    or pg_catalog.cardinality(after) <> width
  then
    raise exception using errcode = '22023',
      message = pg_catalog.format('A key of %s has %s columns.', relation::pg_catalog.regclass, width);
  end if;
  return pg_catalog.concat_ws(
    ' and ',
    'true',
    case when lower is not null then syncline.key_compares(relation, alias, '$1', 4) end,
    case when upper is not null then syncline.key_compares(relation, alias, '$2', 1) end,
    case when after is not null then syncline.key_compares(relation, alias, '$3', 5) end
  );
end
$syncline$;

-- Columns as text, as COPY prints them. num_nulls, because a composite of nulls is not null but is said to be.
create or replace function syncline.column_texts(columns text[], alias text)
returns text
language sql
immutable
set search_path = ''
as $syncline$
  select pg_catalog.string_agg(
    pg_catalog.format('case pg_catalog.num_nulls(%1$s.%2$I) when 0 then pg_catalog.concat(%1$s.%2$I) end', $2, c.name),
    ', ' order by c.place
  )
  from pg_catalog.unnest($1) with ordinality as c(name, place)
$syncline$;
`;
