import { SynclineError } from '../errors.ts';
import type { FoundChange } from '../local-changes-port.ts';
import type { LocalTable } from '../schema/local-schema.ts';
import type { Cell, Row } from '../values/cell.ts';
import { codecFor, type Codec } from '../values/codec.ts';
import { sameCell, type ColumnIndex, type RowChange, type RowKey } from './change.ts';

/** A cell that is no value of its column's type. */
export interface UnrepresentableCell {
  readonly op: 'unrepresentable';
  readonly key: RowKey;
  readonly column: string;
  readonly message: string;
}

/** Reads found differences as changes: see {@link changeReader}. */
export type ReadChange = (found: FoundChange) => RowChange | UnrepresentableCell | undefined;

/**
 * Compiles the reading of a table's found differences. What an app wrote is brought into canonical form first, so that
 * the same value written otherwise (`2024-01-02 03:04:05` for a timestamp, 1.10 for 1.1) is no change; such a row
 * reads as undefined.
 */
export function changeReader(table: LocalTable): ReadChange {
  const codecs = table.columns.map((column) => codecFor(column.source.type));
  const keyColumns = keyColumnsOf(table);
  const keyOf = (row: Row): RowKey => keyColumns.map((index) => row[index] ?? null);

  const canonicalRow = (row: Row, only: readonly ColumnIndex[]): Row | UnrepresentableCell => {
    const cells: Cell[] = [];
    for (const index of only) {
      const cell = canonical(codecs[index], row[index] ?? null);
      if (cell instanceof SynclineError) {
        const column = table.columns[index]?.name ?? '';
        return { op: 'unrepresentable', key: keyOf(row), column, message: cell.message };
      }
      cells.push(cell);
    }
    return cells;
  };

  return (found) => {
    if (found.op === 'delete')
      return { op: 'delete', key: keyOf(found.base.cells), before: found.base.cells };
    const all = table.columns.map((_, index) => index);
    if (found.op === 'insert') {
      const after = canonicalRow(found.local, all);
      return isCells(after) ? { op: 'insert', key: keyOf(after), after } : after;
    }
    const { local, base } = found;
    const touched = all.filter((index) => !sameCell(local[index] ?? null, base.cells[index] ?? null));
    const after = canonicalRow(local, touched);
    if (!isCells(after)) return after;
    const changed = touched
      .map((index, place) => ({ index, cell: after[place] ?? null }))
      .filter(({ index, cell }) => !sameValue(codecs[index], cell, base.cells[index] ?? null));
    if (changed.length === 0) return undefined;
    return {
      op: 'update',
      key: keyOf(base.cells),
      columns: changed.map(({ index }) => index),
      before: changed.map(({ index }) => base.cells[index] ?? null),
      after: changed.map(({ cell }) => cell),
    };
  };
}

/** Where the primary key's columns stand in the table's columns, in the key's order. */
export function keyColumnsOf(table: LocalTable): ColumnIndex[] {
  return table.primaryKey.map((name) => table.columns.findIndex((column) => column.name === name));
}

function canonical(codec: Codec | undefined, cell: Cell): Cell | SynclineError {
  if (cell === null || codec === undefined) return cell;
  try {
    return codec.canonicalize(cell);
  } catch (error) {
    if (error instanceof SynclineError) return error;
    throw error;
  }
}

function sameValue(codec: Codec | undefined, a: Cell, b: Cell): boolean {
  if (a === null || b === null || codec === undefined) return a === b;
  return sameCell(codec.comparable(a), codec.comparable(b));
}

function isCells(row: Row | UnrepresentableCell): row is Row {
  return Array.isArray(row);
}
