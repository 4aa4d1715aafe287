import { TRY_AGAIN_SQL } from './canonical-settings.ts';
import { PUBLIC_FUNCTIONS, onlyServiceRole } from './public-functions.ts';

const EXPECTED = Object.values(PUBLIC_FUNCTIONS)
  .map((signature) => `'public.${signature}'`)
  .join(',\n      ');

/** `syncline_kit` (its state) and `syncline_prune` (its size). */
export const UPKEEP_FUNCTIONS_SQL = `-- What is installed, and whether all of it is there. A table's state is 'tracked', 'absent', or why the log does not
-- answer for it. changeLogRows is exact up to 100000, then the planner's estimate.
create or replace function public.syncline_kit()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $syncline$
declare
  meta syncline.meta;
  counted bigint;
begin
  select m.* into meta from syncline.meta m;
  select pg_catalog.count(*) into counted from (select from syncline.changes limit 100001) c;
  if counted > 100000 then
    select greatest(c.reltuples::bigint, counted) into counted
    from pg_catalog.pg_class c where c.oid = 'syncline.changes'::pg_catalog.regclass;
  end if;
  return pg_catalog.jsonb_build_object(
    'version', meta.version,
    'installedAt', meta.installed_at,
    'restored', meta.origin is distinct from syncline.origin(),
    'tables', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'schema', t.table_schema, 'name', t.table_name,
        'state', case when t.oid is null then 'absent' else coalesce(syncline.tracking_fault(t.oid, null), 'tracked') end
      ) order by t.table_schema, t.table_name), '[]')
      from (
        select k.table_schema, k.table_name, c.oid
        from syncline.tracked_tables k
        left join (
          pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relkind in ('r', 'p')
        ) on n.nspname = k.table_schema and c.relname = k.table_name
        union
        -- a tracked table that was renamed since: its triggers went with it
        select n.nspname, c.relname, c.oid
        from syncline.tables_with_triggers() g(oid)
        join pg_catalog.pg_class c on c.oid = g.oid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      ) t
    ),
    'missing', (
      select coalesce(pg_catalog.jsonb_agg(f.signature order by f.signature), '[]')
      from pg_catalog.unnest(array[
      ${EXPECTED}
      ]) as f(signature)
      where pg_catalog.to_regprocedure(f.signature) is null
    ),
    'horizon', meta.pruned_through::text,
    'prunedAt', meta.pruned_at,
    'oldestChange', (select c.changed_at from syncline.changes c order by c.xid, c.seq limit 1),
    'changeLogRows', counted,
    'stagedPushes', (select pg_catalog.count(*) from syncline.pushes p where p.state = 'staged'),
    'now', pg_catalog.clock_timestamp()
  );
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.status} is 'Syncline: which kit this is, what it tracks, and what is missing of it.';
${onlyServiceRole(PUBLIC_FUNCTIONS.status)}

-- The log of a restored or cloned database tells about another one: begin anew. Every earlier position is too old.
create or replace function syncline.forget_when_restored()
returns boolean
language plpgsql
set search_path = ''
as $syncline$
begin
  if not exists (select from syncline.meta m where m.origin <> syncline.origin()) then
    return false;
  end if;
  delete from syncline.changes;
  update syncline.pushes set xid = null;
  update syncline.meta set origin = syncline.origin(), pruned_through = pg_catalog.pg_current_xact_id();
  return true;
end
$syncline$;

-- Forgets changes and pushes older than this. A reader whose position is older is told so and compares in full.
create or replace function public.syncline_prune(keep interval default '30 days')
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '120s'
as $syncline$
declare
  oldest_kept pg_catalog.xid8;
  deleted record;
  deleted_pushes bigint;
begin
  if keep is null or keep < '0'::interval then
    raise exception using errcode = '22023', message = 'How long to keep changes must not be negative.';
  end if;
  perform syncline.forget_when_restored();
  -- Whole transactions go, from the oldest, up to the first that is young enough or may still be running.
  select least(pg_catalog.min(c.xid), pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())) into oldest_kept
  from syncline.changes c
  where c.changed_at >= pg_catalog.clock_timestamp() - keep;
  with gone as (
    delete from syncline.changes c where c.xid < oldest_kept returning c.xid
  )
  select pg_catalog.count(*) as entries, pg_catalog.max(g.xid) as through into deleted from gone g;
  update syncline.meta m
  set pruned_through = greatest(m.pruned_through, deleted.through), pruned_at = pg_catalog.now();
  delete from syncline.pushes p where coalesce(p.decided_at, p.staged_at) < pg_catalog.clock_timestamp() - keep;
  get diagnostics deleted_pushes = row_count;
  return pg_catalog.jsonb_build_object(
    'deletedChanges', deleted.entries, 'deletedPushes', deleted_pushes,
    'horizon', (select m.pruned_through::text from syncline.meta m)
  );
${TRY_AGAIN_SQL}
end
$syncline$;
comment on function public.${PUBLIC_FUNCTIONS.prune} is 'Syncline: forgets old entries of the change log, and old pushes.';
${onlyServiceRole(PUBLIC_FUNCTIONS.prune)}
`;
