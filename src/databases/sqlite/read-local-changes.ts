import { SynclineError } from '../../core/errors.ts';
import type { FoundChange, LocalChangesReader } from '../../core/local-changes-port.ts';
import type { BaseRow, BaseTable } from '../../core/local-ports.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import { changedRowsSql } from './changed-rows-sql.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { columnsNow, hasItsColumns, requireBase } from './local-changes.ts';
import { pseudonymFinder } from './pseudonyms.ts';
import { presentRowidName } from './rowid.ts';

/**
 * Opens the local file beside the base of the last sync. One read transaction gives one state of both: it begins at
 * once, and without a write-ahead log it keeps other programs from committing until the reader is closed.
 */
export function readLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
): LocalChangesReader {
  requireBase(basePath);
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  const pseudonyms = new Map<string, (cell: Exclude<Cell, null>) => boolean>();
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    connection.exec('BEGIN');
    // A transaction sees the state of its first reading.
    for (const schema of ['main', 'base']) connection.prepare(`SELECT 1 FROM ${schema}.sqlite_schema`).get();
  } catch (error) {
    connection.close();
    throw sqliteError(error, 'local');
  }
  return {
    isReadable: ({ table }) => hasItsColumns(connection, table),
    columnsNow: ({ table }) => columnsNow(connection, table),
    *changes(base, op) {
      try {
        yield* READ[op](connection, base);
      } catch (error) {
        throw sqliteError(error, 'local');
      }
    },
    isPseudonym({ table }, name, cell) {
      const place = JSON.stringify([table.key, name]);
      let look = pseudonyms.get(place);
      if (look === undefined) {
        const column = table.columns.find((each) => each.name === name);
        if (column === undefined) throw new SynclineError('INTERNAL', `${table.key} has no column ${name}.`);
        look = pseudonymFinder(connection, table, column);
        pseudonyms.set(place, look);
      }
      return look(cell);
    },
    close: () => {
      connection.close();
    },
  };
}

function rowsOf(connection: Connection, base: BaseTable, op: FoundChange['op']): Iterable<Row> {
  const rowid = presentRowidName(connection, base.table);
  return connection
    .prepare<[], Cell[]>(changedRowsSql(base, op, rowid))
    .raw()
    .iterate();
}

function* inserted(connection: Connection, base: BaseTable): Generator<FoundChange> {
  for (const local of rowsOf(connection, base, 'insert')) yield { op: 'insert', local };
}

function* updated(connection: Connection, base: BaseTable): Generator<FoundChange> {
  const width = base.table.columns.length;
  for (const row of rowsOf(connection, base, 'update')) {
    yield { op: 'update', local: row.slice(0, width), base: baseRow(row.slice(width)) };
  }
}

function* deleted(connection: Connection, base: BaseTable): Generator<FoundChange> {
  for (const row of rowsOf(connection, base, 'delete')) yield { op: 'delete', base: baseRow(row) };
}

const READ = { insert: inserted, update: updated, delete: deleted } as const;

function baseRow(cells: Row): BaseRow {
  const seen = cells[cells.length - 1];
  return { cells: cells.slice(0, -1), seen: seen instanceof Uint8Array ? seen : null };
}
