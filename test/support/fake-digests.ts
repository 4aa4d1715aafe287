/** Digests of a fake production's tables, over stretches of keys that are ordered as numbers where they are numbers. */
import { createHash } from 'node:crypto';
import type { Digests, KeyTexts, TableColumns } from '../../src/core/changes-port.ts';
import type { Table, TableKey } from '../../src/core/schema/model.ts';
import { tableKey } from '../../src/core/schema/model.ts';
import { batchOf, picker, type FakeTable } from './fake-tables.ts';

export interface FakeDigestHooks {
  readonly batchRows: number;
  readonly onDigest: (table: TableKey, signal: AbortSignal) => Promise<void>;
  readonly onBatch: (table: TableKey, signal: AbortSignal) => Promise<void>;
}

export function fakeDigests(
  find: (table: Table) => FakeTable,
  { batchRows, onDigest, onBatch }: FakeDigestHooks,
): Digests {
  /** The rows of each bucket that has some. */
  function bucketsOf(
    { table, columns }: TableColumns,
    bounds: readonly KeyTexts[],
  ): ReadonlyMap<number, (string | null)[][]> {
    const found = find(table);
    const keyOf = picker(found.table, table.primaryKey?.columns ?? []);
    const pick = picker(found.table, columns);
    const buckets = new Map<number, (string | null)[][]>();
    for (const row of found.rows) {
      const bucket = bounds.filter((bound) => compareKeys(bound, keyOf(row)) <= 0).length;
      const rows = buckets.get(bucket) ?? [];
      rows.push(pick(row));
      buckets.set(bucket, rows);
    }
    return buckets;
  }

  return {
    source: 'fake/1',
    async bounds(table, buckets, signal) {
      await onDigest(tableKey(table.name), signal);
      const found = find(table);
      const keyOf = picker(found.table, table.primaryKey?.columns ?? []);
      const keys = found.rows.map((row) => keyOf(row).map(String)).sort(compareKeys);
      return keys.filter(
        (_, place) =>
          place > 0 &&
          Math.floor((place * buckets) / keys.length) > Math.floor(((place - 1) * buckets) / keys.length),
      );
    },
    async digest({ bounds, signal, ...request }) {
      await onDigest(tableKey(request.table.name), signal);
      // The key too, as the real ones do.
      const columns = [...request.columns, ...(request.table.primaryKey?.columns ?? [])];
      return [...bucketsOf({ ...request, columns }, bounds)]
        .sort(([a], [b]) => a - b)
        .map(([bucket, rows]) => ({ bucket, rows: rows.length, digest: digestOf(rows) }));
    },
    async *bucketRows({ bounds, buckets, signal, ...request }) {
      const all = bucketsOf(request, bounds);
      const rows = [...new Set(buckets)].flatMap((bucket) => all.get(bucket) ?? []);
      for (let from = 0; from < rows.length; from += batchRows) {
        await onBatch(tableKey(request.table.name), signal);
        yield batchOf(rows.slice(from, from + batchRows));
      }
    },
  };
}

function digestOf(rows: readonly (string | null)[][]): string {
  const texts = rows.map((row) => JSON.stringify(row)).sort();
  return createHash('md5').update(texts.join('\n')).digest('hex');
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function compareKeys(one: readonly (string | null)[], other: readonly (string | null)[]): number {
  for (const [index, text] of one.entries()) {
    const [a, b] = [text ?? '', other[index] ?? ''];
    const difference = NUMBER.test(a) && NUMBER.test(b) ? Number(a) - Number(b) : a < b ? -1 : Number(a > b);
    if (difference !== 0) return difference;
  }
  return 0;
}
