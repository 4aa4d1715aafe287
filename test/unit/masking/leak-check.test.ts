import assert from 'node:assert/strict';
import { createLeakCheck, type LeakCheckResult } from '../../../src/core/masking/leak-check.ts';
import { DistinctCount, FingerprintSet, fingerprinter } from '../../../src/core/masking/fingerprint-set.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { column, JSONB, KEY, maskRows, planFor, table, testKey, unique } from './tables.ts';

const users = table('users', ['email', 'full_name', 'notes', 'status', column('data', JSONB)], {
  uniques: [unique('email')],
});
const rows: Row[] = Array.from({ length: 300 }, (_, index) => [
  `user${index}@mail.test`,
  `Ada Lovelace the ${index}th`,
  index % 3 === 0 ? null : 'met at the fair',
  ['open', 'closed'][index % 2]!,
  JSON.stringify({ mail: `user${index}@mail.test`, n: index }),
]);
const plan = planFor(users, { samples: { users: rows.slice(0, 50) } });
const masked = maskRows(plan, users, rows);

function check(
  observed: readonly Row[],
  finished: readonly Row[] = [],
  maxRemembered?: number,
): LeakCheckResult {
  const leaks = createLeakCheck({
    plan,
    key: KEY,
    ...(maxRemembered === undefined ? {} : { maxRemembered }),
  });
  for (const [index, row] of observed.entries()) leaks.observe('users', rows[index]!, row);
  for (const row of finished) leaks.inspect('users', row);
  return leaks.result();
}

/** The masked rows with one cell as it was, or as somebody else's. */
function planted(row: number, position: number, cell = rows[row]![position]!): Row[] {
  return masked.map((each, index) => (index === row ? each.toSpliced(position, 1, cell) : each));
}

describe('leak check', () => {
  it('passes masked rows, and says what it compared and what not', () => {
    const result = check(masked, masked);
    assert.equal(result.status, 'passed');
    assert.deepEqual(result.findings, []);
    assert.match(
      result.reason,
      /^1100 masked cells differ from their originals; 600 originals were searched for in 300 finished rows$/,
    );
    assert.deepEqual(
      result.parts.map(({ status }) => status),
      ['passed', 'passed'],
    );
    const unsearched = check(masked);
    assert.deepEqual(
      unsearched.parts.map(({ status }) => status),
      ['passed', 'skipped'],
    );
    assert.match(unsearched.reason, /finished rows were not searched/);
  });

  it('is skipped, not passed, when nothing was compared', () => {
    assert.equal(check([]).status, 'skipped');
    const leaks = createLeakCheck({ plan, key: KEY });
    leaks.observe('users', ['a@x.test'], ['b@example.com']);
    leaks.observe('elsewhere', ['a'], ['b']);
    const result = leaks.result();
    assert.equal(result.status, 'skipped');
    assert.match(result.reason, /rows of users, elsewhere could not be compared/);
  });

  it('finds one planted cell among hundreds', () => {
    for (const [position, name] of [
      [0, 'email'],
      [1, 'full_name'],
      [2, 'notes'],
    ] as const) {
      const result = check(planted(200, position));
      assert.equal(result.status, 'failed');
      assert.deepEqual(result.findings, [{ table: 'users', column: name, kind: 'same-cell', count: 1 }]);
    }
  });

  it('finds it in another case, and inside a document', () => {
    assert.equal(check(planted(7, 1, 'ADA LOVELACE THE 7TH')).status, 'failed');
    const result = check(planted(7, 4, '{"other": "see user7@mail.test"}'));
    assert.deepEqual(result.findings, [{ table: 'users', column: 'data', kind: 'same-cell', count: 1 }]);
  });

  it("finds another row's original, in masked and in kept columns", () => {
    for (const position of [0, 1, 3]) {
      const result = check(masked, planted(3, position, ' User9@Mail.test '));
      assert.equal(result.status, 'failed');
      assert.deepEqual(
        result.findings.map(({ kind, count }) => [kind, count]),
        [['elsewhere', 1]],
      );
    }
  });

  it('finds nothing when nothing is planted, with a canary that was never there', () => {
    assert.equal(check(masked, planted(3, 3, 'canary@nowhere.test')).status, 'passed');
  });

  it('says so when it could not remember every original', () => {
    const result = check(masked, masked, 100);
    assert.equal(result.parts[1]?.status, 'skipped');
    assert.match(result.reason, /100 originals were searched for in 300 finished rows, 500 were not/);
    assert.equal(check(masked, planted(0, 3, 'user0@mail.test'), 100).status, 'failed');
  });

  it('finds unique values that fell together', () => {
    const collapsed = masked.map((row, index) => row.toSpliced(0, 1, `person${index % 20}@example.com`));
    const result = check(collapsed);
    assert.equal(result.status, 'failed');
    assert.deepEqual(
      result.findings.map(({ column: name, kind }) => [name, kind]),
      [['email', 'collapsed']],
    );
    const counted = result.columns.find(({ column: name }) => name === 'email');
    assert.equal(counted?.cells, 300);
    assert.ok(counted.distinctRaw > 250 && counted.distinctMasked < 30);
  });

  it('takes what says nothing for what it is: empty, zero, the ends of time, constants', () => {
    const things = table('things', [
      'notes',
      column('salary', { kind: 'numeric' }),
      column('birthday', { kind: 'date' }),
      column('tags', { kind: 'array', element: { kind: 'text' } }),
      column('photo', { kind: 'bytes' }, { nullable: false }),
      'religion',
      column('data', JSONB),
      column('net', { kind: 'network', form: 'cidr' }),
    ]);
    const trivial: Row = [
      '',
      '0.00',
      'infinity',
      '[null]',
      new Uint8Array(0),
      '[redacted]',
      '{"n": 1}',
      '0.0.0.0/0',
    ];
    const made = planFor(things);
    const leaks = createLeakCheck({ plan: made, key: KEY });
    const [out] = maskRows(made, things, [trivial]);
    assert.deepEqual(out?.slice(0, 4), trivial.slice(0, 4));
    leaks.observe('things', trivial, out);
    assert.deepEqual(leaks.result().findings, []);
    const told: Row = [
      'hello',
      '51.00',
      '1815-12-10',
      '["hello"]',
      new Uint8Array([1]),
      'none',
      '{"n": "x"}',
      '10.0.0.0/8',
    ];
    leaks.observe('things', told, told);
    assert.equal(leaks.result().findings.length, 7);
  });

  it('never tells a value', () => {
    const result = check(planted(200, 0), planted(3, 3, 'user9@mail.test'));
    assert.ok(!/user\d|@|Ada/.test(JSON.stringify(result)));
  });
});

describe('fingerprints', () => {
  it('differ by text and by key, and are found again in a set that grows', () => {
    const fingerprint = fingerprinter(KEY);
    const set = new FingerprintSet(100_000);
    const texts = Array.from({ length: 60_000 }, (_, index) => `+49 30 ${index}`);
    for (const text of texts) assert.ok(set.add(fingerprint(text)));
    assert.equal(set.size, texts.length);
    assert.ok(texts.every((text) => set.has(fingerprint(text))));
    const other = fingerprinter(testKey(2));
    assert.ok(texts.every((text) => !set.has(other(text))));
  });

  it('count different values within a tenth', () => {
    for (const count of [10, 1000, 50_000]) {
      const distinct = new DistinctCount();
      const fingerprint = fingerprinter(KEY);
      for (let index = 0; index < count * 2; index += 1) distinct.add(fingerprint(`value ${index % count}`));
      assert.ok(Math.abs(distinct.estimate() / count - 1) < 0.1, `${distinct.estimate()} of ${count}`);
    }
  });
});
