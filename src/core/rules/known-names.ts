/** Mistakes in the workspace file that only production's catalog shows, told with their line and column. */
import { SynclineError, type ErrorCode, type ErrorDetails } from '../errors.ts';
import { findTable, tableKey, type Catalog, type Table, type TableKey } from '../schema/model.ts';
import type { ParsedWorkspaceFile } from './parse-workspace-file.ts';
import { WORKSPACE_FILE_NAME } from './workspace-file.ts';

export type Path = readonly (string | number)[];

/** Throws CONFIG_UNKNOWN_TABLE. */
export function requireTable(catalog: Catalog, rules: ParsedWorkspaceFile, key: TableKey, path: Path): Table {
  const found = findTable(catalog, key);
  if (found !== undefined) return found;
  const tables = catalog.tables.map((each) => tableKey(each.name));
  throw configError(
    rules,
    path,
    'CONFIG_UNKNOWN_TABLE',
    `there is no table "${key}". Tables: ${tables.join(', ')}`,
    { table: key, tables },
  );
}

/** Throws CONFIG_UNKNOWN_COLUMN. */
export function requireColumn(table: Table, name: string, rules: ParsedWorkspaceFile, path: Path): void {
  if (table.columns.some((column) => column.name === name)) return;
  const key = tableKey(table.name);
  const columns = table.columns.map((column) => column.name);
  throw configError(
    rules,
    path,
    'CONFIG_UNKNOWN_COLUMN',
    `table "${key}" has no column "${name}". Columns: ${columns.join(', ')}`,
    { table: key, columnName: name, columns },
  );
}

/** What is wrong, with the place in the file. `what` is a sentence without its full stop. */
export function configError(
  rules: ParsedWorkspaceFile,
  path: Path,
  code: ErrorCode,
  what: string,
  details: ErrorDetails = {},
): SynclineError {
  const { line, column } = rules.positionOf(path);
  return new SynclineError(code, `${WORKSPACE_FILE_NAME}:${line}:${column}: ${what}.`, {
    ...details,
    line,
    column,
  });
}
