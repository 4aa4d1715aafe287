import { byCodePoints } from '../request/json-shape.ts';
import type { Catalog, CatalogForeignKey } from './catalog-sql.ts';
import type { Cardinality, ColumnPair, QualifiedName, Relationship } from './model.ts';
import { grouped } from './grouped.ts';
import { tableKey } from './model.ts';
import { viewColumnOrigins } from './view-columns.ts';

interface CatalogNames {
  readonly table: (oid: string) => QualifiedName & { readonly isView: boolean; readonly exposed: boolean };
  readonly column: (oid: string, number: number) => string;
}

/** The columns of a view that show a column of a table, directly or through other views. */
type ViewsOfColumns = ReadonlyMap<string, readonly { readonly view: string; readonly column: number }[]>;

const columnKey = (table: string, column: number): string => `${table}.${column}`;

export function viewsOfColumns(catalog: Catalog): ViewsOfColumns {
  const origins = new Map(catalog.views.map(({ table, query }) => [table, viewColumnOrigins(query)]));
  const shown = new Map<string, { view: string; column: number }[]>();
  for (const view of origins.keys()) {
    for (const [number, first] of origins.get(view) ?? []) {
      const seen = new Set<string>();
      for (
        let origin: { table: string; column: number } | undefined = first;
        origin !== undefined && !seen.has(columnKey(origin.table, origin.column));
        origin = origins.get(origin.table)?.get(origin.column)
      ) {
        const key = columnKey(origin.table, origin.column);
        seen.add(key);
        shown.set(key, [...(shown.get(key) ?? []), { view, column: number }]);
      }
    }
  }
  return shown;
}

/** A key as it appears in one view: which of the view's columns stand for the key's columns, in order. */
export function keyInViews(
  table: string,
  columns: readonly number[],
  shown: ViewsOfColumns,
): readonly { readonly view: string; readonly columns: readonly number[] }[] {
  const perColumn = columns.map((column) => shown.get(columnKey(table, column)) ?? []);
  const views = new Set(perColumn[0]?.map(({ view }) => view));
  return [...views].flatMap((view) => {
    // A column that a view shows twice gives two ways to see the key.
    const choices = perColumn.map((each) =>
      each.filter((entry) => entry.view === view).map((entry) => entry.column),
    );
    return choices
      .reduce<number[][]>(
        (ways, options) => ways.flatMap((way) => options.map((option) => [...way, option])),
        [[]],
      )
      .map((way) => ({ view, columns: way }));
  });
}

/** Every relationship inside each exposed schema, in both directions, sorted as PostgREST sorts them. */
export function relationshipsOf(
  catalog: Catalog,
  names: CatalogNames,
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly Relationship[]> {
  const shown = viewsOfColumns(catalog);
  const unique = new Set(catalog.keys.map(({ table, columns }) => `${table}:${[...columns].sort().join()}`));
  const forward = catalog.foreignKeys.flatMap((key) => forwardRelationships(key, names, shown, unique));
  const all = [...forward, ...forward.map(reversed), ...throughJunctions(forward, primaryKeys)];
  const exposed = new Set(catalog.tables.filter((table) => table.exposed).map((table) => tableKey(table)));
  const within = all.filter(
    ({ table, foreignTable }) => exposed.has(tableKey(table)) && table.schema === foreignTable.schema,
  );
  const usable = ({ cardinality }: Relationship): boolean =>
    cardinality.kind !== 'many-to-many' || exposed.has(tableKey(cardinality.junction));
  const byTable = grouped(within.sort(inOrder), ({ table }) => tableKey(table));
  // A table whose relationships are all hidden is still one that has some: error hints depend on it.
  return new Map([...byTable].map(([key, relationships]) => [key, relationships.filter(usable)]));
}

/** The foreign key itself, and the same between the views that show its columns. */
function forwardRelationships(
  key: CatalogForeignKey,
  names: CatalogNames,
  shown: ViewsOfColumns,
  unique: ReadonlySet<string>,
): readonly Relationship[] {
  const own = { view: key.table, columns: key.columns };
  const foreign = { view: key.foreignTable, columns: key.foreignColumns };
  const oneToOne = unique.has(`${key.table}:${[...key.columns].sort().join()}`);
  return [own, ...keyInViews(key.table, key.columns, shown)].flatMap((from) =>
    [foreign, ...keyInViews(key.foreignTable, key.foreignColumns, shown)].map((to): Relationship => {
      const table = names.table(from.view);
      const foreignTable = names.table(to.view);
      const columns = from.columns.map((column, index): ColumnPair => [
        names.column(from.view, column),
        names.column(to.view, to.columns[index] ?? 0),
      ]);
      const kind = oneToOne ? 'one-to-one' : 'many-to-one';
      return {
        table,
        foreignTable,
        tableIsView: table.isView,
        foreignTableIsView: foreignTable.isView,
        cardinality: { kind, constraint: key.name, columns, referenced: false },
      };
    }),
  );
}

function reversed({
  table,
  foreignTable,
  tableIsView,
  foreignTableIsView,
  cardinality,
}: Relationship): Relationship {
  const flipped: Cardinality =
    cardinality.kind === 'many-to-many'
      ? cardinality
      : {
          kind: cardinality.kind === 'one-to-one' ? 'one-to-one' : 'one-to-many',
          constraint: cardinality.constraint,
          columns: cardinality.columns.map(([own, foreign]): ColumnPair => [foreign, own]),
          referenced: true,
        };
  return {
    table: foreignTable,
    foreignTable: table,
    tableIsView: foreignTableIsView,
    foreignTableIsView: tableIsView,
    cardinality: flipped,
  };
}

/** A table whose primary key contains two foreign keys joins the tables they lead to. */
function throughJunctions(
  forward: readonly Relationship[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): readonly Relationship[] {
  const byTable = grouped(forward, ({ table }) => tableKey(table));
  return [...byTable].flatMap(([key, relationships]) => {
    const primaryKey = new Set(primaryKeys.get(key));
    return relationships.flatMap((first) =>
      relationships.flatMap((second): Relationship[] => {
        const [source, target] = [first.cardinality, second.cardinality];
        if (source.kind !== 'many-to-one' || target.kind !== 'many-to-one') return [];
        if (source.constraint === target.constraint) return [];
        const joining = [...source.columns, ...target.columns];
        if (!joining.every(([own]) => primaryKey.has(own))) return [];
        const flip = (columns: readonly ColumnPair[]): ColumnPair[] =>
          columns.map(([own, foreign]): ColumnPair => [foreign, own]);
        return [
          {
            table: first.foreignTable,
            foreignTable: second.foreignTable,
            tableIsView: first.foreignTableIsView,
            foreignTableIsView: second.foreignTableIsView,
            cardinality: {
              kind: 'many-to-many',
              junction: {
                schema: first.table.schema,
                name: first.table.name,
                sourceConstraint: source.constraint,
                targetConstraint: target.constraint,
                sourceColumns: flip(source.columns),
                targetColumns: flip(target.columns),
              },
            },
          },
        ];
      }),
    );
  });
}

const KINDS: readonly Cardinality['kind'][] = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many'];

function inOrder(a: Relationship, b: Relationship): number {
  const sortKey = ({ foreignTable, cardinality }: Relationship): readonly string[] => [
    foreignTable.schema,
    foreignTable.name,
    String(KINDS.indexOf(cardinality.kind)),
    ...(cardinality.kind === 'many-to-many'
      ? [cardinality.junction.schema, cardinality.junction.name, cardinality.junction.sourceConstraint]
      : [cardinality.constraint, JSON.stringify(cardinality.columns)]),
  ];
  const [first, second] = [sortKey(a), sortKey(b)];
  return (
    first.map((part, index) => byCodePoints(part, second[index] ?? '')).find((order) => order !== 0) ?? 0
  );
}
