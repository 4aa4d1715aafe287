/** The statements that find what differs between a local table and its base, attached as `base`. */
import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { FoundChange } from '../../core/local-changes-port.ts';
import type { Restriction } from './tracking/restriction.ts';

/**
 * The rows of one kind of change, in the key's order: the local cells for an insert, the base's cells and seen hashes
 * for a delete, both for an update.
 *
 * `rowid` is the name of the rowid in both tables, if there is one. Almost every row has kept its place since the base
 * was made, and is met there without a search by key, which takes ten times as long when the key is a text.
 *
 * With a restriction, only rows that the log of changes names are looked at.
 */
export function changedRowsSql(
  base: BaseTable,
  op: FoundChange['op'],
  rowid: string | undefined,
  restriction?: Restriction,
): string {
  const columns = base.table.columns.map(({ name }) => name);
  const local = columns.map((column) => `l.${quoteIdentifier(column)}`);
  const ours = [...columns, base.seenColumn].map((column) => `b.${quoteIdentifier(column)}`);
  const cells = { insert: local, update: [...local, ...ours], delete: ours } as const;
  return changedSql(base, op, rowid, cells[op], restriction);
}

/** The keys of these rows: the local one where there is one. */
export function changedKeysSql(
  base: BaseTable,
  op: FoundChange['op'],
  rowid: string | undefined,
  restriction?: Restriction,
): string {
  const alias = op === 'delete' ? 'b' : 'l';
  const key = base.table.primaryKey.map((column) => `${alias}.${quoteIdentifier(column)}`);
  return changedSql(base, op, rowid, key, restriction);
}

function changedSql(
  base: BaseTable,
  op: FoundChange['op'],
  rowid: string | undefined,
  cells: readonly string[],
  restriction: Restriction | undefined,
): string {
  const table = quoteIdentifier(base.table.name);
  const key = base.table.primaryKey.map(quoteIdentifier);
  const columns = base.table.columns.map((column) => quoteIdentifier(column.name));
  const of = (alias: string, names: readonly string[]): string[] => names.map((name) => `${alias}.${name}`);
  const sameKey = key.map((column) => `l.${column} = b.${column}`).join(' AND ');
  // Cells are compared as bytes: a column may have a collation that takes different texts for equal.
  const same = (alias: string): string[] =>
    columns.map((column) => `l.${column} IS ${alias}.${column} COLLATE BINARY`);
  const selected = cells.join(', ');
  const [firstKey = ''] = key;
  const among = restriction ?? { local: 'true', base: 'true' };
  // The plus keeps SQLite from walking along the key's index where few rows are left to be sorted.
  const order = (alias: string): string =>
    of(alias, key)
      .map((column) => (restriction === undefined ? column : `+${column}`))
      .join(', ');
  switch (op) {
    case 'insert':
      return `SELECT ${selected} FROM main.${table} AS l LEFT JOIN base.${table} AS b ON ${sameKey}
        WHERE ${among.local} AND b.${firstKey} IS NULL ORDER BY ${order('l')}`;
    case 'delete':
      return `SELECT ${selected} FROM base.${table} AS b LEFT JOIN main.${table} AS l ON ${sameKey}
        WHERE ${among.base} AND l.${firstKey} IS NULL ORDER BY ${order('b')}`;
    case 'update': {
      const inPlace = rowid === undefined ? [] : [`s.${rowid} = l.${rowid}`, ...same('s')];
      const [join, moved] =
        rowid === undefined || restriction !== undefined
          ? ['', '']
          : [`LEFT JOIN base.${table} AS s ON ${inPlace.join(' AND ')}`, `s.${rowid} IS NULL AND`];
      return `SELECT ${selected}
        FROM main.${table} AS l ${join} CROSS JOIN base.${table} AS b ON ${sameKey}
        WHERE ${among.local} AND ${moved} NOT (${same('b').join(' AND ')})
        ORDER BY ${key.map((column) => `+b.${column}`).join(', ')}`;
    }
  }
}
