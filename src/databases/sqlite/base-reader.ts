import type { BaseReader, BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';

/** Opens a base for look-ups by primary key. */
export function openBase(driver: SqliteDriver, path: string): BaseReader {
  const connection = driver.open(path, { mode: 'read', subject: 'stage' });
  return {
    countRows({ table }) {
      const count = connection
        .prepare<[], bigint>(`SELECT count(*) FROM ${quoteIdentifier(table.name)}`)
        .pluck()
        .get();
      return Number(count ?? 0n);
    },
    finder({ table, seenColumn }) {
      const columns = [...table.columns.map((column) => column.name), seenColumn]
        .map(quoteIdentifier)
        .join(', ');
      const key = table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
      const select = connection
        .prepare<Cell[], Cell[]>(`SELECT ${columns} FROM ${quoteIdentifier(table.name)} WHERE ${key}`)
        .raw();
      return (values) => {
        try {
          const cells = select.get(...values);
          if (cells === undefined) return undefined;
          const seen = cells[cells.length - 1];
          return { cells: cells.slice(0, -1), seen: seen instanceof Uint8Array ? seen : null };
        } catch (error) {
          throw sqliteError(error, 'stage');
        }
      };
    },
    close: () => {
      connection.close();
    },
  };
}
