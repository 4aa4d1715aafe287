/** Which tables and columns a pull reads, from the workspace file's rules and production's catalog. */
import { tableKey, type Catalog, type Table, type TableKey } from '../schema/model.ts';
import { requireColumn, requireTable } from './known-names.ts';
import type { ParsedWorkspaceFile } from './parse-workspace-file.ts';
import type { SetRules, TableRules } from './workspace-file.ts';

export interface PullSelection {
  readonly tables: readonly TableKey[];
  readonly excludedColumns: ReadonlyMap<TableKey, ReadonlySet<string>>;
  /** Rules of the file that this version reads and does not act upon yet, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Applies `direction` and `exclude`. Throws CONFIG_UNKNOWN_TABLE or CONFIG_UNKNOWN_COLUMN, with line and column, for
 * a rule that names what does not exist.
 */
export function selectForPull(catalog: Catalog, rules: ParsedWorkspaceFile): PullSelection {
  for (const [key, table] of Object.entries(rules.file.tables)) checkNames(catalog, rules, key, table);
  for (const [index, { table }] of rules.file.rules.entries()) {
    requireTable(catalog, rules, table, ['rules', index, 'table']);
  }
  for (const [name, set] of Object.entries(rules.file.sets)) checkSetNames(catalog, rules, name, set);
  const directionOf = (key: TableKey): string =>
    rules.file.tables[key]?.direction ?? rules.file.defaults.direction;
  const keys = catalog.tables.map((table) => tableKey(table.name));
  const tables = [...new Set(keys)].filter(
    (key) => directionOf(key) === 'pull' || directionOf(key) === 'both',
  );
  const alike = keys.filter((key, index) => keys.indexOf(key) !== index);
  const excludedColumns = new Map(
    Object.entries(rules.file.tables)
      .filter(([, table]) => table.exclude !== undefined)
      .map(([key, table]) => [key, new Set(table.exclude)] as const),
  );
  return {
    tables,
    excludedColumns,
    warnings: [
      ...Object.entries(rules.file.tables).flatMap(notActedUpon),
      ...alike.map(
        (key) => `Several tables are written "${key}", with and without a schema: the first one is meant.`,
      ),
    ],
  };
}

function notActedUpon([key, table]: readonly [TableKey, TableRules]): string[] {
  return [
    ...(table.retention === undefined
      ? []
      : [`"retention" of ${key} is not applied yet: all rows are pulled.`]),
    ...(table.files === undefined
      ? []
      : [`"files" of ${key} is not applied yet: no storage objects are fetched.`]),
  ];
}

function checkNames(catalog: Catalog, rules: ParsedWorkspaceFile, key: TableKey, table: TableRules): void {
  const found = requireTable(catalog, rules, key, ['tables', key]);
  const conflict = typeof table.conflict === 'object' ? table.conflict : {};
  const named: readonly (readonly [column: string, path: readonly (string | number)[]])[] = [
    ...Object.keys(table.mask ?? {}).map((name) => [name, ['mask', name]] as const),
    ...Object.keys(conflict.columns ?? {}).map((name) => [name, ['conflict', 'columns', name]] as const),
    ...Object.keys(table.where ?? {}).map((name) => [name, ['where', name]] as const),
    ...(table.exclude ?? []).map((name, index) => [name, ['exclude', index]] as const),
    ...(table.watermark === undefined ? [] : [[table.watermark, ['watermark']] as const]),
    ...(table.retention === undefined ? [] : [[table.retention.column, ['retention', 'column']] as const]),
    ...(table.files === undefined ? [] : [[table.files.pathColumn, ['files', 'pathColumn']] as const]),
  ];
  for (const [name, path] of named) requireColumn(found, name, rules, ['tables', key, ...path]);
}

function checkSetNames(catalog: Catalog, rules: ParsedWorkspaceFile, name: string, set: SetRules): void {
  for (const [index, table] of (set.tables ?? []).entries()) {
    requireTable(catalog, rules, table, ['sets', name, 'tables', index]);
  }
  for (const [index, { table }] of (set.rows ?? []).entries()) {
    requireTable(catalog, rules, table, ['sets', name, 'rows', index, 'table']);
  }
  for (const [key, filter] of Object.entries(set.where ?? {})) {
    const table = requireTable(catalog, rules, key, ['sets', name, 'where', key]);
    for (const column of Object.keys(filter)) {
      requireColumn(table, column, rules, ['sets', name, 'where', key, column]);
    }
  }
}

/** The catalog as the pull sees it: only selected tables, without excluded columns and without what depends on them. */
export function restrictCatalog(catalog: Catalog, selection: PullSelection): Catalog {
  const selected = new Set(selection.tables);
  return {
    ...catalog,
    tables: catalog.tables
      // Deleting tells whether the key was still there: of tables that are written alike the first one is taken.
      .filter((table) => selected.delete(tableKey(table.name)))
      .map((table) => withoutColumns(table, selection.excludedColumns)),
  };
}

function withoutColumns(table: Table, excludedBy: ReadonlyMap<TableKey, ReadonlySet<string>>): Table {
  const excluded = excludedBy.get(tableKey(table.name)) ?? new Set<string>();
  const keeps = (columns: readonly string[]): boolean => columns.every((column) => !excluded.has(column));
  const { primaryKey, ...rest } = table;
  return {
    ...rest,
    columns: table.columns.filter((column) => !excluded.has(column.name)),
    ...(primaryKey !== undefined && keeps(primaryKey.columns) ? { primaryKey } : {}),
    uniques: table.uniques.filter((unique) => keeps(unique.columns)),
    foreignKeys: table.foreignKeys.filter((key) => {
      const there = excludedBy.get(tableKey(key.references.table));
      return keeps(key.columns) && key.references.columns.every((column) => there?.has(column) !== true);
    }),
    indexes: table.indexes.filter((index) =>
      index.keys.every((key) => !('column' in key) || !excluded.has(key.column)),
    ),
  };
}
