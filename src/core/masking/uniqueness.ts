import type { Table } from '../schema/model.ts';
import { mentionedColumns } from './mentioned-columns.ts';

/** What a table's keys and indexes demand of its columns. */
export interface Uniqueness {
  /** Columns that alone or together must not repeat. */
  readonly unique: ReadonlySet<string>;
  /** Of these, the ones in which NULL counts as a value. */
  readonly nullsNotDistinct: ReadonlySet<string>;
  readonly primary: ReadonlySet<string>;
}

/** Every column of a primary key, a unique constraint or a unique index, also one inside an index expression. */
export function uniquenessOf(table: Table): Uniqueness {
  const primary = new Set(table.primaryKey?.columns ?? []);
  const unique = new Set(primary);
  const nullsNotDistinct = new Set<string>();
  for (const constraint of table.uniques) {
    for (const column of constraint.columns) {
      unique.add(column);
      if (constraint.nullsNotDistinct) nullsNotDistinct.add(column);
    }
  }
  for (const index of table.indexes) {
    if (!index.unique) continue;
    for (const key of index.keys) {
      const columns = 'column' in key ? [key.column] : mentionedColumns(key.expression, table);
      for (const column of columns) unique.add(column);
    }
  }
  return { unique, nullsNotDistinct, primary };
}
