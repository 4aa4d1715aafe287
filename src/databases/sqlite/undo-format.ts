/** How what a run changed lies in its undo file. */
import { SynclineError } from '../../core/errors.ts';
import type { BaseRow, BaseTable } from '../../core/local-ports.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import type { RowUndo } from '../../core/undo-port.ts';
import type { Row } from '../../core/values/cell.ts';
import { decodeRow, encodeRow } from '../../core/values/row-encoding.ts';

export const UNDO_SQL = `
  CREATE TABLE changed (
    place     INTEGER PRIMARY KEY,
    table_key TEXT NOT NULL,
    -- Names the row's key, and is not it where the file is sealed.
    name      BLOB NOT NULL,
    change    BLOB NOT NULL,
    UNIQUE (table_key, name)
  ) STRICT;
  CREATE TABLE operations (
    place     INTEGER PRIMARY KEY,
    operation BLOB NOT NULL
  ) STRICT`;

/** The places that sealed bytes are bound to. */
export function changePlace({ table }: BaseTable): string {
  return `changed/${table.key}`;
}

export function operationPlace(place: bigint | number): string {
  return `operations/${place}`;
}

/** A row of cells: the key's, then for each of the four states whether there is one and what it holds. */
export function encodeChange({ key, local, base }: RowUndo): Uint8Array {
  return encodeRow([
    ...key,
    ...(local.before === null ? [null] : [1n, local.before.rowid, ...local.before.cells]),
    ...(local.after === null ? [null] : [1n, ...local.after]),
    ...baseCells(base.before),
    ...baseCells(base.after),
  ]);
}

function baseCells(row: BaseRow | null): Row {
  return row === null ? [null] : [1n, row.seen, ...row.cells];
}

export function decodeChange({ table }: BaseTable, bytes: Uint8Array): RowUndo {
  const cells = decodeRow(bytes);
  const width = table.columns.length;
  let at = 0;
  const take = (count: number): Row => {
    at += count;
    return cells.slice(at - count, at);
  };
  const isThere = (): boolean => take(1)[0] !== null;
  const key = take(keyColumnsOf(table).length);
  const before = isThere() ? { rowid: integer(take(1)), cells: take(width) } : null;
  const after = isThere() ? take(width) : null;
  const base = (): BaseRow | null => (isThere() ? { seen: blob(take(1)), cells: take(width) } : null);
  const change: RowUndo = { key, local: { before, after }, base: { before: base(), after: base() } };
  if (at !== cells.length) {
    throw new SynclineError('LEDGER_CORRUPT', `What was kept of ${table.key} has other columns.`, {
      table: table.key,
    });
  }
  return change;
}

function integer([cell]: Row): bigint | null {
  return typeof cell === 'bigint' ? cell : null;
}

function blob([cell]: Row): Uint8Array | null {
  return cell instanceof Uint8Array ? cell : null;
}
