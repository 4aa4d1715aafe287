import type { Column } from '../core/schema/model.ts';
import type { Cell, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';

/** Compiles the way from Postgres's text to cells for rows of the given columns. Throws VALUE_UNREPRESENTABLE. */
export function rowDecoder(columns: readonly Column[]): (row: PostgresTextRow) => Cell[] {
  const codecs = columns.map((column) => codecFor(column.type));
  return (row) => {
    const cells = new Array<Cell>(codecs.length);
    for (let index = 0; index < codecs.length; index += 1) {
      const text = row[index];
      const codec = codecs[index];
      cells[index] =
        text === null || text === undefined || codec === undefined ? null : codec.decodePostgres(text);
    }
    return cells;
  };
}
