import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { Connection } from './driver.ts';

/**
 * The name under which a table's rowid can be reached: any of SQLite's three, unless columns have taken them all
 * (sqlite.org/lang_createtable.html#rowid).
 */
export function rowidName(table: LocalTable): string | undefined {
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  return ['_rowid_', 'rowid', 'oid'].find((name) => !taken.has(name));
}

/** The same for the table as it stands in `main`, which a developer may have made anew WITHOUT ROWID. */
export function presentRowidName(connection: Connection, table: LocalTable): string | undefined {
  return isWithoutRowid(connection, table.name) ? undefined : rowidName(table);
}

/** Whether a table of `main` was made WITHOUT ROWID; so, too, when it is no table. */
export function isWithoutRowid(connection: Connection, table: string): boolean {
  const found = connection
    .prepare<[string], bigint>(`SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'`)
    .pluck()
    .get(table);
  return found !== 0n;
}
