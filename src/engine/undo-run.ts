import type { PulledTableRecord, PulledTarget, UndoableRecord } from '../core/ledger-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionWriter } from '../core/push-ports.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import type { StaleRow, UndoLog } from '../core/undo-port.ts';
import type { Row } from '../core/values/cell.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { keyShower } from './collect-changes.ts';
import type { PushedTable } from './push-report.ts';
import type { UndoReport } from './undo-report.ts';
import type { EngineContext } from './workspace.ts';

export interface UndoOptions {
  /** The latest run of the target when absent. */
  readonly run?: string;
  /** Opens production for writing; asked for the undo of a push only. */
  readonly openWriter: () => ProductionWriter;
  /** The key of the run; absent when that was raw. */
  readonly maskingKey?: MaskingKey;
  /** `plan` only looks; `rehearse` does it and takes it back. */
  readonly mode: 'plan' | 'rehearse' | 'apply';
  /** Whether the user armed the protected target, by its name. */
  readonly armed: boolean;
  /** Whether local edits may be lost that were made since a full pull; a backup keeps them. */
  readonly replaceLocalEdits: boolean;
  readonly who: string;
  readonly signal: AbortSignal;
}

/** An undo under way. */
export interface UndoRun extends EngineContext, UndoOptions {
  readonly id: string;
  readonly startedAt: number;
  readonly record: UndoableRecord;
  /** Where the base's rows of before are collected. */
  readonly incomingPath: string;
}

/** The undo of a run that changed rows one by one, as their undo file has them. */
export interface RowsUndoRun extends UndoRun {
  readonly previous: PulledTarget;
  /** What was kept of the run. */
  readonly kept: UndoLog;
}

/** Stale rows that are told by name. */
const MOST_TOLD = 200;

export function undoReport(
  { record }: UndoRun,
  state: UndoReport['state'],
  {
    tables,
    stale,
    preview,
    warnings = [],
  }: Omit<UndoReport, 'run' | 'operation' | 'target' | 'state' | 'totals' | 'warnings'> & {
    readonly warnings?: readonly string[];
  },
): UndoReport {
  const sum = (count: (table: PushedTable) => number): number =>
    tables.reduce((all, table) => all + count(table), 0);
  const untold = stale.length - MOST_TOLD;
  return {
    run: record.run,
    operation: record.operation,
    target: record.target,
    state,
    tables,
    totals: {
      inserted: sum((table) => table.inserted),
      updated: sum((table) => table.updated),
      deleted: sum((table) => table.deleted),
    },
    stale: stale.slice(0, MOST_TOLD),
    preview,
    warnings: untold > 0 ? [...warnings, `${untold} more rows were changed since and stay.`] : warnings,
  };
}

/** Names a row of any table. */
export function rowName(table: string, key: Row): string {
  return `${table}\n${Buffer.from(encodeRow(key)).toString('latin1')}`;
}

/** What taking a change back does to the row. */
export function backwards(before: unknown, after: unknown): RowChange['op'] {
  return before === null ? 'delete' : after === null ? 'insert' : 'update';
}

export function staleChange(record: PulledTableRecord, row: StaleRow): RefusedChange {
  return {
    table: row.table,
    key: keyShower(record)(row.key),
    op: backwards(row.before, row.after),
    cause: row.cause === 'constraint' ? 'not-allowed' : 'changed-locally',
    message:
      row.cause === 'constraint'
        ? 'another local row is in its way'
        : 'the local row was changed since, and keeps what it has',
  };
}
