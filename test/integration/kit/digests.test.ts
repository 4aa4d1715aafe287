import { strict as assert } from 'node:assert';
import { boundsSql } from '../../../src/databases/kit/digest-sql.ts';
import type { BucketDigest } from '../../../src/databases/kit/kit-answers.ts';
import type { KitProject } from './kit-project.ts';
import { startKitProject } from './kit-project.ts';

const SCHEMA = `
create table public.rows (id int primary key, a text, b text, n numeric);
create table public.large (a text, b int, body text, primary key (a, b));
insert into public.large select chr(97 + i % 26), i, 'row ' || i from generate_series(1, 60000) i;
analyze public.large;
create table public.none (id int primary key);
`;

describe('kit: digests', () => {
  let project: KitProject;
  before(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  after(() => project.stop());

  const digests = (name: string, columns: string[], bounds: unknown = []): Promise<BucketDigest[]> =>
    project.rpc('syncline_digests', { table_schema: 'public', table_name: name, columns, bounds });
  const bounds = (name: string, buckets: number): Promise<string[][]> =>
    project.rpc('syncline_bounds', { table_schema: 'public', table_name: name, buckets });

  async function digestOf(rows: string, columns = ['id', 'a', 'b', 'n']): Promise<string> {
    await project.sql(`truncate public.rows; ${rows === '' ? '' : `insert into public.rows values ${rows}`}`);
    return (await digests('rows', columns))[0]?.digest ?? 'none';
  }

  it('is the same for the same rows in another order', async () => {
    const one = await digestOf(`(1, 'a', 'b', 1), (2, 'c', 'd', 2), (3, 'e', 'f', 3)`);
    assert.match(one, /^[0-9a-f]{32}$/);
    assert.equal(await digestOf(`(3, 'e', 'f', 3), (1, 'a', 'b', 1), (2, 'c', 'd', 2)`), one);
  });

  it('differs for any difference, however it is hidden', async () => {
    const pairs: readonly [string, string][] = [
      [`(1, null, 'x', null)`, `(1, '', 'x', null)`],
      [`(1, 'a', 'b', null)`, `(1, 'b', 'a', null)`],
      [`(1, 'a,b', 'c', null)`, `(1, 'a', 'b,c', null)`],
      [`(1, 'a"', 'b', null)`, `(1, 'a', '"b', null)`],
      [`(1, '(', ')', null)`, `(1, '()', '', null)`],
      [`(1, null, 'x', 1.0)`, `(1, null, 'x', 1.00)`],
      [`(1, 'x', '', 1), (2, 'y', '', 1)`, `(1, 'y', '', 1), (2, 'x', '', 1)`],
      [`(1, 'x', 'x', 1), (2, 'x', 'x', 1)`, ''],
      [`(1, 'A', '', null)`, `(1, 'a', '', null)`],
      [`(1, 'é', '', null)`, `(1, 'e\u0301', '', null)`],
    ];
    for (const [one, other] of pairs)
      assert.notEqual(await digestOf(one), await digestOf(other), `${one} ${other}`);
  });

  it('digests the key even when it is not asked for', async () => {
    const once = await digestOf(`(1, 'x', 'x', 1), (2, 'x', 'x', 1)`, ['a']);
    assert.notEqual(await digestOf(`(3, 'x', 'x', 1), (4, 'x', 'x', 1)`, ['a']), once);
    assert.notEqual(once, '0'.repeat(32));
  });

  it('does not depend on the settings of whoever asks', async () => {
    await project.sql(`create table public.times (id int primary key, at timestamptz, f float8)`);
    await project.sql(`insert into public.times values (1, '2024-07-01 12:00:00.5Z', 0.1)`);
    const expected = await digests('times', ['id', 'at', 'f']);
    await project.sql(`set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set extra_float_digits = -3`);
    const [row] = await project.sql<{ digests: BucketDigest[] }>(
      `select public.syncline_digests('public', 'times', '{id,at,f}', '[]') as digests`,
    );
    await project.sql('reset all');
    assert.deepEqual(row?.digests, expected);
  });

  it('cuts a large table with a composite key into even buckets, from a sample', async () => {
    const cut = await bounds('large', 40);
    assert.equal(cut.length, 39);
    const columns = ['a', 'b', 'body'];
    const whole = await digests('large', columns, cut);
    assert.equal(
      whole.reduce((sum, { rows }) => sum + rows, 0),
      60_000,
    );
    assert.ok(
      whole.every(({ rows }) => rows > 500 && rows < 4500),
      JSON.stringify(whole.map(({ rows }) => rows)),
    );
    assert.deepEqual(await bounds('large', 40), cut, 'the sample repeats');

    await project.sql(
      `update public.large set body = 'other' where b = 30000; delete from public.large where b = 1`,
    );
    const after = await digests('large', columns, cut);
    const differing = whole.filter(({ bucket, digest }) => after[bucket]?.digest !== digest);
    assert.equal(differing.length, 2);
  });

  it('samples over a plain connection too', async () => {
    const table = await project.table('large');
    const sql = boundsSql({ ...table, estimatedRows: 60_000 }, 8);
    assert.match(sql, /tablesample system \(50\) repeatable \(0\)/);
    assert.equal((await project.sql(sql, [8])).length, 7);
  });

  it('knows empty tables and single buckets', async () => {
    assert.deepEqual(await bounds('none', 8), []);
    assert.deepEqual(await digests('none', ['id'], []), []);
    assert.deepEqual(await bounds('large', 1), []);
    await assert.rejects(bounds('large', 0), { code: '22023' });
    await assert.rejects(
      project.rpc('syncline_range', {
        table_schema: 'public',
        table_name: 'large',
        columns: ['a'],
        lower: ['a'],
      }),
      { code: '22023' },
    );
  });
});
