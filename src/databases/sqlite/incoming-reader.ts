import type { BaseTable, BaseRow } from '../../core/local-ports.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { INCOMING, incomingColumnsOf } from './incoming-format.ts';
import { tableNames } from './references.ts';

/** An incoming row in its place. */
export interface IncomingRow {
  readonly place: bigint;
  readonly key: Row;
  readonly cells: Row;
  readonly seen: Uint8Array | null;
  readonly gone: boolean;
  /** Where the row stood before, to put it back there; a new place when absent. */
  readonly rowid?: bigint | null;
}

/**
 * An incoming file beside the base, while it is applied. It has a connection of its own, apart from the local file's:
 * with a write-ahead log, a commit over several files is not one commit.
 */
export interface IncomingReader {
  /** The rows in the order of their arrival; rows may be held meanwhile. */
  rows(table: BaseTable): Iterable<IncomingRow>;
  /** Compiles the look-up of a base row by key. */
  baseFinder(table: BaseTable): (key: Row) => BaseRow | undefined;
  /** The incoming row in a place. */
  rowAt(table: BaseTable, place: bigint): IncomingRow | undefined;
  /** Production's row by key, as far as is known: incoming, or else of the base. */
  productionRow(table: BaseTable, key: Row): Row | undefined;
  /** Whether production has a row with these cells, as far as is known. */
  productionHas(table: BaseTable, columns: readonly string[], cells: Row): boolean;
  /** Marks a row as held. */
  hold(table: BaseTable, place: bigint): void;
  /** Makes the marks durable. */
  commit(): void;
  /** Takes uncommitted marks back. */
  close(): void;
}

/** Rows that are read at a time. */
const PAGE = 1000;

/** Opens a finished incoming file; marks of an earlier application are taken away. */
export function openIncoming(
  driver: SqliteDriver,
  incomingPath: string,
  basePath: string,
  tables: readonly BaseTable[],
): IncomingReader {
  const connection = driver.open(incomingPath, { mode: 'write', subject: 'stage' });
  const close = (): void => {
    connection.close();
  };
  let arrived: ReadonlySet<string>;
  try {
    connection.pragma('main.synchronous = FULL');
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    connection.exec('BEGIN');
    for (const table of tables) {
      const { name, state } = partsOf(table);
      connection.exec(
        `UPDATE main.${name} SET ${state} = ${state} - ${INCOMING.held} WHERE ${state} >= ${INCOMING.held}`,
      );
    }
    arrived = new Set(tableNames(connection));
  } catch (error) {
    close();
    throw sqliteError(error, 'stage');
  }
  return {
    rows: (table) => pages(connection, table),
    baseFinder: (table) => baseFinder(connection, table),
    rowAt(table, place) {
      const { name, selected, place: column } = partsOf(table);
      const row = connection
        .prepare<[bigint], Cell[]>(`SELECT ${selected} FROM main.${name} WHERE ${column} = ?`)
        .raw()
        .get(place);
      return row === undefined ? undefined : incomingRow(table, row);
    },
    productionRow(base, key) {
      const { name, selected, sameKey } = partsOf(base);
      const found = arrived.has(base.table.name)
        ? connection
            .prepare<Cell[], Cell[]>(`SELECT ${selected} FROM main.${name} WHERE ${sameKey}`)
            .raw()
            .get(...key)
        : undefined;
      if (found === undefined) return baseFinder(connection, base)(key)?.cells;
      const row = incomingRow(base, found);
      return row.gone ? undefined : row.cells;
    },
    productionHas(base, columns, cells) {
      const { name, key, state } = partsOf(base);
      const matches = columns.map((column) => `t.${quoteIdentifier(column)} = ?`).join(' AND ');
      const has = (from: string): boolean =>
        connection.prepare<Cell[], bigint>(`SELECT 1 FROM ${from} AND ${matches}`).get(...cells) !==
        undefined;
      if (!arrived.has(base.table.name)) return has(`base.${name} AS t WHERE true`);
      const same = key.map((column) => `i.${column} = t.${column}`).join(' AND ');
      return (
        has(`main.${name} AS t WHERE t.${state} % ${INCOMING.held} = ${INCOMING.row}`) ||
        has(`base.${name} AS t WHERE NOT EXISTS (SELECT 1 FROM main.${name} AS i WHERE ${same})`)
      );
    },
    hold(table, place) {
      const { name, place: column, state } = partsOf(table);
      connection
        .prepare<[bigint]>(
          `UPDATE main.${name} SET ${state} = ${state} % ${INCOMING.held} + ${INCOMING.held} WHERE ${column} = ?`,
        )
        .run(place);
    },
    commit: () => connection.exec('COMMIT'),
    close,
  };
}

interface Parts {
  readonly name: string;
  readonly key: readonly string[];
  readonly sameKey: string;
  readonly place: string;
  readonly state: string;
  /** The place, the cells, what was seen, the state. */
  readonly selected: string;
}

function partsOf(base: BaseTable): Parts {
  const { place, state } = incomingColumnsOf(base);
  const key = base.table.primaryKey.map(quoteIdentifier);
  const columns = base.table.columns.map((column) => column.name);
  return {
    name: quoteIdentifier(base.table.name),
    key,
    sameKey: key.map((column) => `${column} = ?`).join(' AND '),
    place: quoteIdentifier(place),
    state: quoteIdentifier(state),
    selected: [place, ...columns, base.seenColumn, state].map(quoteIdentifier).join(', '),
  };
}

/** A page at a time: no statement may be open on a connection that writes. */
function* pages(connection: Connection, base: BaseTable): Generator<IncomingRow> {
  const { name, selected, place } = partsOf(base);
  const page = connection
    .prepare<[bigint], Cell[]>(
      `SELECT ${selected} FROM main.${name} WHERE ${place} > ? ORDER BY ${place} LIMIT ${PAGE}`,
    )
    .raw();
  for (let last = 0n; ;) {
    const rows = page.all(last).map((cells) => incomingRow(base, cells));
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.place;
  }
}

function incomingRow({ table }: BaseTable, selected: readonly Cell[]): IncomingRow {
  const [place, ...rest] = selected;
  const cells = rest.slice(0, -2);
  const state = rest.at(-1);
  return {
    place: typeof place === 'bigint' ? place : 0n,
    key: keyColumnsOf(table).map((index) => cells[index] ?? null),
    cells,
    seen: bytes(rest.at(-2)),
    gone: typeof state === 'bigint' && state % INCOMING.held === INCOMING.gone,
  };
}

function baseFinder(connection: Connection, base: BaseTable): (key: Row) => BaseRow | undefined {
  const columns = [...base.table.columns.map((column) => column.name), base.seenColumn];
  const { name, sameKey } = partsOf(base);
  const find = connection
    .prepare<Cell[], Cell[]>(
      `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM base.${name} WHERE ${sameKey}`,
    )
    .raw();
  return (key) => {
    const found = find.get(...key);
    return found === undefined ? undefined : { cells: found.slice(0, -1), seen: bytes(found.at(-1)) };
  };
}

function bytes(cell: Cell | undefined): Uint8Array | null {
  return cell instanceof Uint8Array ? cell : null;
}
