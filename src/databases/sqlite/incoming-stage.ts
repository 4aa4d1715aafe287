import { SynclineError } from '../../core/errors.ts';
import type { IncomingStage } from '../../core/incoming-port.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell } from '../../core/values/cell.ts';
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
