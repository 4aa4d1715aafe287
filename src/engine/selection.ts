import type { TableKey } from '../core/schema/model.ts';

/** A row by its table and its primary key, as Postgres's text, in the key's order. */
export interface RowAddress {
  readonly table: TableKey;
  /**
   * Of a pull, production's own, also where the column is masked here; of a push, as the local database has it.
   */
  readonly key: readonly string[];
}

/**
 * What of a sync is meant: the tables, the rows and the set that are named, together. Without any of them all is meant.
 */
export interface Selection {
  /** Whole tables, but for those of which rows are named. */
  readonly tables?: readonly TableKey[];
  /** Of their tables only these rows; a pull of them brings their parents along. */
  readonly rows?: readonly RowAddress[];
  /** With `rows` or a set: also the rows that refer to them, and so on, up to a bounded number. */
  readonly withChildren?: boolean;
  /** The name of a set in the workspace file. */
  readonly set?: string;
}

/** Compiles whether tables and rows of a selection take a row. `set` is not looked at: see `resolveSelection`. */
export function rowSelector(selection: Selection | undefined): (row: RowAddress) => boolean {
  const { tables, rows } = selection ?? {};
  if (tables === undefined && rows === undefined) return () => true;
  const whole = new Set(tables);
  const keys = new Map<TableKey, Set<string>>();
  for (const { table, key } of rows ?? []) {
    const known = keys.get(table) ?? new Set<string>();
    keys.set(table, known.add(JSON.stringify(key)));
  }
  return ({ table, key }) => keys.get(table)?.has(JSON.stringify(key)) ?? whole.has(table);
}
