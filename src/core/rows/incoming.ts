/** What a change of production means for a row that may have been changed locally too. */
import { sameCell, type ColumnIndex } from './change.ts';
import { mergeRow } from './merge-row.ts';
import type { Cell, Row } from '../values/cell.ts';

/** A row as production has it now, masked as a pull would; or the news that it is gone. */
export type Incoming = { readonly op: 'row'; readonly cells: Row } | { readonly op: 'gone' };

export type ConflictKind =
  /** Both sides changed the same columns. */
  | 'update/update'
  /** Changed in production, deleted locally. */
  | 'update/delete'
  /** Deleted in production, changed locally. */
  | 'delete/update'
  /** Both sides made a row with this key. */
  | 'insert/insert'
  /**
   * What production did breaks a constraint beside local edits: a unique value that a local row has, a new child of a row
   * that was deleted locally, the deletion of a row to which a local row refers.
   */
  | 'constraint';

export interface RowDecision {
  /** What happens to the local row. An update names the columns that change. */
  readonly local:
    | { readonly op: 'none' }
    | { readonly op: 'insert' }
    | { readonly op: 'update'; readonly columns: readonly ColumnIndex[] }
    | { readonly op: 'delete' };
  /** Set when the row is left alone on both sides until somebody decides. */
  readonly conflict?: { readonly kind: ConflictKind; readonly columns: readonly ColumnIndex[] };
}

export interface RowStates {
  /** The row when it was last seen, and the local row as it is; undefined when there is none. */
  readonly base: Row | undefined;
  readonly local: Row | undefined;
  readonly incoming: Incoming;
  /** Whether production's own value differs from the base's; for a masked column its keyed hash tells. */
  readonly productionChanged: (column: ColumnIndex) => boolean;
  /** `a` as an app may have written it locally, `b` canonical. */
  readonly sameValue: (column: ColumnIndex, a: Cell, b: Cell) => boolean;
}

const NOTHING: RowDecision = { local: { op: 'none' } };

/**
 * Decides without ever losing a local edit: what only production changed is taken, what only local changed stays, and
 * what both changed differently is a conflict that leaves the row alone.
 */
export function decideIncoming(states: RowStates): RowDecision {
  const { base, local, incoming } = states;
  if (incoming.op === 'gone') return decideGone(states);
  if (local === undefined) {
    if (base === undefined) return { local: { op: 'insert' } };
    const changed = indexes(base).filter(states.productionChanged);
    return changed.length === 0 ? NOTHING : conflict('update/delete', changed);
  }
  if (base === undefined) {
    const different = indexes(local).filter(
      (column) => !states.sameValue(column, local[column] ?? null, incoming.cells[column] ?? null),
    );
    return different.length === 0 ? NOTHING : conflict('insert/insert', different);
  }
  const merged = mergeRow({ ...states, base, local, production: incoming.cells });
  if (merged.conflicts.length > 0) return conflict('update/update', merged.conflicts);
  const columns = indexes(local).filter(
    (column) => !sameCell(local[column] ?? null, merged.cells[column] ?? null),
  );
  return columns.length === 0 ? NOTHING : { local: { op: 'update', columns } };
}

function decideGone({ base, local, sameValue }: RowStates): RowDecision {
  if (base === undefined || local === undefined) return NOTHING;
  const edited = indexes(base).filter(
    (column) => !sameValue(column, local[column] ?? null, base[column] ?? null),
  );
  return edited.length === 0 ? { local: { op: 'delete' } } : conflict('delete/update', edited);
}

function conflict(kind: ConflictKind, columns: readonly ColumnIndex[]): RowDecision {
  return { local: { op: 'none' }, conflict: { kind, columns } };
}

function indexes(row: Row): ColumnIndex[] {
  return row.map((_, index) => index);
}
