/** Looking for cells that a pull made up. */
import type { IncomingTable } from '../../core/incoming-port.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import { collationOf } from '../../core/schema/local-type.ts';
import type { LocalColumn, LocalTable } from '../../core/schema/local-schema.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { requireBase } from './local-changes.ts';

/** As much of a cell as is indexed, in characters or bytes: masked documents may be long. */
const INDEXED = 64;

/** See {@link LocalDatabase.indexPseudonyms}. */
export function indexPseudonyms(
  driver: SqliteDriver,
  basePath: string,
  tables: readonly IncomingTable[],
): void {
  requireBase(basePath);
  const connection = driver.open(basePath, { mode: 'write', subject: 'stage' });
  try {
    for (const { table, maskedColumns } of tables) {
      const masked = new Set(maskedColumns);
      for (const column of table.columns.filter(({ source }) => masked.has(source.name))) {
        connection.exec(indexSql(table, column));
      }
    }
  } catch (error) {
    throw sqliteError(error, 'stage');
  } finally {
    connection.close();
  }
}

function indexSql(table: LocalTable, column: LocalColumn): string {
  const name = `_syncline_pseudonym ${JSON.stringify([table.name, column.name].map(foldName))}`;
  const cell = quoteIdentifier(column.name);
  return `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)}
    (${beginningOf(cell)} ${collateSql(column)}) WHERE ${cell} IS NOT NULL`;
}

function beginningOf(cell: string): string {
  return `substr(${cell}, 1, ${INDEXED})`;
}

function collateSql({ source }: LocalColumn): string {
  return `COLLATE ${collationOf(source.type) ?? 'BINARY'}`;
}

/** Compiles the look-up in a column of a base attached as `base`. It takes the whole column's length without its index. */
export function pseudonymFinder(
  connection: Connection,
  table: LocalTable,
  column: LocalColumn,
): (cell: Exclude<Cell, null>) => boolean {
  const cell = quoteIdentifier(column.name);
  const find = connection.prepare<[Cell, Cell], bigint>(
    `SELECT 1 FROM base.${quoteIdentifier(table.name)}
     WHERE ${beginningOf(cell)} = ${beginningOf('?')} ${collateSql(column)} AND ${cell} = ? LIMIT 1`,
  );
  return (value) => find.get(value, value) !== undefined;
}
