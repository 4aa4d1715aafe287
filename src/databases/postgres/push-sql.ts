/** The statements of a push: set-based over one batch of operations of one shape. Values are bound, always. */
import { copyTextSql } from './copy-text-sql.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';
import type { OperationBatch, OperationShape } from './push-batches.ts';
import { columnOf, type PushTable } from './push-table.ts';

/** One parameter, an array of text, for each column of the shape: the key's, then what is set, then what is expected. */
export function parametersOf({ shape, operations }: OperationBatch): (string | null)[][] {
  return [
    ...shape.key.map((column) => operations.map((operation) => operation.key[column] ?? null)),
    ...shape.set.map((column) => operations.map((operation) => operation.set[column] ?? null)),
    ...shape.expect.map((column) => operations.map((operation) => operation.expect[column] ?? null)),
  ];
}

/**
 * Applies the batch and returns `n`, from 1, of each operation that met its row; for inserts a row for each that was
 * made. A row whose expected columns hold something else is not met.
 */
export function applySql(shape: OperationShape, table: PushTable): string {
  const name = quoteTable(shape.table);
  const given = (column: string, index: number): string => `v.s${index}::${columnOf(table, column).type}`;
  const where = [...keyMatches(shape, table), ...expectations(shape, table)].join(' and ');
  switch (shape.op) {
    case 'update': {
      const set = shape.set.map((column, index) => `${quoteIdentifier(column)} = ${given(column, index)}`);
      return `update ${name} as t set ${set.join(', ')} from ${batch(shape)} where ${where} returning v.n`;
    }
    case 'delete':
      return `delete from ${name} as t using ${batch(shape)} where ${where} returning v.n`;
    case 'insert': {
      const columns = shape.set.map(quoteIdentifier).join(', ');
      const values = shape.set.map(given).join(', ');
      return `insert into ${name} (${columns}) overriding system value
        select ${values} from ${batch(shape)} order by v.n returning 1`;
    }
  }
}

/** Which operations of the batch have a row with their key: `n` from 1, and whether the row is as expected. */
export function presentSql(shape: OperationShape, table: PushTable): string {
  const expected = expectations(shape, table);
  return `select v.n, ${expected.length === 0 ? 'true' : expected.join(' and ')} as expected
    from ${batch(shape)} join ${quoteTable(shape.table)} as t on ${keyMatches(shape, table).join(' and ')}`;
}

/** Takes the rows that a COPY in text format brings. */
export function copySql(shape: OperationShape): string {
  return `copy ${quoteTable(shape.table)} (${shape.set.map(quoteIdentifier).join(', ')})
    from stdin with (format text, encoding 'UTF8')`;
}

/**
 * Columns of the rows with the given keys, as COPY would print them. One parameter, an array of text, for each column
 * of the key.
 */
export function readByKeySql(
  table: PushTable,
  keyColumns: readonly string[],
  columns: readonly string[],
): string {
  const texts = [...keyColumns, ...columns].map((column) => copyTextSql(`t.${quoteIdentifier(column)}`));
  const shape = { op: 'update', table: table.name, key: keyColumns, set: [], expect: [] } as const;
  return `select array[${texts.join(', ')}] as cells
    from ${batch(shape)} join ${quoteTable(table.name)} as t on ${keyMatches(shape, table).join(' and ')}`;
}

function keyMatches({ key }: OperationShape, table: PushTable): string[] {
  return key.map((column, index) => {
    const { type, equals } = columnOf(table, column);
    return `t.${quoteIdentifier(column)} ${equals} v.k${index}::${type}`;
  });
}

/**
 * What is expected is compared as text, byte by byte and after the same way through the column's type: equal means
 * unchanged to the last digit, also for types that have no equality (json) or a forgiving one (citext, numeric).
 */
function expectations({ expect }: OperationShape, table: PushTable): string[] {
  return expect.map((column, index) => {
    const given = `v.e${index}::${columnOf(table, column).type}::pg_catalog.text`;
    return `(t.${quoteIdentifier(column)}::pg_catalog.text collate pg_catalog."C") is not distinct from ${given}`;
  });
}

function batch(shape: OperationShape): string {
  const names = [
    ...shape.key.map((_, index) => `k${index}`),
    ...shape.set.map((_, index) => `s${index}`),
    ...shape.expect.map((_, index) => `e${index}`),
  ];
  const columns = names.map((_, index) => `pg_catalog.unnest($${index + 1}::pg_catalog.text[])`);
  return `rows from (${columns.join(', ')}) with ordinality as v(${names.join(', ')}, n)`;
}
