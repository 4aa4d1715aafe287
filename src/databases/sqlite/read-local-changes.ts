import type { FoundChange, LocalChangesReader } from '../../core/local-changes-port.ts';
import type { BaseRow, BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { hasItsColumns, requireBase } from './local-changes.ts';

/** Opens the local file beside the base of the last sync. One read transaction gives one state of both. */
export function readLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
): LocalChangesReader {
  requireBase(basePath);
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  const pseudonyms = new Map<string, (cell: Cell) => boolean>();
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    connection.exec('BEGIN');
  } catch (error) {
    connection.close();
    throw sqliteError(error, 'local');
  }
  return {
    isReadable: ({ table }) => hasItsColumns(connection, table),
    *changes(base, op) {
      try {
        yield* READ[op](connection, base);
      } catch (error) {
        throw sqliteError(error, 'local');
      }
    },
    isPseudonym({ table }, column, cell) {
      const place = JSON.stringify([table.key, column]);
      let look = pseudonyms.get(place);
      if (look === undefined) {
        const find = connection
          .prepare<[Cell], bigint>(
            `SELECT 1 FROM base.${quoteIdentifier(table.name)} WHERE ${quoteIdentifier(column)} = ? LIMIT 1`,
          )
          .pluck();
        look = (value) => find.get(value) !== undefined;
        pseudonyms.set(place, look);
      }
      return look(cell);
    },
    close: () => {
      connection.close();
    },
  };
}

interface Names {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly sameKey: string;
  readonly seen: string;
}

function namesOf({ table, seenColumn }: BaseTable): Names {
  const key = table.primaryKey.map(quoteIdentifier);
  return {
    table: quoteIdentifier(table.name),
    key,
    columns: table.columns.map((column) => quoteIdentifier(column.name)),
    sameKey: key.map((column) => `l.${column} = b.${column}`).join(' AND '),
    seen: quoteIdentifier(seenColumn),
  };
}

function list(alias: string, columns: readonly string[]): string {
  return columns.map((column) => `${alias}.${column}`).join(', ');
}

function* inserted(connection: Connection, base: BaseTable): Generator<FoundChange> {
  const { table, key, columns, sameKey } = namesOf(base);
  const rows = connection
    .prepare<[], Cell[]>(
      `SELECT ${list('l', columns)} FROM main.${table} AS l
       WHERE NOT EXISTS (SELECT 1 FROM base.${table} AS b WHERE ${sameKey}) ORDER BY ${list('l', key)}`,
    )
    .raw();
  for (const local of rows.iterate()) yield { op: 'insert', local };
}

function* updated(connection: Connection, base: BaseTable): Generator<FoundChange> {
  const { table, key, columns, sameKey, seen } = namesOf(base);
  // A column may have a collation that takes different texts for equal, so cells are compared as bytes too.
  const differs = columns
    .map(
      (column) =>
        `l.${column} IS NOT b.${column} COLLATE BINARY OR typeof(l.${column}) <> typeof(b.${column})`,
    )
    .join(' OR ');
  const rows = connection
    .prepare<[], Cell[]>(
      `SELECT ${list('l', columns)}, ${list('b', columns)}, b.${seen}
       FROM main.${table} AS l JOIN base.${table} AS b ON ${sameKey} WHERE ${differs} ORDER BY ${list('b', key)}`,
    )
    .raw();
  for (const row of rows.iterate()) {
    yield { op: 'update', local: row.slice(0, columns.length), base: baseRow(row.slice(columns.length)) };
  }
}

function* deleted(connection: Connection, base: BaseTable): Generator<FoundChange> {
  const { table, key, columns, sameKey, seen } = namesOf(base);
  const rows = connection
    .prepare<[], Cell[]>(
      `SELECT ${list('b', columns)}, b.${seen} FROM base.${table} AS b
       WHERE NOT EXISTS (SELECT 1 FROM main.${table} AS l WHERE ${sameKey}) ORDER BY ${list('b', key)}`,
    )
    .raw();
  for (const row of rows.iterate()) yield { op: 'delete', base: baseRow(row) };
}

function baseRow(cells: Row): BaseRow {
  const seen = cells[cells.length - 1];
  return { cells: cells.slice(0, -1), seen: seen instanceof Uint8Array ? seen : null };
}

const READ = { insert: inserted, update: updated, delete: deleted } as const;
