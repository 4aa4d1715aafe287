import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyedHash } from '../../../src/core/masking/keyed-hash.ts';
import { keyedPermutation } from '../../../src/core/masking/permutation.ts';
import { numberShape, shapeMask } from '../../../src/core/masking/shape.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Cell } from '../../../src/core/values/cell.ts';
import { BIGINT, INTEGER, maskValues, testKey, UUID, varchar } from './tables.ts';

const hash = keyedHash(testKey(4).bytes);

function range<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function assertInjective(values: readonly Cell[], masked: readonly Cell[]): void {
  const fold = (cell: Cell): string => String(cell).toLowerCase();
  assert.equal(new Set(values).size, values.length, 'the test repeats a value');
  assert.equal(new Set(masked).size, values.length, 'two values became one');
  const same = values.findIndex((value, index) => fold(value) === fold(masked[index] ?? null));
  assert.equal(same, -1, 'a value came out as it went in');
}

describe('permutation', () => {
  for (const size of [2n, 3n, 10n, 26n, 97n, 1000n]) {
    it(`maps 0 to ${size - 1n} onto themselves, one to one, leaving none where it was`, () => {
      const permute = keyedPermutation(hash);
      const values = range(Number(size), BigInt);
      const permuted = values.map((value) => permute(value, size, 'tweak'));
      assert.deepEqual(
        permuted.toSorted((a, b) => Number(a - b)),
        values,
      );
      assert.ok(values.every((value, index) => permuted[index] !== value));
    });
  }

  it('stays in range for sizes of any length', () => {
    const permute = keyedPermutation(hash);
    const sizeAndValue = fc
      .bigInt({ min: 2n, max: 2n ** 200n })
      .chain((size) => fc.tuple(fc.constant(size), fc.bigInt({ min: 0n, max: size - 1n })));
    fc.assert(
      fc.property(sizeAndValue, ([size, value]) => {
        const permuted = permute(value, size, '');
        assert.ok(permuted >= 0n && permuted < size && permuted !== value);
      }),
      { numRuns: 200 },
    );
  });
});

describe('shape', () => {
  it('keeps classes of characters and separators, and what only differs in case', () => {
    const mask = shapeMask(hash);
    for (const value of ['AB-12', 'x', '7', 'Ünïcode-東京 9', 'aZ09_./']) {
      const classes = (text: string): string =>
        text
          .replace(/\d/g, '0')
          .replace(/[a-z]/g, 'a')
          .replace(/[A-Z]/g, 'A')
          .replace(/[^\0-\x7f]/gu, '?');
      assert.equal(classes(mask(value) ?? ''), classes(value));
      assert.notEqual(mask(value), value);
    }
    assert.equal(mask('ab-C')?.toLowerCase(), mask('AB-c')?.toLowerCase());
    assert.equal(mask('---'), undefined);
    assert.equal(mask('a'.repeat(49)), undefined);
  });

  it('keeps a number a number of as many digits, and within a range', () => {
    const mask = shapeMask(hash, numberShape);
    const below = (candidate: string): boolean => BigInt(candidate) <= 2_147_483_647n;
    const numbers = range(900, (index) => String(1_000_000_000 + index * 1_250_000));
    const masked = numbers.map((number) => mask(number, below) ?? '');
    assert.ok(masked.every((number) => /^[1-9]\d{9}$/.test(number) && below(number)));
    assertInjective(numbers, masked);
    assert.match(mask('-120.50') ?? '', /^-[1-9]\d\d\.\d\d$/);
    assert.match(mask('0.05') ?? '', /^\d\.\d\d$/);
  });
});

describe('unique columns', () => {
  const people = (index: number): string => `Person ${index} of ${index % 7}`;

  /** Rule, values, and the type where it is not text. A hundred thousand where a hash decides, fewer where a permutation does. */
  const CASES: readonly (readonly [string, (index: number) => Cell, number, LogicalType?])[] = [
    ['email', (index) => `user${index}@mail${index % 50}.test`, 100_000],
    ['username', (index) => `user.${index}`, 100_000, varchar(20)],
    ['full-name', people, 100_000],
    ['last-name', people, 20_000, varchar(20)],
    ['first-name', people, 20_000],
    ['company', people, 20_000],
    ['city', people, 20_000, varchar(14)],
    ['street-address', people, 20_000],
    ['url', (index) => `https://a.test/${index}.png`, 100_000],
    ['text', (index) => `a text that is number ${index}`, 100_000],
    ['text', (index) => `n${index}`, 20_000],
    ['text', (index) => `n${index}`, 2_000, varchar(6)],
    ['key', (index) => `customer/number/${index}`, 100_000],
    ['key', (index) => index.toString(36), 3_000, varchar(3)],
    ['uuid', (index) => `a0eebc99-9c0b-4ef8-bb6d-${String(index).padStart(12, '0')}`, 50_000, UUID],
    ['hash', people, 50_000, varchar(16)],
    ['ip', (index) => `10.0.${index >> 8}.${index & 255}`, 20_000],
    ['phone', (index) => `+49 30 ${1_000_000 + index}`, 3_000],
    ['phone', (index) => String(1_000_000 + index), 3_000, varchar(20)],
    ['digits', (index) => `DE${String(index).padStart(20, '0')}`, 3_000],
    ['postal-code', (index) => String(10_000 + index), 3_000],
    [
      'date-shift',
      (index) => new Date(index * 86_400_000).toISOString().slice(0, 10),
      20_000,
      { kind: 'date' },
    ],
    ['digits', (index) => BigInt(index), 3_000, INTEGER],
    ['key', (index) => 9_007_199_254_740_992n + BigInt(index), 1_000, BIGINT],
    ['key', (index) => -BigInt(index + 1), 1_000, BIGINT],
    ['phone', (index) => `49301${index + 100_000}`, 1_000, { kind: 'numeric' }],
  ];

  for (const [rule, make, count, type] of CASES) {
    it(`stay unique with ${rule}: ${count} like ${String(make(1))}${type ? ` in ${JSON.stringify(type)}` : ''}`, () => {
      const values = range(count, make);
      assertInjective(values, maskValues(rule, values, { unique: true, ...(type ? { type } : {}) }));
    }).timeout(60_000);
  }

  it('hold 100,000 bytea keys apart', () => {
    const values = range(100_000, (index) => new Uint8Array(Buffer.from(`key ${index}`)));
    const masked = maskValues('hash', values, { unique: true, type: { kind: 'bytes' } });
    assert.equal(
      new Set(masked.map((cell) => Buffer.from(cell as Uint8Array).toString('hex'))).size,
      values.length,
    );
  });

  it('keep e-mail addresses apart that differ in case alone, and alike without regard to case', () => {
    const spellings = ['ada@x.test', 'Ada@x.test', 'ADA@X.TEST', ' ada@x.test', 'aDA@x.test'];
    for (const rule of ['email', 'username']) {
      const masked = maskValues(rule, spellings, { unique: true }) as string[];
      assertInjective(spellings, masked);
      assert.equal(new Set(masked.map((text) => text.toLowerCase())).size, 1);
      // Unique or not: what a query joins stays joined.
      assert.deepEqual(maskValues(rule, spellings), masked);
    }
  });

  it('ignore case where the column does', () => {
    const citext: LogicalType = { kind: 'text', caseInsensitive: true };
    for (const rule of ['email', 'username', 'key', 'text', 'full-name', 'hash']) {
      const masked = maskValues(rule, ['Ada Lovelace of Ockham', 'ADA lovelace of ockham'], {
        type: citext,
        unique: true,
      });
      assert.equal(String(masked[0]).toLowerCase(), String(masked[1]).toLowerCase(), rule);
    }
  });

  it('keep telephone numbers apart that are written otherwise', () => {
    const spellings = [
      '+4930123456',
      '+49 30 123456',
      '0049 30 123456',
      '+49 (30) 12-34-56',
      '4930123456',
      '30123456',
      '030 1 x',
      '030 1 y',
    ];
    assertInjective(spellings, maskValues('phone', spellings, { unique: true }));
  });
});
