import { CATALOG_SQL } from './catalog-sql.ts';

/** The kit's function that describes the catalog, called through PostgREST as `rpc/syncline_catalog`. */
export const CATALOG_FUNCTION = 'syncline_catalog';

/**
 * Creates `public.syncline_catalog(schemas text[])`. Only `service_role` may execute it. The settings are those of the
 * Postgres adapter's own sessions, so that both print constants in defaults alike. (Compiling the statement would take ten times as long as running it, hence
 * `jit = off`.) The last line makes PostgREST notice.
 */
export const CREATE_CATALOG_FUNCTION_SQL = `create or replace function public.${CATALOG_FUNCTION}(schemas text[] default null)
returns json
language sql
stable
security definer
set search_path = ''
set "DateStyle" = 'ISO'
set "IntervalStyle" = 'postgres'
set "TimeZone" = 'UTC'
set statement_timeout = '60s'
set jit = off
as $syncline$
${CATALOG_SQL}
$syncline$;
comment on function public.${CATALOG_FUNCTION}(text[]) is 'Syncline: describes tables, columns, keys and checks. Reads no rows.';
revoke all on function public.${CATALOG_FUNCTION}(text[]) from public;
do $syncline$
declare
  other text;
begin
  -- Supabase's default privileges grant new functions to these roles; elsewhere they may not exist.
  for other in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
    execute pg_catalog.format('revoke all on function public.${CATALOG_FUNCTION}(text[]) from %I', other);
  end loop;
  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    grant execute on function public.${CATALOG_FUNCTION}(text[]) to service_role;
  end if;
end
$syncline$;
notify pgrst, 'reload schema';
`;

/** Removes what {@link CREATE_CATALOG_FUNCTION_SQL} made. */
export const DROP_CATALOG_FUNCTION_SQL = `drop function if exists public.${CATALOG_FUNCTION}(text[]);
notify pgrst, 'reload schema';
`;
