import { SynclineError } from '../errors.ts';
import type { LocalTable } from '../schema/local-schema.ts';
import type { Cell, Row } from '../values/cell.ts';
import { codecFor } from '../values/codec.ts';
import { KEYED_HASH_BYTES } from '../values/digest.ts';
import { sameCell, type ColumnIndex } from './change.ts';

/**
 * Compiles the comparison of a table's cells by value: `a` as an app may have written it, `b` canonical.
 */
export function cellComparer(table: LocalTable): (column: ColumnIndex, a: Cell, b: Cell) => boolean {
  const codecs = table.columns.map((column) => codecFor(column.source.type));
  return (column, a, b) => {
    const codec = codecs[column];
    if (a === null || b === null || codec === undefined) return a === b;
    if (sameCell(a, b)) return true;
    try {
      return sameCell(codec.comparable(codec.canonicalize(a)), codec.comparable(b));
    } catch (error) {
      // What an app wrote that is no value of the type is surely another value.
      if (error instanceof SynclineError) return false;
      throw error;
    }
  };
}

/** A row of production: its cells, masked where the table is masked, and the keyed hashes of the masked ones. */
export interface SeenRow {
  readonly cells: Row;
  readonly seen: Uint8Array | null;
}

/**
 * Compiles the question whether production changed a column between two readings. A masked column is compared by the
 * keyed hash of its value, in the order of `maskedColumns`; any other by its value.
 */
export function productionComparer(
  table: LocalTable,
  maskedColumns: readonly string[],
): (before: SeenRow, now: SeenRow, column: ColumnIndex) => boolean {
  const sameValue = cellComparer(table);
  const masked = new Set(maskedColumns);
  const order = table.columns.filter((column) => masked.has(column.source.name));
  const places = table.columns.map((column) => order.indexOf(column));
  return (before, now, column) => {
    const place = places[column] ?? -1;
    return place < 0
      ? !sameValue(column, before.cells[column] ?? null, now.cells[column] ?? null)
      : !sameCell(hashAt(before.seen, place), hashAt(now.seen, place));
  };
}

function hashAt(seen: Uint8Array | null, place: number): Uint8Array | null {
  return seen?.subarray(place * KEYED_HASH_BYTES, (place + 1) * KEYED_HASH_BYTES) ?? null;
}
