import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Cell, Row } from '../../../src/core/values/cell.ts';
import { decodeRow, encodeRow } from '../../../src/core/values/row-encoding.ts';

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a', 'a|b', '|', '1', '\0'),
  fc.uint8Array({ maxLength: 40 }),
);

const row: fc.Arbitrary<Row> = fc.array(cell, { maxLength: 6 });

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('row encoding', () => {
  it('gives the row back', () => {
    fc.assert(fc.property(row, (cells) => assert.deepEqual(decodeRow(encodeRow(cells)), cells)));
  });

  it('is the beginning of no other row', () => {
    fc.assert(
      fc.property(row, row, (one, two) => {
        const [first, second] = [hex(encodeRow(one)), hex(encodeRow(two))];
        if (first !== second) assert.ok(!second.startsWith(first));
        else assert.deepEqual(one, two);
      }),
    );
  });

  const confusable: readonly (readonly [Row, Row])[] = [
    [[null], ['']],
    [
      ['a|b', 'c'],
      ['a', 'b|c'],
    ],
    [
      ['ab', ''],
      ['a', 'b'],
    ],
    [[1n], ['1']],
    [[1n], [1]],
    [[0], [-0]],
    [['a'], [new Uint8Array([97])]],
    [[], [null]],
    [[null], [null, null]],
    [['\u00e9'], ['e\u0301']],
    [[9007199254740993n], [9007199254740992n]],
  ];
  for (const [one, two] of confusable) {
    it(`tells ${describeRow(one)} from ${describeRow(two)}`, () => {
      assert.notEqual(hex(encodeRow(one)), hex(encodeRow(two)));
    });
  }

  it('refuses cells that SQLite has no equal for', () => {
    for (const impossible of [NaN, 2n ** 63n, -(2n ** 63n) - 1n, 'a\ud800']) {
      assert.throws(() => encodeRow([impossible]), { code: 'VALUE_UNREPRESENTABLE' });
    }
  });

  it('refuses bytes that are no row', () => {
    const whole = encodeRow([1n, 'text', new Uint8Array(3), 2.5, null]);
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => decodeRow(whole.subarray(0, length)), { code: 'VALUE_UNREPRESENTABLE' });
    }
    assert.throws(() => decodeRow(new Uint8Array([...whole, 0])), { code: 'VALUE_UNREPRESENTABLE' });
    assert.throws(() => decodeRow(new Uint8Array([0, 0, 0, 1, 9])), { code: 'VALUE_UNREPRESENTABLE' });
  });

  it('keeps bytes of its own', () => {
    const blob = new Uint8Array([1, 2, 3]);
    const encoded = encodeRow([blob]);
    const [decoded] = decodeRow(encoded);
    encoded.fill(0);
    assert.deepEqual(decoded, blob);
  });
});

function describeRow(cells: Row): string {
  return `(${cells.map((value) => (value instanceof Uint8Array ? 'bytes' : `${typeof value} ${String(value)}`)).join(', ')})`;
}
