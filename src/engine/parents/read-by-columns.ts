import type { ProductionSnapshot, RowCondition } from '../../core/ports.ts';
import type { Table } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';

/** Values that are asked for at once. */
export const VALUES_AT_ONCE = 200;

export interface ReadByColumns {
  readonly table: Table;
  /** The columns to read. */
  readonly columns: readonly string[];
  /** The columns whose values are known, and their values in Postgres's text. */
  readonly by: readonly string[];
  readonly values: readonly (readonly string[])[];
  /** Conditions that the rows meet beside. */
  readonly where?: readonly RowCondition[];
  readonly signal: AbortSignal;
}

/**
 * Reads the rows that have one of some values in some columns: by primary key where these are its columns, else a batch
 * of values at a time where there is one column, and value by value where there are several.
 */
export async function* readByColumns(
  snapshot: ProductionSnapshot,
  request: ReadByColumns,
): AsyncGenerator<readonly PostgresTextRow[]> {
  const { table, columns, by, values, where = [], signal } = request;
  const key = table.primaryKey?.columns ?? [];
  const isKey = key.length === by.length && key.every((column) => by.includes(column));
  for (let start = 0; start < values.length; start += VALUES_AT_ONCE) {
    const chunk = values.slice(start, start + VALUES_AT_ONCE);
    if (isKey && where.length === 0) {
      const order = key.map((column) => by.indexOf(column));
      const keys = chunk.map((value) => order.map((index) => value[index] ?? ''));
      yield await snapshot.readByKey({ table, columns, keys, signal });
      continue;
    }
    for (const conditions of conditionsOf(by, chunk)) {
      const all = [...where, ...conditions];
      for await (const { rows } of snapshot.readRows({ table, columns, where: all, signal })) yield rows;
    }
  }
}

function conditionsOf(
  by: readonly string[],
  values: readonly (readonly string[])[],
): readonly (readonly RowCondition[])[] {
  const [column, ...others] = by;
  if (column === undefined) return [];
  if (others.length === 0) return [[{ column, is: 'in', values: values.map(([value]) => value ?? '') }]];
  return values.map((value) =>
    by.map((each, index): RowCondition => ({ column: each, is: 'equal', value: value[index] ?? '' })),
  );
}
