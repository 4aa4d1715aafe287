import type { AppliedTable } from '../core/incoming-port.ts';
import { sameCell } from '../core/rows/change.ts';
import type { Row } from '../core/values/cell.ts';
import type { ListedChange } from './changes-report.ts';
import type { PushedTable } from './push-report.ts';
import { listChange, MOST_SHOWN } from './undo-preview.ts';
import type { UndoReport } from './undo-report.ts';
import { recordedTables, takeRowsBack, type RowsTakenBack } from './undo-rows.ts';
import { rowName, staleChange, undoReport, type RowsUndoRun } from './undo-run.ts';

/** Takes an incremental pull back: the next one finds the same changes again. Production is not asked. */
export function undoPull(run: RowsUndoRun): UndoReport {
  const rehearsed = takeRowsBack(run, { rehearse: true, skip: () => false, staleBase: 'stays' });
  if (run.mode !== 'apply') {
    return report(run, run.mode === 'plan' ? 'planned' : 'rehearsed', rehearsed);
  }
  if (rehearsed.stale.length === run.kept.rowCount) return report(run, 'nothing', rehearsed);
  // What it would say is read before it is done: afterwards the file of the undone run may be gone.
  const preview = previewOf(run, rehearsed);
  const done = takeRowsBack(run, { rehearse: false, skip: () => false, staleBase: 'stays' });
  return { ...report(run, 'undone', done), preview };
}

function report(run: RowsUndoRun, state: UndoReport['state'], back: RowsTakenBack): UndoReport {
  return undoReport(run, state, {
    tables: back.tables.map(pushedTable).filter(isChanged),
    stale: staleChanges(run, back),
    preview: previewOf(run, back),
  });
}

export function staleChanges(run: RowsUndoRun, { stale }: RowsTakenBack): UndoReport['stale'] {
  const byKey = new Map(run.previous.tables.map((record) => [record.table.key, record] as const));
  return stale.flatMap((row) => {
    const record = byKey.get(row.table);
    return record === undefined ? [] : [staleChange(record, row)];
  });
}

function previewOf(run: RowsUndoRun, { stale }: RowsTakenBack): readonly ListedChange[] {
  const stays = new Set(stale.map(({ table, key }) => rowName(table, key)));
  const preview: ListedChange[] = [];
  for (const table of recordedTables(run)) {
    for (const { key, local } of run.kept.rows(table)) {
      if (preview.length >= MOST_SHOWN) return preview;
      const before = local.before?.cells ?? null;
      if (stays.has(rowName(table.table.key, key)) || sameRow(before, local.after)) continue;
      preview.push(listChange(table, key, local.after, before));
    }
  }
  return preview;
}

function sameRow(a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return a === b;
  return a.every((cell, index) => sameCell(cell, b[index] ?? null));
}

function pushedTable({ table, inserted, updated, deleted }: AppliedTable): PushedTable {
  return { table, inserted, updated, deleted };
}

function isChanged({ inserted, updated, deleted }: PushedTable): boolean {
  return inserted + updated + deleted > 0;
}
