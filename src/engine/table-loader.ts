import { compileTableMask } from '../core/masking/compile.ts';
import type { LocalTable } from '../core/schema/local-schema.ts';
import type { Table } from '../core/schema/model.ts';
import type { PostgresTextRow, Row } from '../core/values/cell.ts';
import { rowDecoder } from './decode-rows.ts';
import type { LoadOptions } from './load-tables.ts';
import type { PlannedTable } from './plan-pull.ts';
import { seenHasher } from './seen-hashes.ts';

/** Masks and stages rows of one table. A raw value lives from its arrival to its masking and goes nowhere else. */
export interface TableLoader {
  /** Rows that the pull asked for. */
  matched(rows: readonly PostgresTextRow[]): void;
  /** Rows that others refer to. */
  parents(rows: readonly PostgresTextRow[]): void;
  readonly counts: {
    /** Rows that the pull asked for, and rows that are there only because others refer to them. */
    readonly matched: number;
    readonly parents: number;
  };
}

/** `saw` is told of every row that is staged. */
export function tableLoader(
  planned: PlannedTable,
  tables: readonly LocalTable[],
  { stage, maskingKey, leaks }: Pick<LoadOptions, 'stage' | 'maskingKey' | 'leaks'>,
  saw: (text: PostgresTextRow, masked: Row) => void,
): TableLoader {
  const { local, columns, mask } = planned;
  // The production table with only the columns that are read.
  const source: Table = { ...local.source, columns: local.columns.map((column) => column.source) };
  const decode = rowDecoder(source.columns);
  const hash = seenHasher(mask ?? null, columns, maskingKey);
  const maskRow: (row: Row) => Row =
    mask === undefined || maskingKey === undefined
      ? (row) => row
      : compileTableMask(mask, source, maskingKey);
  const write = stage.writer(local);
  const isStaged = stagedTest(local, tables, stage.has);
  const counts = { matched: 0, parents: 0 };

  /** False when the row was there already. */
  const put = (text: PostgresTextRow, mayBeThere: boolean): boolean => {
    const raw = decode(text);
    const masked = maskRow(raw);
    if (mayBeThere && isStaged(masked)) return false;
    leaks?.observe(local.key, raw, masked);
    write(masked, hash(text));
    saw(text, masked);
    return true;
  };
  return {
    counts,
    matched: (rows) =>
      stage.batch(() => {
        for (const text of rows) {
          counts.matched += 1;
          if (!put(text, counts.parents > 0)) counts.parents -= 1;
        }
      }),
    parents: (rows) =>
      stage.batch(() => {
        for (const text of rows) if (put(text, true)) counts.parents += 1;
      }),
  };
}

/** Whether a row is staged: by its key, or, without one, by any columns that other tables refer to. */
function stagedTest(
  { key, primaryKey, columns }: LocalTable,
  tables: readonly LocalTable[],
  has: LoadOptions['stage']['has'],
): (masked: Row) => boolean {
  const table = tables.find((each) => each.key === key);
  if (table === undefined) return () => false;
  const referenced = tables.flatMap(({ foreignKeys }) =>
    foreignKeys
      .filter(({ references }) => references.table === key)
      .map(({ references }) => references.columns),
  );
  const tests = (primaryKey.length > 0 ? [primaryKey] : referenced).map((names) => ({
    indexes: names.map((name) => columns.findIndex((column) => column.name === name)),
    isThere: has(table, names),
  }));
  return (masked) =>
    tests.some(({ indexes, isThere }) => isThere(indexes.map((index) => masked[index] ?? null)));
}
