import { SynclineError } from '../../core/errors.ts';
import { tableKey, type TableName } from '../../core/schema/model.ts';
import type { Session } from './session.ts';

/** What a push has to know of a column. */
export interface PushColumn {
  /**
   * What a text is cast to on its way into the column. Domains are resolved and no length is given, so that the cast
   * never cuts a value short: assigning it to the column checks both.
   */
  readonly type: string;
  /** The key's own equality, written so that no search path can redirect it; `=` for a column that is no key. */
  readonly equals: string;
  /** Sequences that the column owns or that its default draws from, as `regclass` reads them. */
  readonly sequences: readonly string[];
}

export interface PushTable {
  readonly name: TableName;
  readonly columns: ReadonlyMap<string, PushColumn>;
  /** Whether COPY does what INSERT does: it knows no rules. */
  readonly takesCopy: boolean;
}

/** The column, or what is known of one that is not there: the statement that names it fails, which is then told. */
export function columnOf(table: PushTable, name: string): PushColumn {
  return table.columns.get(name) ?? { type: 'pg_catalog.text', equals: '=', sequences: [] };
}

const DESCRIBE_SQL = `
select
  a.attname::text as name,
  (
    with recursive chain as (
      select y.oid, y.typtype, y.typbasetype from pg_catalog.pg_type y where y.oid = a.atttypid
      union all
      select y.oid, y.typtype, y.typbasetype
      from chain join pg_catalog.pg_type y on chain.typtype = 'd' and y.oid = chain.typbasetype
    )
    select pg_catalog.format_type(chain.oid, -1) from chain where chain.typtype <> 'd'
  ) as type,
  coalesce((
    select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname)
    from pg_catalog.pg_index i
    cross join lateral rows from (
      pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indclass::oid[])
    ) as k(attnum, operator_class)
    join pg_catalog.pg_opclass p on p.oid = k.operator_class
    join pg_catalog.pg_amop m
      on m.amopfamily = p.opcfamily and m.amoplefttype = p.opcintype and m.amoprighttype = p.opcintype
    join pg_catalog.pg_operator o on o.oid = m.amopopr
    join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
    where i.indrelid = c.oid and i.indisprimary and k.attnum = a.attnum and m.amopstrategy = 3
  ), '=') as equals,
  array(
    select pg_catalog.format('%I.%I', n.nspname, s.relname)
    from pg_catalog.pg_depend d
    join pg_catalog.pg_class s on s.relkind = 'S' and s.oid in (d.objid, d.refobjid)
    join pg_catalog.pg_namespace n on n.oid = s.relnamespace
    left join pg_catalog.pg_attrdef e on e.adrelid = c.oid and e.adnum = a.attnum
    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and d.objid = s.oid and d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype in ('a', 'i')
      or d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid = e.oid
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = s.oid
    group by 1
  ) as sequences,
  c.relkind in ('r', 'p') and not c.relhasrules as "takesCopy"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped`;

interface DescribedColumn extends PushColumn {
  readonly name: string;
  readonly takesCopy: boolean;
}

/** Asks the server for a table's columns. Throws REMOTE_CHANGED when there is no such table. */
export async function describePushTable(
  session: Session,
  name: TableName,
  signal: AbortSignal,
): Promise<PushTable> {
  const key = tableKey(name);
  const described = await session.query<DescribedColumn>(
    { text: DESCRIBE_SQL, values: [name.schema, name.name], activity: `describing ${key}`, table: key },
    signal,
  );
  if (described.length === 0) {
    throw new SynclineError('REMOTE_CHANGED', `There is no table ${key} in production any more.`, {
      table: key,
    });
  }
  return {
    name,
    columns: new Map(described.map((column) => [column.name, column] as const)),
    takesCopy: described.every((column) => column.takesCopy),
  };
}
