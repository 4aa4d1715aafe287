import type { BaseTable } from '../../core/local-ports.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import { collationOf } from '../../core/schema/local-type.ts';

/** What becomes of an incoming row. A held one keeps to which it belongs, so that an application can be repeated. */
export const INCOMING = {
  /** Production has the row. */
  row: 0n,
  /** Production has deleted it. */
  gone: 1n,
  /** Added to either: the row is left alone, locally and in the base. */
  held: 2n,
} as const;

/** The columns that an incoming table has beside production's own and the seen hashes. */
export interface IncomingColumns {
  /** The place in which the row arrived; the table's rowid. */
  readonly place: string;
  /** One of {@link INCOMING}. */
  readonly state: string;
}

/** Names that the table itself does not use. */
export function incomingColumnsOf({ table, seenColumn }: BaseTable): IncomingColumns {
  const taken = new Set([seenColumn, ...table.columns.map((column) => column.name)].map(foldName));
  const free = (name: string): string => (taken.has(name) ? free(`_${name}`) : name);
  return { place: free('_syncline_place'), state: free('_syncline_state') };
}

/**
 * An incoming table has production's columns and key and nothing else: the rows are a part of their tables only, so no
 * other constraint could be judged.
 */
export function incomingTableSql(base: BaseTable): string {
  const { place, state } = incomingColumnsOf(base);
  const columns = base.table.columns.map(({ name, declaredType, source }) => {
    const collation = collationOf(source.type);
    return `${quoteIdentifier(name)} ${declaredType}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
  });
  const lines = [
    `${quoteIdentifier(place)} INTEGER PRIMARY KEY`,
    ...columns,
    `${quoteIdentifier(base.seenColumn)} BLOB`,
    `${quoteIdentifier(state)} INTEGER NOT NULL`,
    `UNIQUE (${base.table.primaryKey.map(quoteIdentifier).join(', ')})`,
  ];
  return `CREATE TABLE ${quoteIdentifier(base.table.name)} (${lines.join(', ')})`;
}
