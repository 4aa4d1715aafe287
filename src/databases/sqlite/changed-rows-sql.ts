/** The statements that find what differs between a local table and its base, attached as `base`. */
import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { FoundChange } from '../../core/local-changes-port.ts';

/**
 * The rows of one kind of change, in the key's order: the local cells for an insert, the base's cells and seen hashes
 * for a delete, both for an update.
 *
 * `rowid` is the name of the rowid in both tables, if there is one. Almost every row has kept its place since the base
 * was made, and is met there without a search by key, which takes ten times as long when the key is a text.
 */
export function changedRowsSql(base: BaseTable, op: FoundChange['op'], rowid: string | undefined): string {
  const table = quoteIdentifier(base.table.name);
  const key = base.table.primaryKey.map(quoteIdentifier);
  const columns = base.table.columns.map((column) => quoteIdentifier(column.name));
  const of = (alias: string, names: readonly string[]): string[] => names.map((name) => `${alias}.${name}`);
  const sameKey = key.map((column) => `l.${column} = b.${column}`).join(' AND ');
  // Cells are compared as bytes: a column may have a collation that takes different texts for equal.
  const same = (alias: string): string[] =>
    columns.map((column) => `l.${column} IS ${alias}.${column} COLLATE BINARY`);
  const localCells = of('l', columns);
  const baseCells = of('b', [...columns, quoteIdentifier(base.seenColumn)]);
  const [firstKey = ''] = key;
  switch (op) {
    case 'insert':
      return `SELECT ${localCells.join(', ')} FROM main.${table} AS l LEFT JOIN base.${table} AS b ON ${sameKey}
        WHERE b.${firstKey} IS NULL ORDER BY ${of('l', key).join(', ')}`;
    case 'delete':
      return `SELECT ${baseCells.join(', ')} FROM base.${table} AS b LEFT JOIN main.${table} AS l ON ${sameKey}
        WHERE l.${firstKey} IS NULL ORDER BY ${of('b', key).join(', ')}`;
    case 'update': {
      const inPlace = rowid === undefined ? [] : [`s.${rowid} = l.${rowid}`, ...same('s')];
      const [join, moved] =
        rowid === undefined
          ? ['', '']
          : [`LEFT JOIN base.${table} AS s ON ${inPlace.join(' AND ')}`, `s.${rowid} IS NULL AND`];
      // The plus keeps SQLite from walking along the key's index: few rows are left to be sorted.
      return `SELECT ${[...localCells, ...baseCells].join(', ')}
        FROM main.${table} AS l ${join} CROSS JOIN base.${table} AS b ON ${sameKey}
        WHERE ${moved} NOT (${same('b').join(' AND ')})
        ORDER BY ${key.map((column) => `+b.${column}`).join(', ')}`;
    }
  }
}
