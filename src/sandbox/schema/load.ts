import type { Database } from '../database/database.ts';
import { byCodePoints } from '../request/json-shape.ts';
import type { Catalog, CatalogRoutine, CatalogTable } from './catalog-sql.ts';
import { CATALOG_SQL } from './catalog-sql.ts';
import type { Routine, SchemaCache, Table } from './model.ts';
import { grouped } from './grouped.ts';
import { tableKey } from './model.ts';
import { keyInViews, relationshipsOf, viewsOfColumns } from './relationships.ts';

/** Reads the catalog of the exposed schemas and what their tables refer to. */
export async function loadSchemaCache(database: Database, schemas: readonly string[]): Promise<SchemaCache> {
  const array = `{${schemas.map((schema) => JSON.stringify(schema)).join(',')}}`;
  const rows = await database.withEmptySearchPath(CATALOG_SQL, [array]);
  const catalog = JSON.parse(rows[0]?.['catalog'] ?? '{}') as Catalog;

  const byOid = new Map(catalog.tables.map((table) => [table.oid, table]));
  const tableOf = (oid: string): CatalogTable => {
    const table = byOid.get(oid);
    if (table === undefined)
      throw new Error(`The catalog refers to relation ${oid}, which it does not list.`);
    return table;
  };
  const columnOf = (oid: string, number: number): string =>
    tableOf(oid).columns.find((column) => column.number === number)?.name ?? '';

  const primaryKeys = primaryKeysOf(catalog, tableOf, columnOf);
  const tables = catalog.tables
    .filter((table) => table.exposed)
    .map((table): Table => describeTable(table, primaryKeys.get(tableKey(table)) ?? []));
  const routines = catalog.routines.map(describeRoutine).sort(byParameterCount);
  return {
    tables: new Map(tables.map((table) => [tableKey(table), table])),
    relationships: relationshipsOf(catalog, { table: tableOf, column: columnOf }, primaryKeys),
    routines: grouped(routines, tableKey),
    timezones: new Set(catalog.timezones),
    roleSettings: roleSettingsOf(catalog),
  };
}

/** A view has the primary key of a table when it shows all of the key's columns. */
function primaryKeysOf(
  catalog: Catalog,
  tableOf: (oid: string) => CatalogTable,
  columnOf: (oid: string, number: number) => string,
): ReadonlyMap<string, readonly string[]> {
  const shown = viewsOfColumns(catalog);
  const keys = new Map<string, string[]>();
  for (const { table, kind, columns } of catalog.keys) {
    if (kind !== 'p') continue;
    keys.set(tableKey(tableOf(table)), columns.map((column) => columnOf(table, column)).sort(byCodePoints));
    const seen = new Set<string>();
    for (const found of keyInViews(table, columns, shown)) {
      // A view that shows a key column twice has it once in its key.
      if (seen.has(found.view)) continue;
      seen.add(found.view);
      const view = tableKey(tableOf(found.view));
      const names = found.columns.map((column) => columnOf(found.view, column));
      keys.set(view, [...(keys.get(view) ?? []), ...names]);
    }
  }
  return keys;
}

function describeTable(table: CatalogTable, primaryKey: readonly string[]): Table {
  const { schema, name, description, isView, insertable, updatable, deletable } = table;
  return {
    schema,
    name,
    description: description ?? undefined,
    isView,
    insertable,
    updatable,
    deletable,
    primaryKey,
    columns: table.columns.map((column) => ({
      name: column.name,
      description: column.description ?? undefined,
      nullable: column.nullable,
      type: column.type,
      declaredType: column.declaredType,
      maxLength: column.maxLength ?? undefined,
      defaultExpression: column.defaultExpression ?? undefined,
      labels: column.labels,
    })),
  };
}

const VOLATILITIES = { i: 'immutable', s: 'stable', v: 'volatile' } as const;

/** The settings of a function that hold for its whole request, as PostgREST hoists them. */
const HOISTED: ReadonlySet<string> = new Set([
  'statement_timeout',
  'plan_filter.statement_cost_limit',
  'default_transaction_isolation',
]);

function describeRoutine(routine: CatalogRoutine): Routine {
  const { oid, schema, name, description, parameters, volatility, returnsSet, returnsRows } = routine;
  const { resultSchema, resultName } = routine;
  const settings = routine.settings.map(splitSetting).filter(([setting]) => HOISTED.has(setting));
  return {
    oid,
    schema,
    name,
    description: description ?? undefined,
    parameters,
    volatility: VOLATILITIES[volatility],
    returnsSet,
    returnsVoid: !returnsSet && resultSchema === 'pg_catalog' && resultName === 'void',
    rowType: returnsRows ? { schema: resultSchema, name: resultName } : undefined,
    isolation: settings.find(([setting]) => setting === 'default_transaction_isolation')?.[1],
    settings,
  };
}

function byParameterCount(a: Routine, b: Routine): number {
  const types = ({ parameters }: Routine): string =>
    JSON.stringify(parameters.map(({ name, type }) => [name, type]));
  return a.parameters.length - b.parameters.length || byCodePoints(types(a), types(b));
}

function splitSetting(setting: string): readonly [string, string] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at), setting.slice(at + 1)];
}

function roleSettingsOf(catalog: Catalog): SchemaCache['roleSettings'] {
  const settable = new Set(catalog.settable);
  return new Map(
    catalog.roleSettings.map(({ role, settings }) => {
      const own = settings.map(splitSetting).filter(([name]) => settable.has(name));
      const isolation = own.find(([name]) => name === 'default_transaction_isolation')?.[1].toLowerCase();
      return [
        role,
        { isolation, settings: own.filter(([name]) => name !== 'default_transaction_isolation') },
      ] as const;
    }),
  );
}
