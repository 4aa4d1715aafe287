import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { TableKey } from '../../core/schema/model.ts';

/** A foreign key, seen from the table that it refers to. */
export interface ChildReference {
  readonly child: PulledTableRecord;
  /** The child's columns, by their local names. */
  readonly columns: readonly string[];
  /** The same by production's names. */
  readonly sources: readonly string[];
  /** Where the parent has what they refer to. */
  readonly parentIndexes: readonly number[];
}

/** Compiles the foreign keys by the table that they refer to. */
export function childReferences(
  records: readonly PulledTableRecord[],
): (parent: TableKey) => readonly ChildReference[] {
  const references = new Map<TableKey, readonly ChildReference[]>();
  for (const { table: parent } of records) {
    const indexOf = (name: string): number => parent.columns.findIndex((column) => column.name === name);
    const found = records.flatMap((child) =>
      child.table.foreignKeys
        .filter((key) => key.references.table === parent.key)
        .map((key): ChildReference => {
          const sourceOf = (name: string): string =>
            child.table.columns.find((column) => column.name === name)?.source.name ?? name;
          return {
            child,
            columns: key.columns,
            sources: key.columns.map(sourceOf),
            parentIndexes: key.references.columns.map(indexOf),
          };
        }),
    );
    references.set(parent.key, found);
  }
  return (parent) => references.get(parent) ?? [];
}
