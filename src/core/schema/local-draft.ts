import { SynclineError } from '../errors.ts';
import type { LocalColumn, LocalSelection, SchemaNote } from './local-schema.ts';
import { allowedName, nameRegister, wantedTableName } from './local-names.ts';
import { declaredTypeOf } from './local-type.ts';
import type { Catalog, Table, TableKey } from './model.ts';
import { tableKey } from './model.ts';

/** A table whose names are settled; its constraints are not yet. */
export interface TableDraft {
  readonly key: TableKey;
  readonly name: string;
  readonly source: Table;
  readonly columns: readonly LocalColumn[];
  /** By production's names. */
  readonly columnByName: ReadonlyMap<string, LocalColumn>;
  /** Production's names of the columns whose checks are left out. */
  readonly uncheckedColumns: ReadonlySet<string>;
}

/** Takes a note on the table at hand. */
export type TakeNote = (kind: SchemaNote['kind'], object: string, message: string) => void;

export interface Drafts {
  readonly drafts: readonly TableDraft[];
  readonly notes: readonly SchemaNote[];
  /** Names for indexes, which share one space with the tables. */
  readonly claimIndexName: (wanted: string) => string;
}

/**
 * Settles the local names of the selected tables and their columns, in the order of the tables' keys, so that the same
 * selection gives the same names whichever way the catalog was read. Throws CONFIG_UNKNOWN_TABLE.
 */
export function draftTables(catalog: Catalog, selection: LocalSelection): Drafts {
  const tables = selectedTables(catalog, selection);
  const claim = nameRegister([
    ...tables.map(({ table }) => wantedTableName(table.name)),
    ...tables.flatMap(({ table }) => table.indexes.map((index) => allowedName(index.name))),
  ]);
  const notes: SchemaNote[] = [];
  const drafts = tables.flatMap(({ key, table }) => {
    const note: TakeNote = (kind, object, message) => notes.push({ table: key, object, kind, message });
    const excluded = selection.excludedColumns?.get(key) ?? new Set();
    const columns = draftColumns(table, excluded, note);
    if (columns.length === 0) {
      note('type', table.name.name, 'The table has no columns, which SQLite does not allow; it is left out.');
      return [];
    }
    const name = claim(wantedTableName(table.name));
    if (name !== key) note('name', table.name.name, `SQLite needs another name for the table: "${name}".`);
    return {
      key,
      name,
      source: table,
      columns,
      columnByName: new Map(columns.map((column) => [column.source.name, column])),
      uncheckedColumns: selection.omitChecksOn?.get(key) ?? new Set<string>(),
    };
  });
  return { drafts, notes, claimIndexName: (wanted) => claim(allowedName(wanted)) };
}

function selectedTables(
  catalog: Catalog,
  selection: LocalSelection,
): readonly { readonly key: TableKey; readonly table: Table }[] {
  const byKey = new Map<TableKey, Table>();
  for (const table of catalog.tables) {
    const key = tableKey(table.name);
    // A table "a.b" of public and a table b of schema a share a key: as findTable does, the first one counts.
    if (!byKey.has(key)) byKey.set(key, table);
  }
  return [...new Set(selection.tables)].sort().map((key) => {
    const table = byKey.get(key);
    if (table === undefined) {
      throw new SynclineError('CONFIG_UNKNOWN_TABLE', `The target has no table ${key}.`, {
        table: key,
        known: [...byKey.keys()],
      });
    }
    return { key, table };
  });
}

function draftColumns(table: Table, excluded: ReadonlySet<string>, note: TakeNote): readonly LocalColumn[] {
  const columns = table.columns.filter((column) => !excluded.has(column.name));
  const claim = nameRegister(columns.map((column) => column.name));
  return columns.map((source) => {
    const name = claim(source.name);
    if (name !== source.name) {
      note(
        'name',
        source.name,
        `SQLite does not tell it from another column by case; it is "${name}" locally.`,
      );
    }
    const element = source.type.kind === 'array' ? source.type.element : source.type;
    if (element.kind === 'opaque') {
      note('type', source.name, `SQLite has no equal of ${element.name}; Postgres's own text is kept.`);
    }
    return { name, source, declaredType: declaredTypeOf(source.type) };
  });
}
