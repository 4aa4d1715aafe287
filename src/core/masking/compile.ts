import { createHmac } from 'node:crypto';
import type { Cell, Row } from '../values/cell.ts';
import type { Table } from '../schema/model.ts';
import { domainKey, type MaskingKey } from './masking-key.ts';
import type { TableMask } from './plan.ts';

export { maskingKey, type MaskingKey } from './masking-key.ts';

/**
 * A function that masks one row after another. NULL stays NULL; kept columns pass through.
 * `columns` names what a row holds, in order; by default every column of the mask. The rows that come out are new arrays.
 */
export function compileTableMask(
  mask: TableMask,
  table: Table,
  key: MaskingKey,
  columns: readonly string[] = table.columns.map(({ name }) => name),
): (row: Row) => Cell[] {
  const cells = columns.map((name) => {
    const column = mask.columns.find((candidate) => candidate.column === name);
    if (column?.transformer === 'keep') return undefined;
    const secret = domainKey(key, column?.domain ?? 'hash');
    return (cell: Cell): Cell =>
      cell === null ? null : createHmac('sha256', secret).update(String(cell)).digest('hex');
  });
  return (row) => row.map((cell, index) => cells[index]?.(cell) ?? cell);
}
