import type { Cell, Row } from '../values/cell.ts';
import type { Table } from '../schema/model.ts';
import { compileColumn, type MaskCell } from './compile-column.ts';
import type { MaskingKey } from './masking-key.ts';
import type { TableMask } from './plan.ts';

/**
 * A function that masks one row after another. A row holds the columns of `table`, in its order: all those of the
 * mask, or some. NULL stays NULL; kept columns pass through. The rows that come out are new arrays.
 * @throws TypeError when the table has a column that the mask does not know: it would be laid open
 */
export function compileTableMask(mask: TableMask, table: Table, key: MaskingKey): (row: Row) => Cell[] {
  const positions = new Map(table.columns.map(({ name }, index) => [name, index]));
  const cells: { readonly index: number; readonly maskCell: MaskCell }[] = [];
  for (const [index, column] of table.columns.entries()) {
    const columnMask = mask.columns.find((candidate) => candidate.column === column.name);
    if (columnMask === undefined) throw new TypeError(`The mask of ${mask.table} lacks ${column.name}.`);
    if (columnMask.transformer === 'keep') continue;
    cells.push({ index, maskCell: compileColumn(columnMask, column, key, (name) => positions.get(name)) });
  }
  return (row) => {
    const masked = row.slice();
    for (const { index, maskCell } of cells) {
      const cell = row[index] ?? null;
      if (cell !== null) masked[index] = maskCell(cell, row);
    }
    return masked;
  };
}
