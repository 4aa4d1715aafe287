import { strict as assert } from 'node:assert';
import { boundsSql, bucketRowsSql, digestSql } from '../../../src/databases/kit/digest-sql.ts';
import { table, type } from '../../support/catalog.ts';

describe('digest SQL', () => {
  const pairs = table(
    'pa"irs',
    { name: type.text, no: type.bigint, body: type.text },
    { schema: "it's", key: ['no', 'name'] },
  );
  const users = table('users', { id: type.bigint, body: type.text }, { key: ['id'] });

  it('quotes names, and orders text bytewise on both sides', () => {
    const sql = digestSql(pairs, ['body']);
    assert.match(sql, /from "it's"\."pa""irs" as t/);
    assert.match(sql, /row\(t\."no", t\."name" collate pg_catalog\."C"\)/);
    assert.match(sql, /row\(\(b\.key ->> 0\)::bigint, \(b\.key ->> 1\)::text collate pg_catalog\."C"\)/);
    assert.match(boundsSql(pairs, 4), /order by t\."no", t\."name" collate pg_catalog\."C"/);
  });

  it('digests the key once, asked for or not', () => {
    assert.match(digestSql(users, ['body']), /row\(t\."body", t\."id"\)::/);
    assert.match(digestSql(users, ['id', 'body']), /row\(t\."id", t\."body"\)::/);
  });

  it('samples when a table is much larger than the sample', () => {
    assert.doesNotMatch(boundsSql(users, 16), /tablesample/);
    assert.doesNotMatch(boundsSql({ ...users, estimatedRows: 30_000 }, 16), /tablesample/);
    assert.match(
      boundsSql({ ...users, estimatedRows: 300_000 }, 16),
      /tablesample system \(10\) repeatable \(0\)/,
    );
    assert.match(boundsSql({ ...users, estimatedRows: 1_000_000 }, 1000), /tablesample system \(20\)/);
  });

  it('reads the rows of buckets by the same expression', () => {
    const bucket = /coalesce\([\s\S]*?\), 0\)/.exec(digestSql(users, ['body']))?.[0];
    assert.ok(bucket);
    assert.ok(bucketRowsSql(users, ['body']).includes(`${bucket} = any ($2::pg_catalog.int4[])`));
  });

  it('needs a primary key', () => {
    const keyless = table('log', { line: type.text });
    assert.throws(() => digestSql(keyless, ['line']), RangeError);
    assert.throws(() => boundsSql(keyless, 4), RangeError);
  });
});
