import assert from 'node:assert/strict';
import type { BucketDigest, Digests, KeyTexts } from '../../../src/core/changes-port.ts';
import type { ProductionSnapshot } from '../../../src/core/ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { columnsOf, keysOf, signal, sorted, type TrackedDatabase } from './tracked-database.ts';

function digestsOf({ digests }: ProductionSnapshot): Digests {
  assert.ok(digests, 'there are no digests');
  return digests;
}

export function digestCases(database: TrackedDatabase): void {
  const bounds = (table: Table, buckets: number): Promise<readonly KeyTexts[]> =>
    database.reading((snapshot) => digestsOf(snapshot).bounds(table, buckets, signal));
  const digest = (table: Table, cut: readonly KeyTexts[]): Promise<readonly BucketDigest[]> =>
    database.reading((snapshot) =>
      digestsOf(snapshot).digest({ table, columns: columnsOf(table), bounds: cut, signal }),
    );
  const bucketRows = (
    table: Table,
    cut: readonly KeyTexts[],
    buckets: readonly number[],
  ): Promise<PostgresTextRow[]> =>
    database.reading(async (snapshot) => {
      const rows: PostgresTextRow[] = [];
      const request = { table, columns: columnsOf(table), bounds: cut, buckets, signal };
      for await (const batch of digestsOf(snapshot).bucketRows(request)) rows.push(...batch.rows);
      return rows;
    });
  const differing = (one: readonly BucketDigest[], other: readonly BucketDigest[]): number[] =>
    [...new Set([...one, ...other].map(({ bucket }) => bucket))].filter((bucket) => {
      const of = (all: readonly BucketDigest[]) => all.find((each) => each.bucket === bucket)?.digest;
      return of(one) !== of(other);
    });

  it('cuts every table into buckets whose rows together are the table, cell for cell', async () => {
    for (const table of database.keyed()) {
      const rows = await database.rows(table);
      const cut = await bounds(table, 4);
      const found = await digest(table, cut);
      assert.equal(found.length, Math.min(4, rows.length), table.name.name);
      assert.equal(
        found.reduce((sum, bucket) => sum + bucket.rows, 0),
        rows.length,
      );
      assert.deepEqual(await digest(table, cut), found, 'the same again');
      const parts: PostgresTextRow[] = [];
      for (const { bucket, rows: count } of found) {
        const part = await bucketRows(table, cut, [bucket]);
        assert.equal(part.length, count);
        parts.push(...part);
      }
      assert.deepEqual(sorted(parts), sorted(rows), table.name.name);
      const ends = await bucketRows(table, cut, [3, 0, 3]);
      const expected = [...(await bucketRows(table, cut, [0])), ...(await bucketRows(table, cut, [3]))];
      assert.deepEqual(sorted(ends), sorted(expected));
    }
  });

  it('finds exactly the buckets that changed', async () => {
    const table = database.table('many');
    const cut = await bounds(table, 50);
    assert.equal(cut.length, 49);
    const before = await digest(table, cut);
    await database.sql(`update public.many set body = body || '!' where id = 3000;
      delete from public.many where id = 9000; insert into public.many values (12001, '')`);
    const after = await digest(table, cut);
    const buckets = differing(before, after);
    assert.equal(buckets.length, 3);
    const read = await bucketRows(table, cut, buckets);
    const keys = new Set(keysOf(table, read).map(([id]) => id));
    assert.ok(keys.has('3000') && keys.has('12001') && !keys.has('9000'));
    assert.equal(
      read.length,
      after.filter(({ bucket }) => buckets.includes(bucket)).reduce((sum, { rows }) => sum + rows, 0),
    );
    await database.sql(`update public.many set body = 'row 1000' where id = 3000; delete from public.many where id = 12001;
      insert into public.many values (9000, 'row 3000')`);
    assert.deepEqual(differing(before, await digest(table, cut)), []);
  });

  it('tells null from the empty text, in a table of odd names with a composite key', async () => {
    const table = database.table('pairs "🙂", (a.b)');
    const name = `public."pairs ""🙂"", (a.b)"`;
    await database.sql(`truncate ${name}; insert into ${name}
      select k, n, null from unnest(array['', 'a', 'a,b', 'é', '🙂', 'Z', '"']) k, generate_series(1, 20) n`);
    const cut = await bounds(table, 7);
    const before = await digest(table, cut);
    await database.sql(`update ${name} set "v 🙂" = '' where "key, ""one""" = 'a,b' and "two.(2)" = 7`);
    const buckets = differing(before, await digest(table, cut));
    assert.equal(buckets.length, 1);
    const read = await bucketRows(table, cut, buckets);
    assert.deepEqual(
      read.filter((row) => row[2] !== null),
      [['a,b', '7', '']],
    );
  });

  it('ends early and goes on', async () => {
    const table = database.table('many');
    await database.reading(async (snapshot) => {
      const request = { table, columns: ['id'], bounds: [], buckets: [0], signal };
      for await (const batch of digestsOf(snapshot).bucketRows(request)) {
        assert.ok(batch.rows.length > 0);
        break;
      }
      assert.equal(await snapshot.countRows(table, signal), 5000);
      const ended = digestsOf(snapshot).digest({
        table,
        columns: ['id'],
        bounds: [],
        signal: AbortSignal.abort(),
      });
      await assert.rejects(ended, { code: 'CANCELLED' });
    });
  });
}
