import assert from 'node:assert/strict';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatRows,
} from '../../../src/vscode/text/amounts.ts';
import { NOW } from './table-status.ts';

describe('amounts', () => {
  it('groups thousands', () => {
    assert.equal(formatCount(1_234_567), '1,234,567');
    assert.equal(formatRows(1), '1 row');
    assert.equal(formatRows(0), '0 rows');
  });

  const sizes: readonly [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [3_298_720, '3.3 MB'],
    [999_960, '1 MB'],
    [2.5e12, '2.5 TB'],
    [7e15, '7,000 TB'],
  ];
  for (const [bytes, text] of sizes) {
    it(`writes ${bytes} bytes as ${text}`, () => assert.equal(formatBytes(bytes), text));
  }

  const ages: readonly [number, string][] = [
    [0, 'just now'],
    [59_999, 'just now'],
    [60_000, '1 min ago'],
    [59 * 60_000, '59 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [25 * 3_600_000, 'yesterday'],
    [49 * 3_600_000, '2 days ago'],
    [40 * 86_400_000, 'on 2026-01-20'],
  ];
  for (const [age, text] of ages) {
    it(`calls what was ${age} ms before "${text}"`, () =>
      assert.equal(formatAge(new Date(NOW - age).toISOString(), NOW), text));
  }

  it('calls an instant in the future, as clocks that differ make it, just now', () => {
    assert.equal(formatAge(new Date(NOW + 5000).toISOString(), NOW), 'just now');
  });

  it('writes instants in UTC, and what is none as it is', () => {
    assert.equal(formatInstant('2026-03-01T14:05:09.123+02:00'), '2026-03-01 12:05:09 UTC');
    assert.equal(formatInstant('unknown'), 'unknown');
  });

  it('writes durations', () => {
    assert.deepEqual([0, 840, 12_340, 245_000].map(formatDuration), [
      '0 ms',
      '840 ms',
      '12.3 s',
      '4 min 5 s',
    ]);
  });
});
