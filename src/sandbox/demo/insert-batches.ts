import type { Literal } from './sql-literals.ts';

/** Bounds of one INSERT. A single row longer than the second bound still goes, alone. */
export const MOST_ROWS_PER_STATEMENT = 200;
export const MOST_CHARACTERS_PER_STATEMENT = 256 * 1024;

/** Identifiers as SQL writes them: quoted where they need it. */
export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Multi-row INSERT statements of bounded size, made as the rows come. */
export function* insertBatches(target: InsertTarget, rows: Iterable<readonly Literal[]>): Generator<string> {
  const head = `INSERT INTO ${target.table} (${target.columns.join(', ')}) VALUES\n`;
  let tuples: string[] = [];
  let length = head.length;
  for (const row of rows) {
    const tuple = `(${row.join(', ')})`;
    const full =
      tuples.length === MOST_ROWS_PER_STATEMENT || length + tuple.length + 2 > MOST_CHARACTERS_PER_STATEMENT;
    if (full && tuples.length > 0) {
      yield `${head}${tuples.join(',\n')};`;
      tuples = [];
      length = head.length;
    }
    tuples.push(tuple);
    length += tuple.length + 2;
  }
  if (tuples.length > 0) yield `${head}${tuples.join(',\n')};`;
}
