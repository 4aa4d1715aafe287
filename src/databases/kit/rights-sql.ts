/** Private functions that bound what the kit may be used for, and by whom. */
export const RIGHTS_SQL = `-- Takes a public function away from everybody and gives it to service_role, where there is such a role.
create or replace function syncline.only_service_role(signature text)
returns void
language plpgsql
set search_path = ''
as $syncline$
declare
  target text := $1::pg_catalog.regprocedure::text;
  other text;
begin
  execute pg_catalog.format('revoke all on function %s from public', target);
  -- Supabase's default privileges grant new functions to these roles; elsewhere they may not exist.
  for other in select r.rolname from pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated') loop
    execute pg_catalog.format('revoke all on function %s from %I', target, other);
  end loop;
  if exists (select from pg_catalog.pg_roles r where r.rolname = 'service_role') then
    execute pg_catalog.format('grant execute on function %s to service_role', target);
  end if;
end
$syncline$;

-- The functions run as the kit's owner, who may do more than service_role. They must not lend it that: what it may not
-- do to a table itself, it may not do through the kit. A table whose policies hide rows from either is refused, or the
-- answer would be silently partial.
create or replace function syncline.require_right(relation oid, privilege text, columns text[])
returns void
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  target record;
  service record;
  missing text;
begin
  select c.relnamespace, c.relrowsecurity, c.oid::pg_catalog.regclass::text as name into target
  from pg_catalog.pg_class c where c.oid = $1;

  select c.name into missing
  from pg_catalog.unnest(columns) as c(name)
  where not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = $1 and a.attname = c.name and a.attnum > 0 and not a.attisdropped
  );
  if missing is not null then
    raise exception using errcode = '42703', column = missing,
      message = pg_catalog.format('%s has no column %I.', target.name, missing);
  end if;
  if pg_catalog.row_security_active($1) then
    raise exception using errcode = '42501',
      message = pg_catalog.format('Row level security hides rows of %s from %I, who owns the kit.', target.name, current_user);
  end if;

  select r.oid, r.rolbypassrls or r.rolsuper as sees_all into service
  from pg_catalog.pg_roles r where r.rolname = 'service_role';
  if service.oid is null then
    return;
  end if;
  if target.relrowsecurity and not service.sees_all then
    raise exception using errcode = '42501',
      message = pg_catalog.format('Row level security hides rows of %s from service_role.', target.name);
  end if;
  if not pg_catalog.has_schema_privilege(service.oid, target.relnamespace, 'USAGE') then
    raise exception using errcode = '42501',
      message = pg_catalog.format('service_role may not use the schema of %s.', target.name);
  end if;
  if privilege = 'DELETE' and not pg_catalog.has_table_privilege(service.oid, $1, privilege) then
    raise exception using errcode = '42501',
      message = pg_catalog.format('service_role has no %s right on %s.', privilege, target.name);
  end if;
  if privilege <> 'DELETE' then
    select c.name into missing
    from pg_catalog.unnest(columns) as c(name)
    where not pg_catalog.has_column_privilege(service.oid, $1, c.name, privilege);
    if missing is not null then
      raise exception using errcode = '42501', column = missing,
        message = pg_catalog.format('service_role has no %s right on column %I of %s.', privilege, missing, target.name);
    end if;
  end if;
end
$syncline$;

-- The table, when service_role may read these columns of it.
create or replace function syncline.readable(table_schema text, table_name text, columns text[])
returns oid
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  table_oid oid := syncline.relation(table_schema, table_name);
begin
  if coalesce(pg_catalog.cardinality(columns), 0) = 0 then
    raise exception using errcode = '22023', message = 'No columns were asked for.';
  end if;
  perform syncline.require_right(table_oid, 'SELECT', columns);
  if syncline.key_texts(table_oid, 't') is null then
    raise exception using errcode = '55000',
      message = pg_catalog.format('%s has no primary key.', table_oid::pg_catalog.regclass);
  end if;
  return table_oid;
end
$syncline$;
`;
