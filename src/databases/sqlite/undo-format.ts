/** How what a run changed lies in its undo file. */
import { SynclineError } from '../../core/errors.ts';
import type { BaseRow, BaseTable } from '../../core/local-ports.ts';
import { sameCell } from '../../core/rows/change.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import type { RowUndo } from '../../core/undo-port.ts';
import type { Row } from '../../core/values/cell.ts';
import { decodeRow, encodeRow } from '../../core/values/row-encoding.ts';

export const UNDO_SQL = `
  -- Entries lie in blocks, in their order; a block of changes is of one table.
  CREATE TABLE change_blocks (
    place     INTEGER PRIMARY KEY,
    table_key TEXT NOT NULL,
    block     BLOB NOT NULL
  ) STRICT;
  CREATE INDEX change_blocks_by_table ON change_blocks (table_key, place);
  CREATE TABLE changed (
    table_key TEXT NOT NULL,
    -- Names the row's key, and is not it where the file is sealed.
    name      BLOB NOT NULL,
    -- The block that has the change, and its place in there.
    block     INTEGER NOT NULL,
    entry     INTEGER NOT NULL,
    PRIMARY KEY (table_key, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE operation_blocks (
    place INTEGER PRIMARY KEY,
    block BLOB NOT NULL
  ) STRICT`;

/** The places that sealed blocks are bound to. */
export function changePlace({ table }: BaseTable, place: bigint | number): string {
  return `changed/${place}/${table.key}`;
}

export function operationPlace(place: bigint | number): string {
  return `operations/${place}`;
}

/** What stands for a state: its own cells, or those of a state that was written before it. Null is no row. */
const OWN = 1n;
const AS_BEFORE = 2n;
const AS_AFTER = 3n;

/** A row of cells: the key's, then for each of the four states whether there is one and what it holds. */
export function encodeChange({ key, local, base }: RowUndo): Uint8Array {
  const before = local.before?.cells;
  const after = local.after ?? undefined;
  const cellsOf = (row: Row, written?: Row): Row =>
    sameRow(row, before) ? [AS_BEFORE] : sameRow(row, written) ? [AS_AFTER] : [OWN, ...row];
  const baseCells = (row: BaseRow | null): Row =>
    row === null ? [null] : [...cellsOf(row.cells, after), row.seen];
  return encodeRow([
    ...key,
    ...(local.before === null ? [null] : [OWN, ...local.before.cells, local.before.rowid]),
    ...(after === undefined ? [null] : cellsOf(after)),
    ...baseCells(base.before),
    ...baseCells(base.after),
  ]);
}

function sameRow(a: Row, b: Row | undefined): boolean {
  return a.length === b?.length && a.every((cell, index) => sameCell(cell, b[index] ?? null));
}

export function decodeChange({ table }: BaseTable, bytes: Uint8Array): RowUndo {
  const cells = decodeRow(bytes);
  const width = table.columns.length;
  let at = 0;
  const take = (count: number): Row => {
    at += count;
    return cells.slice(at - count, at);
  };
  const cellsOf = (states: {
    readonly before?: Row | undefined;
    readonly after?: Row | undefined;
  }): Row | null => {
    switch (take(1)[0]) {
      case OWN:
        return take(width);
      case AS_BEFORE:
        return states.before ?? null;
      case AS_AFTER:
        return states.after ?? null;
      default:
        return null;
    }
  };
  const key = take(keyColumnsOf(table).length);
  const stored = cellsOf({});
  const before = stored === null ? null : { cells: stored, rowid: integer(take(1)) };
  const after = cellsOf({ before: before?.cells });
  const base = (): BaseRow | null => {
    const found = cellsOf({ before: before?.cells, after: after ?? undefined });
    return found === null ? null : { cells: found, seen: blob(take(1)) };
  };
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
