import { SynclineError } from '../../src/core/errors.ts';
import type { RowBatch } from '../../src/core/ports.ts';
import { tableKey, type Table } from '../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../src/core/values/cell.ts';

export interface FakeTable {
  readonly table: Table;
  /** In Postgres's text output, in the order of the table's columns and of its key. */
  readonly rows: readonly PostgresTextRow[];
}

/** Gives some columns of a table's rows. Throws REMOTE_QUERY for a column that is not there. */
export function picker(
  table: Table,
  columns: readonly string[],
): (row: PostgresTextRow) => (string | null)[] {
  const places = columns.map((column) => table.columns.findIndex(({ name }) => name === column));
  if (places.includes(-1)) {
    throw new SynclineError('REMOTE_QUERY', `A column of ${tableKey(table.name)} does not exist.`);
  }
  return (row) => places.map((place) => row[place] ?? null);
}

/** Rows as they travel. */
export function batchOf(rows: readonly PostgresTextRow[]): RowBatch {
  return { rows, bytes: rows.flat().reduce((sum, cell) => sum + (cell?.length ?? 0), 0) };
}
