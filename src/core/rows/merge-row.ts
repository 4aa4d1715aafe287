import { sameCell, type ColumnIndex } from './change.ts';
import type { Cell, Row } from '../values/cell.ts';

/**
 * A row's three states, in one column order. `production` tells for each column whether production changed it and what
 * a pull would store for it now; a masked column's production cell is its masked form.
 */
export interface ThreeWayRow {
  readonly base: Row;
  readonly local: Row;
  readonly production: Row;
  /** Whether production's own value differs from when it was last seen: by value, or by the keyed hash of a masked one. */
  readonly productionChanged: (column: ColumnIndex) => boolean;
  /** `a` as an app may have written it locally, `b` canonical. */
  readonly sameValue: (column: ColumnIndex, a: Cell, b: Cell) => boolean;
}

export interface MergedRow {
  /** What the row becomes locally where there is no conflict; conflicting columns keep the local cell. */
  readonly cells: Row;
  /** Columns that both sides changed, each to something else. */
  readonly conflicts: readonly ColumnIndex[];
}

/**
 * Merges by column: what only one side changed is taken from that side, what both changed alike is taken once, and what
 * both changed differently is a conflict.
 */
export function mergeRow({ base, local, production, productionChanged, sameValue }: ThreeWayRow): MergedRow {
  const cells: Cell[] = [];
  const conflicts: ColumnIndex[] = [];
  for (const [column, before] of base.entries()) {
    const here = local[column] ?? null;
    const there = production[column] ?? null;
    const changedHere = !sameCell(here, before) && !sameValue(column, here, before);
    // A value that is only spelled otherwise is no change, and gets production's spelling.
    if (!changedHere || (productionChanged(column) && sameValue(column, here, there))) cells.push(there);
    else if (!productionChanged(column)) cells.push(here);
    else {
      conflicts.push(column);
      cells.push(here);
    }
  }
  return { cells, conflicts };
}
