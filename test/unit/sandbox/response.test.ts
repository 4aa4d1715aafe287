import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ApiError } from '../../../src/sandbox/errors/api-error.ts';
import { contentRange, rangeOutcome } from '../../../src/sandbox/response/content-range.ts';
import { overridden } from '../../../src/sandbox/response/overrides.ts';
import { viewColumnOrigins } from '../../../src/sandbox/schema/view-columns.ts';

describe('Content-Range', () => {
  it('names the rows and their number, as far as known', () => {
    assert.equal(contentRange(0n, 24n, 3573n), '0-24/3573');
    assert.equal(contentRange(0n, -1n, undefined), '*/*');
    assert.equal(contentRange(0n, 0n, 0n), '*/0');
  });

  it('is partial when there are more rows, and refused beyond the end', () => {
    const from = (first: bigint) => ({ first, last: undefined });
    assert.equal(rangeOutcome(from(0n), 2n, undefined).status, 200);
    assert.equal(rangeOutcome(from(0n), 5n, 5n).status, 200);
    assert.equal(rangeOutcome(from(2n), 3n, 5n).status, 206);
    assert.deepEqual(rangeOutcome(from(10n), 0n, 5n), { status: 416, contentRange: '*/5' });
    assert.equal(rangeOutcome(from(5n), 0n, 5n).status, 206);
  });
});

describe('what the database sets of a response', () => {
  const response = { status: 200, headers: [['Content-Type', 'a']] as const, body: Buffer.from('x') };

  it('replaces status and headers', () => {
    const changed = overridden(response, {
      status: '202',
      headers: '[{"content-type":"b"},{"X-A":"1"},{"X-A":"2"}]',
    });
    assert.equal(changed.status, 202);
    assert.deepEqual(changed.headers, [
      ['content-type', 'b'],
      ['X-A', '1'],
      ['X-A', '2'],
    ]);
  });

  it('is refused when it is not understood', () => {
    for (const headers of ['x', '{}', '[1]', '[{"a":1}]', '[{"a":"1","b":"2"}]']) {
      assert.throws(
        () => overridden(response, { status: null, headers }),
        (failure) => failure instanceof ApiError && failure.body.code === 'PGRST111',
      );
    }
    assert.throws(
      () => overridden(response, { status: 'x', headers: null }),
      (failure) => failure instanceof ApiError && failure.body.code === 'PGRST112',
    );
  });
});

describe('a view’s parse tree', () => {
  it('tells where its columns come from, whatever they are named', () => {
    const entry = (number: number, name: string, table: number, column: number): string =>
      `{TARGETENTRY :expr {VAR :varno 1 :constvalue 4 [ 0 0 ]} :resno ${number} :resname ${name} :ressortgroupref 0 :resorigtbl ${table} :resorigcol ${column} :resjunk false}`;
    const inner = `{QUERY :targetList (${entry(1, 'inner', 99, 9)})}`;
    const tree = `({QUERY :commandType 1 :utilityStmt <> :rtable ({RTE :subquery ${inner}}) :targetList (${entry(1, 'id', 42, 3)} ${entry(2, 'a\\ \\{b\\}\\)', 42, 1)} ${entry(3, 'sum', 0, 0)}) :x <>})`;
    assert.deepEqual(
      [...viewColumnOrigins(tree)],
      [
        [1, { table: '42', column: 3 }],
        [2, { table: '42', column: 1 }],
      ],
    );
  });
});
