/** A local file and its base as a pull leaves them, and production's changes on their way. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type {
  AppliedTable,
  ApplyIncomingRequest,
  HeldRow,
  IncomingTable,
} from '../../src/core/incoming-port.ts';
import { seenColumnOf, type LocalDatabase } from '../../src/core/local-ports.ts';
import { quoteIdentifier } from '../../src/core/schema/identifiers.ts';
import { tableKey, type Table, type TableKey } from '../../src/core/schema/model.ts';
import type { Row } from '../../src/core/values/cell.ts';
import { localTablesOf } from './staged.ts';

export interface SyncedTable {
  readonly table: Table;
  /** Masked rows, with the hashes of what was seen when columns are masked. */
  readonly rows: readonly Row[];
  readonly seen?: readonly Uint8Array[];
  readonly maskedColumns?: readonly string[];
}

export interface SyncedFiles {
  readonly localPath: string;
  readonly basePath: string;
  readonly incomingPath: string;
  /** Parents first. */
  readonly tables: readonly IncomingTable[];
  readonly of: (key: TableKey) => IncomingTable;
}

export function syncedFiles(
  local: LocalDatabase,
  folder: string,
  synced: readonly SyncedTable[],
): SyncedFiles {
  const files = { localPath: join(folder, 'dev.db'), basePath: join(folder, 'base.db') };
  const sourceOf = new Map(synced.map((each) => [tableKey(each.table.name), each] as const));
  const localTables = localTablesOf(...synced.map(({ table }) => table));
  const stage = local.createStage(files.basePath, localTables);
  const connection = new Database(files.localPath);
  connection.pragma('foreign_keys = OFF');
  connection.exec('BEGIN');
  for (const table of localTables) {
    const { rows = [], seen = [] } = sourceOf.get(table.key) ?? {};
    connection.exec(table.createSql);
    const insert = connection.prepare(
      `INSERT INTO ${quoteIdentifier(table.name)} VALUES (${table.columns.map(() => '?').join(', ')})`,
    );
    const write = stage.writer(table);
    stage.batch(() => {
      for (const [index, row] of rows.entries()) {
        insert.run(...row);
        write(row, seen[index] ?? null);
      }
    });
    stage.finishTable(table);
    for (const { sql } of table.indexes) connection.exec(sql);
  }
  connection.exec('COMMIT');
  connection.close();
  stage.finish();
  const tables = localTables.map((table): IncomingTable => ({
    table,
    seenColumn: seenColumnOf(table),
    maskedColumns: sourceOf.get(table.key)?.maskedColumns ?? [],
  }));
  return {
    ...files,
    incomingPath: join(folder, 'incoming.db'),
    tables,
    of: (key) => tables.find(({ table }) => table.key === key)!,
  };
}

/** What production did to a row: it is like this now, or gone. */
export type Arrival =
  | { readonly table: TableKey; readonly cells: Row; readonly seen?: Uint8Array }
  | { readonly table: TableKey; readonly gone: Row };

export function bring(local: LocalDatabase, files: SyncedFiles, arrivals: readonly Arrival[]): void {
  const incoming = local.createIncoming(files.incomingPath, files.tables);
  incoming.batch(() => {
    for (const arrival of arrivals) {
      if ('gone' in arrival) incoming.gone(files.of(arrival.table), arrival.gone);
      else incoming.row(files.of(arrival.table), arrival.cells, arrival.seen ?? null);
    }
  });
  incoming.finish();
}

export interface Applied {
  readonly tables: readonly AppliedTable[];
  readonly held: readonly HeldRow[];
  readonly fingerprint: string;
}

/** Applies what was brought to the local file; the base is left to the caller. */
export function applyTo(
  local: LocalDatabase,
  files: SyncedFiles,
  options: Partial<ApplyIncomingRequest> = {},
): Applied {
  const held: HeldRow[] = [];
  const result = local.applyIncoming({
    ...files,
    allTables: files.tables,
    signal: new AbortController().signal,
    onHeld: (row) => held.push(row),
    beforeCommit: () => undefined,
    ...options,
  });
  return { ...result, held };
}
