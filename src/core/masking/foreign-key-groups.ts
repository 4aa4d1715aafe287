import { tableKey, type Catalog, type TableKey } from '../schema/model.ts';

/** A column of a table, as a key of maps. Table and column names may hold any character but NUL. */
export type ColumnKey = string;

export function columnKey(table: TableKey, column: string): ColumnKey {
  return `${table}\0${column}`;
}

/** Columns that foreign keys tie together, directly or through others. */
export interface ColumnGroup {
  /** The column that others refer to and that refers to none of the group; the first by name where there are several. */
  readonly root: ColumnKey;
  readonly members: readonly ColumnKey[];
}

export interface ForeignKeyGroups {
  /** The group of a column; undefined for a column that no foreign key touches. */
  readonly groupOf: (column: ColumnKey) => ColumnGroup | undefined;
  readonly isReferenced: (column: ColumnKey) => boolean;
}

/**
 * Union-find over the columns of all foreign keys, pair by pair. Tables that a key refers to but that are not in the
 * catalog count too: two tables that refer to a third one stay in step although it is not pulled.
 */
export function foreignKeyGroups(catalog: Catalog): ForeignKeyGroups {
  const parents = new Map<ColumnKey, ColumnKey>();
  const referenced = new Set<ColumnKey>();
  const referring = new Set<ColumnKey>();

  const find = (column: ColumnKey): ColumnKey => {
    let root = column;
    for (let next = parents.get(root); next !== undefined && next !== root; next = parents.get(root))
      root = next;
    // Paths are shortened to the root, so that long chains are walked once.
    for (let at = column; at !== root;) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };

  for (const table of catalog.tables) {
    for (const key of table.foreignKeys) {
      for (const [index, column] of key.columns.entries()) {
        const child = columnKey(tableKey(table.name), column);
        const parent = columnKey(tableKey(key.references.table), key.references.columns[index] ?? column);
        for (const each of [child, parent]) if (!parents.has(each)) parents.set(each, each);
        referenced.add(parent);
        referring.add(child);
        parents.set(find(child), find(parent));
      }
    }
  }

  const members = new Map<ColumnKey, ColumnKey[]>();
  for (const column of parents.keys()) {
    const root = find(column);
    members.set(root, [...(members.get(root) ?? []), column]);
  }
  const groups = new Map<ColumnKey, ColumnGroup>();
  for (const group of members.values()) {
    const sorted = group.toSorted(byName);
    const root =
      sorted.find((column) => !referring.has(column)) ?? sorted.find((column) => referenced.has(column));
    const made = { root: root ?? sorted[0] ?? '', members: sorted };
    for (const column of sorted) groups.set(column, made);
  }
  return { groupOf: (column) => groups.get(column), isReferenced: (column) => referenced.has(column) };
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
