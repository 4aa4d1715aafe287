import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { Connection } from './driver.ts';
import { sqliteError } from './errors.ts';

/** Compiles the question whether a table of `main` has a row with some values; `also` is a condition on it, in SQL. */
export function rowPresence(
  connection: Connection,
  table: string,
  columns: readonly string[],
  also = '1',
): (cells: readonly Cell[]) => boolean {
  const same = columns.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const find = connection
    .prepare<Cell[], bigint>(`SELECT 1 FROM main.${quoteIdentifier(table)} WHERE ${same} AND ${also} LIMIT 1`)
    .pluck();
  return (cells) => {
    try {
      return find.get(...cells) !== undefined;
    } catch (error) {
      throw sqliteError(error, 'stage');
    }
  };
}
