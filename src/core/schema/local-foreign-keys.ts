import type { TableDraft, TakeNote } from './local-draft.ts';
import type { LocalForeignKey } from './local-schema.ts';
import { localNames } from './local-table.ts';
import { comparesAlike } from './local-type.ts';
import type { ForeignKey, TableKey } from './model.ts';
import { tableKey } from './model.ts';

/** The foreign keys that the local tables can enforce. Those that they cannot are noted. */
export function foreignKeysOf(
  draft: TableDraft,
  drafts: ReadonlyMap<TableKey, TableDraft>,
  note: TakeNote,
): readonly LocalForeignKey[] {
  return draft.source.foreignKeys.flatMap((key) => {
    const kept = localForeignKey(draft, key, drafts);
    if (typeof kept !== 'string') return [kept];
    note('foreign-key', key.name, `The foreign key is not kept locally: ${kept}.`);
    return [];
  });
}

/** The local foreign key, or the reason why there is none. */
function localForeignKey(
  draft: TableDraft,
  key: ForeignKey,
  drafts: ReadonlyMap<TableKey, TableDraft>,
): LocalForeignKey | string {
  const parentKey = tableKey(key.references.table);
  if (key.notValid === true) return 'production does not hold every row to it';
  const parent = drafts.get(parentKey);
  if (parent === undefined) return `its parent table ${parentKey} is not pulled`;
  const columns = localNames(draft, key.columns);
  const referenced = localNames(parent, key.references.columns);
  if (columns === undefined) return 'a column of it is excluded';
  if (referenced === undefined) return `a column of its parent table ${parentKey} is excluded`;
  if (!isUniqueKey(parent, key.references.columns)) {
    // SQLite would refuse every write to either table ("foreign key mismatch").
    return `the columns of ${parentKey} that it refers to are not known to be unique`;
  }
  const alike = key.columns.every((column, index) => {
    const childType = draft.columnByName.get(column)?.source.type;
    const parentType = parent.columnByName.get(key.references.columns[index] ?? '')?.source.type;
    return childType !== undefined && parentType !== undefined && comparesAlike(childType, parentType);
  });
  if (!alike) return 'values that are equal in production may be different texts locally';
  return {
    name: key.name,
    columns,
    references: { table: parentKey, name: parent.name, columns: referenced },
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
  };
}

/** Whether the local table has a primary key, a unique constraint or a unique index on exactly these columns. */
function isUniqueKey({ source }: TableDraft, columns: readonly string[]): boolean {
  const wanted = [...columns].sort().join('\0');
  const plainIndexes = source.indexes
    .filter((index) => index.unique && index.predicate === undefined)
    .map((index) => index.keys.flatMap((key) => ('column' in key ? [key.column] : [''])));
  const keys = [
    source.primaryKey?.columns ?? [],
    ...source.uniques.map((unique) => unique.columns),
    ...plainIndexes,
  ];
  return keys.some((key) => [...key].sort().join('\0') === wanted);
}
