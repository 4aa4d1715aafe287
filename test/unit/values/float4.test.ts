import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shortestFloat4 } from '../../../src/core/values/float4.ts';

/** How many significant digits a number's text has. */
function digitsOf(value: number): number {
  const mantissa = value.toExponential().split('e')[0] ?? '';
  return mantissa.replace(/[-.]/g, '').length;
}

/** The least number of digits with which some decimal names the float4: tried one by one, both neighbours included. */
function leastDigits(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const [mantissa = '', exponent = ''] = Math.abs(float)
      .toExponential(digits - 1)
      .split('e');
    const whole = Number(mantissa.replace('.', ''));
    const scale = Number(exponent) - (digits - 1);
    const names = [whole - 1, whole, whole + 1].some(
      (candidate) => Math.fround(Number(`${candidate}e${scale}`)) === Math.abs(float),
    );
    if (names) return digits;
  }
  return 9;
}

const floats = fc
  .oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -149, max: 127 }).map((power) => 2 ** power),
    fc.integer({ min: 1, max: 300 }).map((step) => step * 2 ** -149),
  )
  .filter((value) => value !== 0);

describe('shortestFloat4', () => {
  it('names the float4, with as few digits as any decimal can', () => {
    fc.assert(
      fc.property(floats, (float) => {
        const shortest = shortestFloat4(float);
        assert.ok(shortest !== undefined);
        assert.equal(Math.fround(shortest), float);
        assert.equal(digitsOf(shortest), leastDigits(float));
      }),
      { numRuns: 3000 },
    );
  });

  it('is one number for every double that rounds to the float4', () => {
    fc.assert(
      fc.property(floats, fc.double({ min: -1e-9, max: 1e-9, noNaN: true }), (float, nudge) => {
        const nearby = float * (1 + nudge);
        if (Math.fround(nearby) === float) assert.equal(shortestFloat4(nearby), shortestFloat4(float));
      }),
    );
  });

  it('has no name for what a float4 cannot hold', () => {
    assert.equal(shortestFloat4(1e39), undefined);
    assert.equal(shortestFloat4(1e-60), undefined);
  });
});
