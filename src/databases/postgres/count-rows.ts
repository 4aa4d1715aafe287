import { SynclineError } from '../../core/errors.ts';
import type { RowCondition } from '../../core/ports.ts';
import { tableKey, type Table } from '../../core/schema/model.ts';
import { whereSql } from './condition-sql.ts';
import { quoteTable } from './identifiers.ts';
import type { Session, Statement } from './session.ts';

interface Counted {
  readonly rows: string;
  readonly untouched: boolean | null;
}

/**
 * Counts a table's rows, or those that meet conditions, in the session's snapshot, and so locks it against being altered until the snapshot ends.
 * Throws REMOTE_CHANGED when it was emptied or rewritten after the snapshot was taken and before the lock: to older
 * snapshots it then looks empty (https://www.postgresql.org/docs/current/mvcc-caveats.html).
 */
export async function countRows(
  session: Session,
  table: Table,
  where: readonly RowCondition[] | undefined,
  signal: AbortSignal,
): Promise<number> {
  const key = tableKey(table.name);
  const [counted] = await session.query<Counted>(countStatement(table, where), signal);
  if (counted?.untouched !== true) {
    throw new SynclineError(
      'REMOTE_CHANGED',
      `The table ${key} was emptied or rewritten after the snapshot was taken.`,
      { table: key },
    );
  }
  return Number(counted.rows);
}

/**
 * pg_class shows the file that a table had when the snapshot was taken, pg_relation_filenode() the one that it has now.
 * Partitions and inheriting tables are counted with their parent.
 */
function countStatement(source: Table, where: readonly RowCondition[] | undefined): Statement {
  const { name } = source;
  const table = quoteTable(name);
  const text = `with recursive family as (
  select $1::pg_catalog.regclass::pg_catalog.oid as oid
  union select i.inhrelid from pg_catalog.pg_inherits i join family f on i.inhparent = f.oid
)
select (select pg_catalog.count(*) from ${table} as t${whereSql(source, where)})::text as rows, (
  select pg_catalog.bool_and(c.relfilenode = coalesce(pg_catalog.pg_relation_filenode(c.oid), 0))
  from family f left join pg_catalog.pg_class c on c.oid = f.oid
  having pg_catalog.count(*) = pg_catalog.count(c.oid)
) as untouched`;
  const key = tableKey(name);
  return { text, values: [table], activity: `counting ${key}`, table: key };
}
