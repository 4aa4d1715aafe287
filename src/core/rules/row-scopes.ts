/** Which rows of which tables the workspace file means. */
import { SynclineError } from '../errors.ts';
import type { RowCondition } from '../ports.ts';
import { findTable, tableKey, type Catalog, type Table, type TableKey } from '../schema/model.ts';
import { compileFilter, valueText } from './compile-filter.ts';
import { configError, type Path } from './known-names.ts';
import type { ParsedWorkspaceFile } from './parse-workspace-file.ts';
import type { RowFilter } from './row-filter.ts';

/** Conditions by table; a table without any is meant whole. */
export type RowScopes = ReadonlyMap<TableKey, readonly RowCondition[]>;

/** A named set of the workspace file. */
export interface NamedSet {
  readonly tables: readonly TableKey[];
  /** Beside the conditions that the tables have anyway. */
  readonly where: RowScopes;
  /** By primary key, as Postgres's text. */
  readonly rows: readonly { readonly table: TableKey; readonly key: readonly string[] }[];
  readonly withChildren: boolean;
}

/**
 * The conditions that `where` sets on tables. `catalog` is what is pulled: tables and columns that are left out have no
 * conditions. Throws CONFIG_INVALID, with line and column, for a value that is none of its column.
 */
export function rowScopes(catalog: Catalog, rules: ParsedWorkspaceFile, now: number): RowScopes {
  const scopes = new Map<TableKey, readonly RowCondition[]>();
  for (const [key, { where }] of Object.entries(rules.file.tables)) {
    const table = findTable(catalog, key);
    if (where === undefined || table === undefined) continue;
    scopes.set(key, compileAt(table, where, rules, ['tables', key, 'where'], now));
  }
  return scopes;
}

/** The conditions that a filter set when the table was pulled, with relative times as they are meant now. */
export function scopeOf(filter: RowFilter, table: Table, now: number): readonly RowCondition[] {
  return compileFilter(filter, {
    table,
    now,
    mistake: (path, what) => {
      const key = tableKey(table.name);
      return new SynclineError('REMOTE_CHANGED', `"where" of ${key} at ${path.join('.')}: ${what}.`, {
        table: key,
      });
    },
  });
}

/** All named sets. `catalog` is what is pulled. Throws CONFIG_INVALID and CONFIG_UNKNOWN_TABLE. */
export function namedSets(
  catalog: Catalog,
  rules: ParsedWorkspaceFile,
  now: number,
): ReadonlyMap<string, NamedSet> {
  return new Map(
    Object.entries(rules.file.sets).map(([name, set]) => {
      const at = (...path: Path): Path => ['sets', name, ...path];
      const pulled = (key: TableKey, path: Path): Table => {
        const table = findTable(catalog, key);
        if (table !== undefined) return table;
        throw configError(rules, path, 'CONFIG_INVALID', `table "${key}" is not pulled, by its "direction"`);
      };
      for (const [index, key] of (set.tables ?? []).entries()) pulled(key, at('tables', index));
      const where = Object.entries(set.where ?? {}).map(([key, filter]) => {
        const path = at('where', key);
        return [key, compileAt(pulled(key, path), filter, rules, path, now)] as const;
      });
      const rows = (set.rows ?? []).map(({ table, key }, index) => ({
        table,
        key: keyTexts(pulled(table, at('rows', index, 'table')), key, (what) =>
          configError(rules, at('rows', index, 'key'), 'CONFIG_INVALID', what),
        ),
      }));
      const tables = [...new Set([...(set.tables ?? []), ...where.map(([key]) => key)])];
      return [name, { tables, where: new Map(where), rows, withChildren: set.children }] as const;
    }),
  );
}

/** A primary key as Postgres's text. Throws what `mistake` makes of a key that the table does not have. */
export function keyTexts(
  table: Table,
  key: readonly (string | number | boolean)[],
  mistake: (what: string) => SynclineError,
): readonly string[] {
  const columns = table.primaryKey?.columns ?? [];
  const written = tableKey(table.name);
  if (columns.length === 0) throw mistake(`table "${written}" has no primary key`);
  if (columns.length !== key.length) {
    throw mistake(
      `the primary key of "${written}" is ${columns.join(', ')}: ${columns.length} values are needed`,
    );
  }
  return columns.map((name, index) => {
    const column = table.columns.find((each) => each.name === name);
    const value = key[index];
    if (column === undefined || value === undefined) throw mistake(`there is no column "${name}"`);
    return valueText(column, value, [name], { mistake: (_, what) => mistake(what) });
  });
}

function compileAt(
  table: Table,
  filter: RowFilter,
  rules: ParsedWorkspaceFile,
  path: Path,
  now: number,
): readonly RowCondition[] {
  return compileFilter(filter, {
    table,
    now,
    mistake: (below, what) => {
      const at = [...path, ...below];
      return configError(rules, at, 'CONFIG_INVALID', `"${at.join('.')}": ${what}`);
    },
  });
}
