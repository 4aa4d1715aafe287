import { SynclineError } from '../../core/errors.ts';
import type { IncomingStage } from '../../core/incoming-port.ts';
import type { BaseTable, RowCounts } from '../../core/local-ports.ts';
import type { RowKey } from '../../core/rows/change.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { ensureFolder, sqliteError } from './errors.ts';
import { flushFile } from './flush-file.ts';
import { INCOMING, incomingColumnsOf, incomingTableSql } from './incoming-format.ts';
import { removeFiles } from './remove.ts';

/** A new incoming file for tables with a primary key. It needs no journal: until it is finished it is thrown away whole. */
export function createIncoming(
  driver: SqliteDriver,
  path: string,
  tables: readonly BaseTable[],
): IncomingStage {
  ensureFolder(path, 'stage');
  removeFiles(path);
  const connection = driver.open(path, { mode: 'create', subject: 'stage' });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, 'stage');
    }
  };
  const discard = (): void => {
    connection.close();
    removeFiles(path);
  };
  let writers: ReadonlyMap<string, WriteIncoming>;
  try {
    connection.pragma('journal_mode = OFF');
    connection.pragma('synchronous = OFF');
    for (const base of tables) connection.exec(incomingTableSql(base));
    writers = new Map(tables.map((base) => [base.table.key, writerFor(connection, base)] as const));
  } catch (error) {
    discard();
    throw sqliteError(error, 'stage');
  }
  const write = ({ table }: BaseTable, ...row: Parameters<WriteIncoming>): void => {
    const writer = writers.get(table.key);
    if (writer === undefined) {
      throw new SynclineError('INTERNAL', `The incoming file has no table ${table.key}.`, {
        table: table.key,
      });
    }
    guarded(() => writer(...row));
  };
  const forgetters = new Map<string, ReturnType<typeof forgetterFor>>();
  const forgetter = (base: BaseTable): ReturnType<typeof forgetterFor> => {
    const known = forgetters.get(base.table.key) ?? forgetterFor(connection, base);
    forgetters.set(base.table.key, known);
    return known;
  };
  return {
    path,
    batch: (work) =>
      guarded(() => {
        connection.exec('BEGIN');
        work();
        connection.exec('COMMIT');
      }),
    row: (base, cells, seen) => write(base, cells, seen, INCOMING.row),
    gone(base, key) {
      const cells = new Array<Cell>(base.table.columns.length).fill(null);
      for (const [place, column] of keyColumnsOf(base.table).entries()) cells[column] = key[place] ?? null;
      write(base, cells, null, INCOMING.gone);
    },
    forget: (base, key) => guarded(() => forgetter(base)(key)),
    clear: ({ table }) => guarded(() => void connection.exec(`DELETE FROM ${quoteIdentifier(table.name)}`)),
    tally: (base, isKnown) => guarded(() => tally(connection, base, isKnown)),
    rows: (base) => rowsOf(connection, base),
    finish: () =>
      guarded(() => {
        connection.close();
        flushFile(path);
      }),
    discard,
  };
}

type WriteIncoming = (cells: readonly Cell[], seen: Uint8Array | null, state: bigint) => void;

function writerFor(connection: Connection, base: BaseTable): WriteIncoming {
  const { state } = incomingColumnsOf(base);
  const names = [...base.table.columns.map((column) => column.name), base.seenColumn, state];
  const insert = connection.prepare<Cell[]>(
    `INSERT OR REPLACE INTO ${quoteIdentifier(base.table.name)} (${names.map(quoteIdentifier).join(', ')})
     VALUES (${names.map(() => '?').join(', ')})`,
  );
  return (cells, seen, value) => void insert.run(...cells, seen, value);
}

function forgetterFor(connection: Connection, { table }: BaseTable): (key: RowKey) => void {
  const key = table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const remove = connection.prepare<Cell[]>(`DELETE FROM ${quoteIdentifier(table.name)} WHERE ${key}`);
  return (cells) => void remove.run(...cells);
}

function tally(connection: Connection, base: BaseTable, isKnown: (key: RowKey) => boolean): RowCounts {
  const key = base.table.primaryKey.map(quoteIdentifier).join(', ');
  const state = quoteIdentifier(incomingColumnsOf(base).state);
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  const rows = connection
    .prepare<[], Cell[]>(`SELECT ${state}, ${key} FROM ${quoteIdentifier(base.table.name)}`)
    .raw();
  for (const [found, ...cells] of rows.iterate()) {
    const known = isKnown(cells);
    if (found === INCOMING.row) counts[known ? 'updated' : 'inserted'] += 1;
    else if (known) counts.deleted += 1;
  }
  return counts;
}

function* rowsOf(
  connection: Connection,
  base: BaseTable,
): Generator<{ readonly cells: Row; readonly gone: boolean }> {
  const { place, state } = incomingColumnsOf(base);
  const columns = base.table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const rows = connection
    .prepare<[], Cell[]>(
      `SELECT ${quoteIdentifier(state)}, ${columns} FROM ${quoteIdentifier(base.table.name)} ORDER BY ${quoteIdentifier(place)}`,
    )
    .raw();
  for (const [found, ...cells] of rows.iterate()) yield { cells, gone: found === INCOMING.gone };
}
