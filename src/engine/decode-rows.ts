import type { Column } from '../core/schema/model.ts';
import type { Cell, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';

/** Compiles the way from Postgres's text to cells for rows of the given columns. Throws VALUE_UNREPRESENTABLE. */
export function rowDecoder(columns: readonly Column[]): (row: PostgresTextRow) => Cell[] {
  const decoders = columns.map((column) => codecFor(column.type).decodePostgres);
  return (row) => {
    const cells = new Array<Cell>(decoders.length);
    for (let index = 0; index < decoders.length; index += 1) {
      const text = row[index];
      const decode = decoders[index];
      cells[index] = text === null || text === undefined || decode === undefined ? null : decode(text);
    }
    return cells;
  };
}
