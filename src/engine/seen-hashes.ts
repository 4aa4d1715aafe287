/** The base's memory of production's raw values: keyed hashes, never the values. */
import type { MaskingKey } from '../core/masking/masking-key.ts';
import { maskedColumns, type TableMask } from '../core/masking/plan.ts';
import { keyedCellHasher, KEYED_HASH_BYTES } from '../core/values/digest.ts';
import type { PostgresTextRow } from '../core/values/cell.ts';

/**
 * Compiles the hashing of a row's masked columns: their keyed hashes one after the other, in the order of `columns`;
 * a NULL is sixteen zero bytes. Null when no column is masked. Each column has a key of its own, so that equal values
 * of different columns cannot be recognised as equal.
 */
export function seenHasher(
  mask: TableMask | null,
  columns: readonly string[],
  key: MaskingKey | undefined,
): (row: PostgresTextRow) => Uint8Array | null {
  if (mask === null || key === undefined) return () => null;
  const masked = new Set(maskedColumns(mask));
  const hashers = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => masked.has(column))
    .map(({ column, index }) => ({
      index,
      hash: keyedCellHasher(key.bytes, JSON.stringify(['seen/v1', mask.table, column])),
    }));
  if (hashers.length === 0) return () => null;
  return (row) => {
    const seen = new Uint8Array(hashers.length * KEYED_HASH_BYTES);
    let offset = 0;
    for (const { index, hash } of hashers) {
      const text = row[index];
      if (text !== null && text !== undefined) seen.set(hash(text), offset);
      offset += KEYED_HASH_BYTES;
    }
    return seen;
  };
}
