import type { Table } from '../../core/schema/model.ts';
import { copyTextSql } from '../postgres/copy-text-sql.ts';
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts';

/**
 * Comparing a table without reading it: boundaries that cut its keys into buckets, and a digest for each bucket. The
 * templates are shared: the kit's functions fill them from the catalog, {@link digestSql} and its neighbours from the
 * model, for a plain connection.
 *
 * A bucket's digest is the exclusive or of its rows' hashes: 128 bits, made of two of Postgres's 64-bit hashes (the one
 * of hash partitioning, which is the same in every version) with different seeds, over the row's own text, in which NULL,
 * '' and the borders of values are distinct. It does not depend on the order of rows. It finds accidents, not forgeries.
 * The primary key is digested whether or not it is among the columns: without it two equal rows would cancel out.
 */

/** %1$s bucket, %2$s columns, %3$s table as t, %4$s condition. Rows `{bucket, rows, digest}`; empty buckets are absent. */
export const DIGEST_TEMPLATE = `select
  b.bucket,
  b.rows,
  pg_catalog.lpad(pg_catalog.to_hex(b.first), 16, '0') || pg_catalog.lpad(pg_catalog.to_hex(b.second), 16, '0') as digest
from (
  select
    s.bucket,
    pg_catalog.count(*) as rows,
    pg_catalog.bit_xor(pg_catalog.hashtextextended(s.row_text, 0)) as first,
    pg_catalog.bit_xor(pg_catalog.hashtextextended(s.row_text, 1)) as second
  from (
    select %1$s as bucket, row(%2$s)::pg_catalog.text as row_text
    from %3$s
    where %4$s
    offset 0 -- keeps the text from being made twice
  ) s
  group by s.bucket
) b
order by b.bucket`;

/**
 * %1$s key texts, %2$s order, %3$s table as t, %4$s TABLESAMPLE or nothing; $1 is the number of buckets. Rows `{key}`:
 * the first key of each bucket but the first.
 */
export const BOUNDS_TEMPLATE = `select s.key
from (
  select
    array[%1$s] as key,
    pg_catalog.row_number() over (order by %2$s) - 1 as place,
    pg_catalog.count(*) over () as total
  from %3$s %4$s
) s
where s.place > 0 and s.place * $1::pg_catalog.int4 / s.total > (s.place - 1) * $1::pg_catalog.int4 / s.total
order by s.place`;

/** %1$s key (an expression, or row(...)), %2$s the same of a bound, whose texts stand in %3$s, a jsonb array of arrays. */
export const BUCKET_TEMPLATE = `coalesce(pg_catalog.width_bucket(%1$s, (
      select pg_catalog.array_agg(%2$s order by b.place)
      from pg_catalog.jsonb_array_elements(%3$s) with ordinality as b(key, place)
    )), 0)`;

/** Sampled rows for each bucket, and in all: what is sampled is pages, whose neighbouring rows say little more than one. */
export const SAMPLED_ROWS_PER_BUCKET = 200;
export const SAMPLED_ROWS_AT_LEAST = 30_000;

/** `{key: text[]}` rows, the boundaries for about `buckets` buckets; bind the number of buckets as $1. */
export function boundsSql(table: Table, buckets: number): string {
  const key = keyOf(table);
  const wanted = Math.max(SAMPLED_ROWS_AT_LEAST, buckets * SAMPLED_ROWS_PER_BUCKET);
  const rows = table.estimatedRows ?? 0;
  const sample = rows > wanted ? `tablesample system (${(100 * wanted) / rows}) repeatable (0)` : '';
  return fill(BOUNDS_TEMPLATE, [
    key.map(({ column }) => `(pg_catalog.concat(t.${column}) collate pg_catalog."C")`).join(', '),
    key.map(({ sorted }) => sorted).join(', '),
    `${quoteTable(table.name)} as t`,
    sample,
  ]);
}

/** `{bucket, rows, digest}` rows for the columns; bind the bounds as $1, JSON text `[[key, ...], ...]`. */
export function digestSql(table: Table, columns: readonly string[]): string {
  const digested = [
    ...columns,
    ...(table.primaryKey?.columns ?? []).filter((name) => !columns.includes(name)),
  ];
  return fill(DIGEST_TEMPLATE, [
    bucketSql(table),
    digested.map((name) => `t.${quoteIdentifier(name)}`).join(', '),
    `${quoteTable(table.name)} as t`,
    'true',
  ]);
}

/** `{row: text[]}` rows of some buckets in key order; bind the bounds as $1 (as above), the buckets as $2, an int4[]. */
export function bucketRowsSql(table: Table, columns: readonly string[]): string {
  const texts = columns.map((name) => copyTextSql(`t.${quoteIdentifier(name)}`)).join(', ');
  const order = keyOf(table).map(({ column }) => `t.${column}`);
  return `select array[${texts}] as row
from ${quoteTable(table.name)} as t
where ${bucketSql(table)} = any ($2::pg_catalog.int4[])
order by ${order.join(', ')}`;
}

function bucketSql(table: Table): string {
  const key = keyOf(table);
  const bounds = key.map(({ type, collation }, index) => `(b.key ->> ${index})::${type}${collation}`);
  const one = key.length === 1;
  const tuple = (parts: readonly string[]): string => (one ? parts.join('') : `row(${parts.join(', ')})`);
  return fill(BUCKET_TEMPLATE, [
    tuple(key.map(({ sorted }) => sorted)),
    tuple(bounds),
    '$1::pg_catalog.jsonb',
  ]);
}

interface KeyColumn {
  readonly column: string;
  readonly type: string;
  readonly collation: string;
  /** What it is ordered by. Bytewise for text: the model does not know collations, and two would not compare. */
  readonly sorted: string;
}

function keyOf(table: Table): readonly KeyColumn[] {
  const names = table.primaryKey?.columns ?? [];
  if (names.length === 0) throw new RangeError('Only a table with a primary key can be cut into buckets.');
  return names.map((name) => {
    const found = table.columns.find((column) => column.name === name);
    if (found === undefined)
      throw new RangeError('The primary key names a column that the table does not have.');
    const column = quoteIdentifier(name);
    const collation = found.type.kind === 'text' ? ' collate pg_catalog."C"' : '';
    return { column, type: found.postgresType, collation, sorted: `t.${column}${collation}` };
  });
}

/** What `format()` of Postgres does with %1$s, %2$s, ... */
function fill(template: string, values: readonly string[]): string {
  return template.replaceAll(/%(\d)\$s/g, (_, digit: string) => values[Number(digit) - 1] ?? '');
}
