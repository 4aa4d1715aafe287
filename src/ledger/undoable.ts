import { resolve } from 'node:path';
import type { Completion, HeldRecord, UndoableRecord, UndoEntry } from '../core/ledger-port.ts';
import type { Connection } from '../databases/sqlite/driver.ts';

interface UndoableRow {
  readonly run: string;
  readonly operation: 'pull' | 'push';
  readonly target: string;
  readonly kind: UndoEntry['kind'];
  readonly path: string | null;
  readonly rows: bigint;
  readonly finished_at: bigint;
  readonly complete: bigint;
  readonly base_path: string | null;
  readonly held: string;
}

/**
 * Before a run's prepared outcome is put in force: writes down how the run can be taken back, and what is known of its
 * target now. Where it takes another run back itself, what was known before that one is put in force instead, and the
 * answer is true.
 */
export function settleUndo(
  connection: Connection,
  run: string,
  { finishedAt, fingerprint }: Completion,
): boolean {
  const row = connection
    .prepare<[string], { undo: string | null; undoes: string | null }>(
      `SELECT outcome -> '$.undo' AS undo, outcome ->> '$.undoes' AS undoes FROM runs WHERE id = ?`,
    )
    .get(run);
  if (row?.undoes != null) {
    restoreBefore(connection, row.undoes, fingerprint);
    return true;
  }
  // Written by `prepare` of this schema version; the ledger is Syncline's own file.
  const undo = row?.undo == null ? undefined : (JSON.parse(row.undo) as UndoEntry | 'nothing-changed');
  if (undo === undefined) connection.exec('DELETE FROM undoable');
  else if (undo !== 'nothing-changed') keepUndo(connection, run, undo, { at: finishedAt, complete: true });
  return false;
}

/** The entry's path is relative. */
export function keepUndo(
  connection: Connection,
  run: string,
  entry: UndoEntry,
  { at, complete }: { readonly at: number; readonly complete: boolean },
): void {
  connection
    .prepare(
      `INSERT INTO undoable (run, kind, path, rows, finished_at, complete, pulled, held)
       SELECT r.id, ?, ?, ?, ?, ?,
         (SELECT json_object('run', p.run, 'pulled_at', p.pulled_at, 'base_path', p.base_path,
            'fingerprint', p.fingerprint, 'outcome', p.outcome) FROM pulled AS p WHERE p.target = r.target),
         (SELECT json_group_array(json_object('table', h.table_key, 'kind', h.kind, 'key', h.row_key,
            'columns', json(h.columns), 'cells', h.cells, 'seen', h.seen)) FROM held AS h WHERE h.target = r.target)
       FROM runs AS r WHERE r.id = ?
       ON CONFLICT (run) DO UPDATE SET rows = excluded.rows, finished_at = excluded.finished_at,
         complete = excluded.complete`,
    )
    .run(entry.kind, entry.path, BigInt(entry.rows), BigInt(at), complete ? 1n : 0n, run);
}

function restoreBefore(connection: Connection, undone: string, fingerprint: string): void {
  connection.prepare(`DELETE FROM pulled WHERE target = (SELECT target FROM runs WHERE id = ?)`).run(undone);
  connection
    .prepare(
      `INSERT INTO pulled (target, run, pulled_at, base_path, fingerprint, outcome)
       SELECT r.target, u.pulled ->> 'run', u.pulled ->> 'pulled_at', u.pulled ->> 'base_path', ?,
         u.pulled ->> 'outcome'
       FROM undoable AS u JOIN runs AS r ON r.id = u.run WHERE u.run = ? AND u.pulled IS NOT NULL`,
    )
    .run(fingerprint, undone);
  forgetUndo(connection, undone);
}

export function forgetUndo(connection: Connection, run: string): void {
  connection.prepare(`DELETE FROM undoable WHERE run = ?`).run(run);
}

export function undoableRuns(connection: Connection, folder: string): readonly UndoableRecord[] {
  return connection
    .prepare<[], UndoableRow>(
      `SELECT u.run, r.operation, r.target, u.kind, u.path, u.rows, u.finished_at, u.complete,
         u.pulled ->> 'base_path' AS base_path, u.held
       FROM undoable AS u JOIN runs AS r ON r.id = u.run ORDER BY u.rowid DESC`,
    )
    .all()
    .map((row) => ({
      run: row.run,
      operation: row.operation,
      target: row.target,
      kind: row.kind,
      path: row.path === null ? null : resolve(folder, row.path),
      rows: Number(row.rows),
      finishedAt: Number(row.finished_at),
      complete: row.complete !== 0n,
      // Written by `keepUndo` of this schema version; the ledger is Syncline's own file.
      held: JSON.parse(row.held) as HeldRecord[],
      ...(row.base_path === null ? {} : { basePath: resolve(folder, row.base_path) }),
    }));
}
