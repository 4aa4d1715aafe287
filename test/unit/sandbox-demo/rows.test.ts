import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SynclineError } from '../../../src/core/errors.ts';
import {
  MOST_CHARACTERS_PER_STATEMENT,
  MOST_ROWS_PER_STATEMENT,
  insertBatches,
} from '../../../src/sandbox/demo/insert-batches.ts';
import { demoPlan } from '../../../src/sandbox/demo/plan.ts';
import { demoRowsSql } from '../../../src/sandbox/demo/rows.ts';
import { demoCanaries } from '../../../src/sandbox/demo/canaries.ts';

/** V8's collector, so that what is measured is live memory and not what waits to be collected. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('demo rows', () => {
  it('are the same for the same options, and others for another seed', () => {
    const once = [...demoRowsSql({ members: 50 })].join('\n');
    assert.equal([...demoRowsSql({ members: 50, seed: 1 })].join('\n'), once);
    assert.notEqual([...demoRowsSql({ members: 50, seed: 2 })].join('\n'), once);
  });

  it('refuse a number of members out of bounds', () => {
    for (const members of [4, 50_001, 7.5, NaN]) {
      assert.throws(
        () => [...demoRowsSql({ members })],
        (error) => error instanceof SynclineError && error.code === 'USAGE',
      );
    }
  });

  it('keep the promised proportions', () => {
    const plan = demoPlan({ members: 50_000 });
    assert.deepEqual(
      [plan.sections, plan.activities, plan.documents, plan.messages, plan.participantsPerActivity],
      [1250, 12_500, 10_000, 100_000, 12],
    );
  });

  it('bear personal values that tell people apart', () => {
    const canaries = demoCanaries({ members: 2000 });
    const addresses = canaries
      .filter(({ column, kind }) => kind === 'email' && column !== 'guardian_email')
      .map(({ value }) => value.toLowerCase());
    assert.equal(new Set(addresses).size, addresses.length);
    for (const { kind, value } of canaries) assert.ok(value.length > (kind === 'name' ? 1 : 3), kind);
  });

  it('stream 50,000 members in bounded statements and flat memory', function () {
    this.timeout(120_000);
    const collect = collector();
    let statements = 0;
    let characters = 0;
    let before = 0;
    let most = 0;
    for (const statement of demoRowsSql({ members: 50_000 })) {
      assert.ok(statement.length <= MOST_CHARACTERS_PER_STATEMENT);
      statements++;
      characters += statement.length;
      if (statements % 500 === 0) {
        collect();
        const live = process.memoryUsage().heapUsed;
        if (before === 0) before = live;
        most = Math.max(most, live - before);
      }
    }
    assert.ok(statements > 3000, `${statements} statements`);
    assert.ok(characters > 60_000_000, `${characters} characters`);
    assert.ok(most < 8_000_000, `${most} bytes more than at the start`);
  });
});

describe('insert batches', () => {
  const target = { table: 't', columns: ['a', '"b c"'] };

  it('end at the most rows', () => {
    const rows = Array.from({ length: MOST_ROWS_PER_STATEMENT * 2 + 1 }, (_, index) => [
      String(index),
      'NULL',
    ]);
    const counts = [...insertBatches(target, rows)].map((statement) => statement.split('\n(').length - 1);
    assert.deepEqual(counts, [MOST_ROWS_PER_STATEMENT, MOST_ROWS_PER_STATEMENT, 1]);
  });

  it('end at the most characters, and let one longer row go alone', () => {
    const long = 'x'.repeat(MOST_CHARACTERS_PER_STATEMENT);
    const statements = [
      ...insertBatches(target, [
        ['1', '2'],
        ['3', long],
        ['4', '5'],
      ]),
    ];
    assert.deepEqual(
      statements.map((statement) => statement.length > MOST_CHARACTERS_PER_STATEMENT),
      [false, true, false],
    );
    assert.equal(statements[0], 'INSERT INTO t (a, "b c") VALUES\n(1, 2);');
  });

  it('are none without rows', () => assert.deepEqual([...insertBatches(target, [])], []));
});
