import type { TableKey } from '../core/schema/model.ts';

/** A row by its table and its primary key, as Postgres's text, in the key's order. */
export interface RowAddress {
  readonly table: TableKey;
  readonly key: readonly string[];
}

/** What of a sync is meant, where not everything is. Absent parts mean no restriction by them. */
export interface Selection {
  readonly tables?: readonly TableKey[];
  /** Only these rows, in tables that have any here; a pull of them brings their parents along. */
  readonly rows?: readonly RowAddress[];
  /** With `rows`: also the rows that refer to them, and so on, up to a bounded number. */
  readonly withChildren?: boolean;
  /** The name of a set in the workspace file. */
  readonly set?: string;
}

/** Compiles whether a selection takes a row. `set` is not looked at: whoever has the workspace file resolves it first. */
export function rowSelector(selection: Selection | undefined): (row: RowAddress) => boolean {
  if (selection === undefined) return () => true;
  const tables = selection.tables === undefined ? undefined : new Set(selection.tables);
  const keys = new Map<TableKey, Set<string>>();
  for (const { table, key } of selection.rows ?? []) {
    const known = keys.get(table) ?? new Set<string>();
    keys.set(table, known.add(JSON.stringify(key)));
  }
  return ({ table, key }) =>
    (tables?.has(table) ?? true) && (keys.get(table)?.has(JSON.stringify(key)) ?? true);
}
