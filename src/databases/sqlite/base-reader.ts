import type { BaseReader, BaseRow, BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { requireBase } from './local-changes.ts';
import { rowPresence } from './row-presence.ts';
import { rowidName } from './rowid.ts';

/** Opens a base for look-ups by primary key. Throws LEDGER_CORRUPT when it is missing. */
export function openBase(driver: SqliteDriver, path: string): BaseReader {
  requireBase(path);
  const connection = driver.open(path, { mode: 'read', subject: 'stage' });
  return {
    has: (table, columns) => rowPresence(connection, table.name, columns),
    countRows({ table }) {
      const count = connection
        .prepare<[], bigint>(`SELECT count(*) FROM ${quoteIdentifier(table.name)}`)
        .pluck()
        .get();
      return Number(count ?? 0n);
    },
    finder(base) {
      const key = base.table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
      const select = connection.prepare<Cell[], Cell[]>(`${selectRows(base)} WHERE ${key}`).raw();
      return (values) => {
        try {
          const cells = select.get(...values);
          return cells === undefined ? undefined : asRow(cells);
        } catch (error) {
          throw sqliteError(error, 'stage');
        }
      };
    },
    keysWith({ table }, columns) {
      const key = table.primaryKey.map(quoteIdentifier).join(', ');
      const same = columns.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
      const select = connection
        .prepare<Cell[], Cell[]>(`SELECT ${key} FROM ${quoteIdentifier(table.name)} WHERE ${same}`)
        .raw();
      return (values) => {
        try {
          return select.all(...values);
        } catch (error) {
          throw sqliteError(error, 'stage');
        }
      };
    },
    eachRow(base, visit) {
      const rowid = rowidName(base.table);
      const order = rowid === undefined ? '' : ` ORDER BY ${rowid}`;
      for (const cells of connection
        .prepare<[], Cell[]>(selectRows(base) + order)
        .raw()
        .iterate()) {
        visit(asRow(cells));
      }
    },
    tracker: (base) => trackFound(connection, base),
    close: () => {
      connection.close();
    },
  };
}

function selectRows({ table, seenColumn }: BaseTable): string {
  const columns = [...table.columns.map((column) => column.name), seenColumn].map(quoteIdentifier).join(', ');
  return `SELECT ${columns} FROM ${quoteIdentifier(table.name)}`;
}

function asRow(cells: readonly Cell[]): BaseRow {
  const seen = cells[cells.length - 1];
  return { cells: cells.slice(0, -1), seen: seen instanceof Uint8Array ? seen : null };
}

/** Found keys are kept in a temporary table, so that memory stays bounded. */
function trackFound(connection: Connection, { table }: BaseTable): ReturnType<BaseReader['tracker']> {
  const key = table.primaryKey.map(quoteIdentifier);
  const places = key.map(() => '?').join(', ');
  connection.exec(
    `DROP TABLE IF EXISTS temp.found; CREATE TABLE temp.found (${key.join(', ')}, PRIMARY KEY (${key.join(', ')}))`,
  );
  const insert = connection.prepare<Cell[]>(`INSERT OR IGNORE INTO temp.found VALUES (${places})`);
  return {
    found: (values) => void insert.run(...values),
    missing: () =>
      connection
        .prepare<[], Cell[]>(
          `SELECT ${key.join(', ')} FROM main.${quoteIdentifier(table.name)}
           WHERE (${key.join(', ')}) NOT IN (SELECT * FROM temp.found)`,
        )
        .raw()
        .iterate(),
  };
}
