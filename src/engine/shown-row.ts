import type { PulledTableRecord } from '../core/ledger-port.ts';
import { SynclineError } from '../core/errors.ts';
import type { Cell, Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import type { ShownRow } from './changes-report.ts';

/** Compiles the showing of a table's rows. A cell that is no value of its column's type is shown as SQLite prints it. */
export function rowShower({ table }: PulledTableRecord): (row: Row) => ShownRow {
  const columns = table.columns.map(({ source }) => ({ name: source.name, codec: codecFor(source.type) }));
  return (row) =>
    columns.map(({ name, codec }, index) => {
      const cell = row[index] ?? null;
      return { column: name, text: cell === null ? null : shown(codec, cell) };
    });
}

function shown(codec: ReturnType<typeof codecFor>, cell: Exclude<Cell, null>): string {
  try {
    return codec.encodePostgres(codec.canonicalize(cell));
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    return cell instanceof Uint8Array ? `\\x${Buffer.from(cell).toString('hex')}` : String(cell);
  }
}
