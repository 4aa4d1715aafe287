import type { UndoEntry } from '../core/ledger-port.ts';
import type { UndoRecorder } from '../core/undo-port.ts';
import { pruneUndoFiles } from './state-files.ts';
import type { EngineContext } from './workspace.ts';

/** What undo files and the backups of full pulls may take on the disk together. The latest run is kept in any case. */
const MOST_BYTES = 2 * 1024 ** 3;

/** Makes durable what was recorded of a run, just before it is committed. */
export function finishUndo(undo: UndoRecorder): UndoEntry | 'nothing-changed' {
  if (undo.rows + undo.operations === 0) return 'nothing-changed';
  undo.commit();
  return { kind: 'rows', path: undo.path, rows: Math.max(undo.rows, undo.operations) };
}

/** Forgets the oldest runs beyond what the workspace file keeps, and deletes what no run needs any more. */
export function pruneUndo({ ledger, local, paths, rules }: EngineContext): void {
  let bytes = 0;
  let isOver = false;
  for (const [place, { run, path }] of ledger.undoable().entries()) {
    bytes += path === null ? 0 : local.size(path);
    isOver ||= place >= rules.file.local.undo || (place > 0 && bytes > MOST_BYTES);
    if (isOver) ledger.forgetUndo(run);
  }
  pruneUndoFiles(
    local,
    paths,
    ledger.undoable().map(({ path }) => path),
  );
}
