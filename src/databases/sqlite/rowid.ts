import type { LocalTable } from '../../core/schema/local-schema.ts';

/**
 * The name under which a table's rowid can be reached: any of SQLite's three, unless columns have taken them all
 * (sqlite.org/lang_createtable.html#rowid).
 */
export function rowidName(table: LocalTable): string | undefined {
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  return ['_rowid_', 'rowid', 'oid'].find((name) => !taken.has(name));
}
