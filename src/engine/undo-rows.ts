import type { AppliedTable, IncomingTable } from '../core/incoming-port.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import { SynclineError } from '../core/errors.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { RowKey } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { StaleRow } from '../core/undo-port.ts';
import { decodeRow } from '../core/values/row-encoding.ts';
import { rowName, type RowsUndoRun } from './undo-run.ts';

export interface TakeRowsBack {
  readonly rehearse: boolean;
  /** Rows that stay as they are, here and in the base. */
  readonly skip: (table: TableKey, key: RowKey) => boolean;
  /**
   * What becomes of the base's row where the local one stays, because somebody changed it since. `stays`: production
   * still has what the run brought. `goes-back`: production went back, so that the local row is an edit beside it.
   */
  readonly staleBase: 'stays' | 'goes-back';
}

export interface RowsTakenBack {
  readonly tables: readonly AppliedTable[];
  readonly stale: readonly StaleRow[];
}

/**
 * Takes back what a run changed here: local rows that are still as the run left them, the base, and what the ledger knew.
 * One local transaction, with the witness of a switch; the base follows it by a redo log, as in an incremental pull.
 */
export function takeRowsBack(run: RowsUndoRun, options: TakeRowsBack): RowsTakenBack {
  const { local, ledger, paths, previous, record, kept, clock } = run;
  const tables = recordedTables(run);
  const stale: StaleRow[] = [];
  const { tables: applied, fingerprint } = local.applyUndo({
    localPath: paths.local,
    log: kept,
    tables: tables.map(incomingTable),
    allTables: previous.tables,
    skip: options.skip,
    rehearse: options.rehearse,
    signal: run.signal,
    onStale: (row) => stale.push(row),
    beforeCommit(schemaVersions) {
      const names = new Set(stale.map(({ table, key }) => rowName(table, key)));
      const stays = (table: TableKey, key: RowKey): boolean =>
        options.skip(table, key) || (options.staleBase === 'stays' && names.has(rowName(table, key)));
      collectBase(run, tables, stays);
      ledger.prepare({
        run: run.id,
        undoes: record.run,
        target: record.target,
        localPath: paths.local,
        created: false,
        schemaVersions,
        basePath: previous.basePath,
        maskingKey: previous.maskingKey,
        tables: previous.tables,
        held: record.held.filter(({ table, key }) => !stays(table, decodeRow(Buffer.from(key, 'base64')))),
        report: previous.report,
      });
    },
  });
  if (options.rehearse) return { tables: applied, stale };
  local.advanceBase(previous.basePath, run.incomingPath, tables);
  const changes = local.countLocalChanges(paths.local, previous.basePath, previous.tables);
  const clean = [...changes.values()].every(
    ({ inserted, updated, deleted }) => inserted + updated + deleted === 0,
  );
  ledger.complete(run.id, { finishedAt: clock(), fingerprint: clean ? fingerprint : '' });
  return { tables: applied, stale };
}

/** The pulled tables of which rows were recorded. Throws UNDO_UNAVAILABLE where one is not pulled any more. */
export function recordedTables({ kept, previous }: RowsUndoRun): readonly PulledTableRecord[] {
  const recorded = new Set(kept.tables());
  const tables = previous.tables.filter(({ table }) => recorded.has(table.key));
  if (tables.length === recorded.size) return tables;
  throw new SynclineError('UNDO_UNAVAILABLE', 'The run changed tables that are not pulled any more.');
}

/** The base's rows of before, as an incoming file: applying it again changes nothing. */
function collectBase(
  { local, kept, incomingPath }: RowsUndoRun,
  tables: readonly PulledTableRecord[],
  stays: (table: TableKey, key: RowKey) => boolean,
): void {
  const incoming = local.createIncoming(incomingPath, tables);
  try {
    for (const table of tables) {
      incoming.batch(() => {
        for (const { key, base } of kept.rows(table)) {
          if (stays(table.table.key, key)) continue;
          if (base.before === null) incoming.gone(table, key);
          else incoming.row(table, base.before.cells, base.before.seen);
        }
      });
    }
    incoming.finish();
  } catch (error) {
    incoming.discard();
    throw error;
  }
}

function incomingTable(record: PulledTableRecord): IncomingTable {
  return { ...record, maskedColumns: record.mask === null ? [] : maskedColumns(record.mask) };
}
