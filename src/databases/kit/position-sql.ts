/** Positions in the change log: a snapshot, and what it is a snapshot of. Opaque to clients. */
export const POSITION_SQL = `-- Which database this is: its cluster and itself. A restored dump or a clone is another.
create or replace function syncline.origin()
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.format('%s.%s', c.system_identifier, d.oid)
  from pg_catalog.pg_control_system() c, pg_catalog.pg_database d
  where d.datname = pg_catalog.current_database()
$syncline$;

-- The origin, its timeline and its last crash. After a restore to an earlier point in time, a failover, or a crash that
-- lost the last moments, the same transaction ids may mean other transactions. (A crash resets the statistics, a clean
-- restart does not: that is how it is told.) Raises on a standby, whose log is not its own.
create or replace function syncline.timeline()
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.format(
    '%s.%s.%s',
    syncline.origin(),
    pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8),
    coalesce(pg_catalog.to_hex((1000000 * extract(epoch from w.stats_reset))::bigint), '0')
  )
  from pg_catalog.pg_stat_bgwriter w
$syncline$;

-- What partitions a table has, in short. One that is dropped, attached or detached moves rows without a trigger.
create or replace function syncline.partitions(relation oid)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.to_hex(pg_catalog.hashtextextended(
    coalesce(pg_catalog.string_agg(p.relid::oid::text, ',' order by p.relid::oid), ''), 0
  ))
  from pg_catalog.pg_partition_tree($1) p
  where p.isleaf
$syncline$;

-- 751:760:755@7412.5.00000001.6421f;16400=1f3a9c: the snapshot of the calling statement, the timeline, and the
-- partitions of each partitioned table that is tracked.
create or replace function syncline.position()
returns text
language sql
stable
set search_path = ''
as $syncline$
  select pg_catalog.pg_current_snapshot()::text || '@' || syncline.timeline() || coalesce((
    select pg_catalog.string_agg(';' || c.oid::text || '=' || syncline.partitions(c.oid), '' order by c.oid)
    from pg_catalog.pg_class c
    where c.relkind = 'p' and c.oid in (select syncline.tables_with_triggers())
  ), '')
$syncline$;

create or replace function syncline.position_snapshot(place text)
returns pg_catalog.pg_snapshot
language sql
immutable
set search_path = ''
as $syncline$
  select pg_catalog.split_part($1, '@', 1)::pg_catalog.pg_snapshot
$syncline$;

-- Why the log cannot tell what changed since a position, for any table; null when it can. 'moved': the position is of
-- another database, or of this one before it was restored or crashed. 'pruned': older than the log.
create or replace function syncline.position_fault(place text)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select case
    when pg_catalog.split_part(pg_catalog.split_part($1, '@', 2), ';', 1) <> syncline.timeline()
      or m.origin is distinct from syncline.origin()
      or pg_catalog.pg_snapshot_xmax(s.since) > pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
      then 'moved'
    when pg_catalog.pg_snapshot_xmin(s.since) <= m.pruned_through then 'pruned'
  end
  from (select syncline.position_snapshot($1) as since) s
  left join syncline.meta m on true
$syncline$;

-- Why the log cannot answer for one table since a position; see tracking_fault.
create or replace function syncline.table_fault(relation oid, place text)
returns text
language sql
stable
set search_path = ''
as $syncline$
  select coalesce(
    syncline.tracking_fault($1, syncline.position_snapshot($2)),
    case
      when c.relkind = 'p' and pg_catalog.strpos(
        $2 || ';', pg_catalog.format(';%s=%s;', c.oid, syncline.partitions(c.oid))
      ) = 0 then 'altered'
    end
  )
  from pg_catalog.pg_class c
  where c.oid = $1
$syncline$;
`;
