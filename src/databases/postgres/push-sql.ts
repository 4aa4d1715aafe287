/** The statements of a push: set-based over one batch of operations of one shape. */
import type { PushOperation } from '../../core/push-ports.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';

/** Operations of one kind on one table that name the same columns: one statement does them all. */
export interface OperationShape {
  readonly op: PushOperation['op'];
  readonly table: PushOperation['table'];
  readonly key: readonly string[];
  readonly set: readonly string[];
  readonly expect: readonly string[];
}

export function shapeOf(operation: PushOperation): OperationShape {
  return {
    op: operation.op,
    table: operation.table,
    key: Object.keys(operation.key),
    set: Object.keys(operation.set),
    expect: Object.keys(operation.expect),
  };
}

/** Types of a table's columns, as SQL spells them. */
export type ColumnTypes = ReadonlyMap<string, string>;

/** One parameter, an array of text, for each column of the shape: the key's, then what is set, then what is expected. */
export function parametersOf(
  shape: OperationShape,
  operations: readonly PushOperation[],
): (string | null)[][] {
  return [
    ...shape.key.map((column) => operations.map((operation) => operation.key[column] ?? null)),
    ...shape.set.map((column) => operations.map((operation) => operation.set[column] ?? null)),
    ...shape.expect.map((column) => operations.map((operation) => operation.expect[column] ?? null)),
  ];
}

/**
 * Applies the batch and returns `n`, from 1, of each operation that met its row. A row whose expected columns hold
 * something else is not met. Values are compared in their text form, so that every type can be compared.
 */
export function applySql(shape: OperationShape, types: ColumnTypes): string {
  const table = quoteTable(shape.table);
  const cast = (name: string, column: string): string => `${name}::${types.get(column) ?? 'text'}`;
  const keyMatches = shape.key.map(
    (column, index) => `t.${quoteIdentifier(column)} = ${cast(`v.k${index}`, column)}`,
  );
  const expected = shape.expect.map(
    (column, index) => `t.${quoteIdentifier(column)}::text is not distinct from v.e${index}`,
  );
  const where = [...keyMatches, ...expected].join(' and ');
  switch (shape.op) {
    case 'update': {
      const set = shape.set.map(
        (column, index) => `${quoteIdentifier(column)} = ${cast(`v.s${index}`, column)}`,
      );
      return `update ${table} as t set ${set.join(', ')} from ${batch(shape)} where ${where} returning v.n`;
    }
    case 'delete':
      return `delete from ${table} as t using ${batch(shape)} where ${where} returning v.n`;
    case 'insert': {
      const columns = shape.set.map(quoteIdentifier).join(', ');
      const values = shape.set.map((column, index) => cast(`v.s${index}`, column)).join(', ');
      return `insert into ${table} (${columns}) overriding system value select ${values} from ${batch(shape)}`;
    }
  }
}

/** Which operations of the batch have a row with their key: `n` from 1. */
export function presentSql(shape: OperationShape, types: ColumnTypes): string {
  const keyMatches = shape.key.map(
    (column, index) => `t.${quoteIdentifier(column)} = v.k${index}::${types.get(column) ?? 'text'}`,
  );
  return `select v.n from ${batch(shape)} join ${quoteTable(shape.table)} as t on ${keyMatches.join(' and ')}`;
}

function batch(shape: OperationShape): string {
  const names = [
    ...shape.key.map((_, index) => `k${index}`),
    ...shape.set.map((_, index) => `s${index}`),
    ...shape.expect.map((_, index) => `e${index}`),
  ];
  const parameters = names.map((_, index) => `$${index + 1}::text[]`).join(', ');
  return `unnest(${parameters}) with ordinality as v(${names.join(', ')}, n)`;
}

/** The columns of a table with their types, as a cast spells them. */
export const COLUMN_TYPES_SQL = `select a.attname::text as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped`;

/** Moves the sequences of a table's columns on to the greatest value that stands in the column. */
export function advanceSequencesSql(table: PushOperation['table'], column: string): string {
  const name = quoteTable(table);
  return `select pg_catalog.setval(s.name::regclass, m.most)
from (select pg_catalog.pg_get_serial_sequence($1::text, $2::text) as name) s,
  (select pg_catalog.max(${quoteIdentifier(column)})::bigint as most from ${name}) m
where s.name is not null and m.most > coalesce(pg_catalog.pg_sequence_last_value(s.name::regclass), 0)`;
}

/** Columns of a table that have a sequence of their own: identity and serial. */
export const SEQUENCE_COLUMNS_SQL = `select a.attname::text as name
from pg_catalog.pg_attribute a
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
  and pg_catalog.pg_get_serial_sequence($1::text, a.attname::text) is not null`;
