import { SynclineError } from '../../core/errors.ts';
import type { AppliedTable, IncomingTable } from '../../core/incoming-port.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import { decideUndo } from '../../core/rows/undo-row.ts';
import type { ApplyUndoRequest, RowUndo, UndoLog } from '../../core/undo-port.ts';
import { applyTables, type TableRules } from './apply-incoming.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import type { IncomingReader, IncomingRow } from './incoming-reader.ts';
import { hasItsColumns } from './local-changes.ts';
import { leapSchemaVersion, schemaVersion } from './schema-cookie.ts';
import { dataVersion, settledFingerprint } from './settled-fingerprint.ts';
import { withoutTriggers } from './without-triggers.ts';

export interface AppliedUndo {
  readonly tables: readonly AppliedTable[];
  readonly fingerprint: string;
}

/** See {@link UndoDatabase.applyUndo}. Each row as it was before arrives like a row of production's does in a pull. */
export function applyUndo(driver: SqliteDriver, request: ApplyUndoRequest): AppliedUndo {
  const connection = driver.open(request.localPath, { mode: 'write', subject: 'local' });
  try {
    return applyInTransaction(connection, request);
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

function applyInTransaction(connection: Connection, request: ApplyUndoRequest): AppliedUndo {
  connection.pragma('main.synchronous = FULL');
  // The rows stood here before, whatever the table says of them.
  connection.pragma('ignore_check_constraints = ON');
  connection.exec('BEGIN IMMEDIATE');
  const before = schemaVersion(connection);
  requireColumns(connection, request.tables);
  const rows = undoRows(request.log);
  const names = request.tables.map(({ table }) => table.name);
  const outcomes = withoutTriggers(connection, names, () =>
    applyTables(connection, rows.reader, request, () => undoRules(rows, request)),
  );
  for (const { held } of outcomes) {
    for (const { table, key, kind } of held) {
      const { local } = rows.find(request.tables, table, key);
      request.onStale({
        table,
        key,
        before: local.before?.cells ?? null,
        after: local.after,
        cause: kind === 'constraint' ? 'constraint' : 'changed',
      });
    }
  }
  const tables = outcomes.map(({ applied }) => applied);
  request.signal.throwIfAborted();
  if (request.rehearse) {
    connection.exec('ROLLBACK');
    return { tables, fingerprint: '' };
  }
  request.beforeCommit({ before, after: leapSchemaVersion(connection, before) });
  const version = dataVersion(connection);
  connection.exec('COMMIT');
  return { tables, fingerprint: settledFingerprint(connection, request.localPath, version) };
}

function requireColumns(connection: Connection, tables: readonly IncomingTable[]): void {
  const altered = tables.map(({ table }) => table).filter((table) => !hasItsColumns(connection, table));
  if (altered.length === 0) return;
  throw new SynclineError(
    'UNDO_UNAVAILABLE',
    `Local tables are missing or have other columns than the run left: ${altered.map(({ name }) => name).join(', ')}.`,
    { tables: altered.map(({ key }) => key) },
  );
}

function undoRules(rows: UndoRows, { skip }: ApplyUndoRequest): TableRules {
  return {
    decide(row, now) {
      const { table, change } = rows.of(row);
      if (skip(table.table.key, change.key)) return { local: { op: 'none' } };
      return decideUndo({
        before: change.local.before?.cells,
        after: change.local.after ?? undefined,
        now,
      });
    },
  };
}

interface RecordedRow {
  readonly table: BaseTable;
  readonly change: RowUndo;
}

interface UndoRows {
  readonly reader: IncomingReader;
  /** What was recorded of a row that the reader gave. */
  of(row: IncomingRow): RecordedRow;
  find(tables: readonly BaseTable[], table: string, key: RowUndo['key']): RowUndo;
}

/** The recorded rows as incoming ones. Nothing that stands in their way is production's doing. */
function undoRows(log: UndoLog): UndoRows {
  const recorded = new WeakMap<IncomingRow, RecordedRow>();
  const reader: IncomingReader = {
    *rows(table) {
      let place = 0n;
      for (const change of log.rows(table)) {
        place += 1n;
        const { before } = change.local;
        const row: IncomingRow = {
          place,
          key: change.key,
          cells: before?.cells ?? [],
          seen: null,
          gone: before === null,
          rowid: before?.rowid ?? null,
        };
        recorded.set(row, { table, change });
        yield row;
      }
    },
    baseFinder: () => () => undefined,
    rowAt: () => undefined,
    productionRow: () => undefined,
    productionHas: () => true,
    hold: () => undefined,
    commit: () => undefined,
    close: () => undefined,
  };
  return {
    reader,
    of(row) {
      const found = recorded.get(row);
      if (found === undefined)
        throw new SynclineError('INTERNAL', 'A row is taken back that was not recorded.');
      return found;
    },
    find(tables, key, rowKey) {
      const table = tables.find((each) => each.table.key === key);
      const found = table === undefined ? undefined : log.find(table, rowKey);
      if (found === undefined) throw new SynclineError('INTERNAL', 'A stale row was not recorded.');
      return found;
    },
  };
}
