import type { Cell, Row } from '../values/cell.ts';
import { sameCell } from './change.ts';
import type { RowDecision } from './incoming.ts';

/** A row that a run changed: as it was before, as the run left it, and as it is now. */
export interface UndoStates {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly now: Row | undefined;
}

/** Takes a run's change to a row back; a row that somebody changed since is left alone, as in a conflict. */
export function decideUndo({ before, after, now }: UndoStates): RowDecision {
  if (!sameRow(now, after) && !sameRow(now, before)) {
    return { local: { op: 'none' }, conflict: { kind: 'update/update', columns: [] } };
  }
  if (before === undefined) return { local: { op: now === undefined ? 'none' : 'delete' } };
  if (now === undefined) return { local: { op: 'insert' } };
  const columns = [...before.keys()].filter(
    (column) => !sameCell(now[column] ?? null, before[column] ?? null),
  );
  return { local: columns.length === 0 ? { op: 'none' } : { op: 'update', columns } };
}

function sameRow(a: Row | undefined, b: Row | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return b.every((cell, column) => sameStored(a[column] ?? null, cell));
}

/** A developer's table may have other declared types than a pull gives it: what is stored is then spelled otherwise. */
function sameStored(a: Cell, b: Cell): boolean {
  if (sameCell(a, b)) return true;
  const isBlob = a instanceof Uint8Array || b instanceof Uint8Array;
  return a !== null && b !== null && !isBlob && String(a) === String(b);
}
