/** Whether the change log can answer for a table. */
export const TRACKING_FAULT_SQL = `-- The 64-bit id of a transaction that the catalog names by its low half.
create or replace function syncline.full_xid(low pg_catalog.xid)
returns pg_catalog.xid8
language sql
stable
set search_path = ''
as $syncline$
  select case
    when $1::text::bigint < 3 then '0' -- from before anything: bootstrapped or frozen
    else greatest(s.next - ((s.next - $1::text::bigint) & 4294967295), 0)::text
  end::pg_catalog.xid8
  from (
    select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint as next
  ) s
$syncline$;

-- Why the change log cannot answer for a table since a snapshot, or null when it can. Without a snapshot: why it cannot
-- from now on. Beside missing triggers this finds what triggers never see: rows rewritten by ALTER TABLE, triggers that
-- were off for a while, a partition truncated by its own name. (The catalog's own rows know who changed them last.)
create or replace function syncline.tracking_fault(relation oid, since pg_catalog.pg_snapshot)
returns text
language plpgsql
stable
set search_path = ''
as $syncline$
declare
  target record;
  log_function oid := pg_catalog.to_regprocedure(syncline.log_function(relation));
  body text := syncline.log_body(relation);
begin
  select c.relkind, c.relpersistence into target from pg_catalog.pg_class c where c.oid = $1;
  if body is null then
    return 'no-primary-key';
  end if;
  if exists (select from syncline.missing_triggers($1))
    or exists (
      select from pg_catalog.pg_partition_tree($1) p
      where p.isleaf and p.relid <> $1 and not exists (
        select from pg_catalog.pg_trigger g
        where g.tgrelid = p.relid and g.tgfoid = log_function and g.tgenabled = 'A'
      )
    )
    -- The key has changed since the function was made for it.
    or not exists (select from pg_catalog.pg_proc p where p.oid = log_function and p.prosrc = body)
  then
    return 'untracked';
  end if;
  if target.relpersistence = 'u' then
    return 'unlogged'; -- emptied by a crash
  end if;
  if target.relkind = 'r' and exists (select from pg_catalog.pg_inherits i where i.inhparent = $1) then
    return 'inherited'; -- rows of a child appear in it, and fire the child's triggers only
  end if;
  if exists (select from pg_catalog.pg_subscription_rel s where s.srrelid = $1) then
    return 'replicated'; -- a subscription fires no statement triggers
  end if;
  if since is not null and (
    exists (
      select from pg_catalog.pg_attribute a
      where a.attrelid = $1 and a.attnum > 0
        and not pg_catalog.pg_visible_in_snapshot(syncline.full_xid(a.xmin), since)
    ) or exists (
      select from pg_catalog.pg_trigger g
      where g.tgfoid = log_function
        and not pg_catalog.pg_visible_in_snapshot(syncline.full_xid(g.xmin), since)
    ) or exists (
      select from pg_catalog.pg_partition_tree($1) p
      join pg_catalog.pg_class c on c.oid = p.relid
      where p.isleaf and p.relid <> $1
        and not pg_catalog.pg_visible_in_snapshot(syncline.full_xid(c.xmin), since)
    )
  ) then
    return 'altered';
  end if;
  return null;
end
$syncline$;
`;
