import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codecFor } from '../../../src/core/values/codec.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import {
  BIGINT,
  column,
  DATE,
  INTEGER,
  maskRows,
  maskValues,
  planFor,
  table,
  TIMESTAMPTZ,
} from './tables.ts';

const DAY = 86_400_000;

describe('date-shift', () => {
  it('moves a date by at most the days that were asked for, and never by none', () => {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 400 }), (moment, days) => {
        const value = moment.toISOString().slice(0, 10);
        const [masked] = maskValues({ transformer: 'date-shift', days }, [value], { type: DATE });
        const shown = String(masked);
        assert.equal(codecFor(DATE).canonicalize(shown), shown);
        // Beyond the years that JavaScript's short form writes, the calendar of the codec is enough.
        if (shown.length > 10) return;
        const moved = Math.abs(Date.parse(shown) - Date.parse(value)) / DAY;
        assert.ok(moved >= 1 && moved <= days, `${moved} days`);
      }),
    );
  });

  it('keeps midnight, draws any other time of day anew, and keeps its precision', () => {
    const [midnight, other, whole] = maskValues(
      'date-shift',
      ['1815-12-10T00:00:00.000000Z', '1815-12-10T13:14:15.678901Z', '1815-12-10T13:14:15.000000Z'],
      { type: TIMESTAMPTZ },
    );
    assert.match(String(midnight), /^\d{4}-\d\d-\d\dT00:00:00\.000000Z$/);
    assert.match(String(other), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.ok(!String(other).includes('13:14:15') && !String(other).includes('678901'));
    assert.match(String(whole), /T\d\d:\d\d:\d\d\.000000Z$/);
  });

  it('reaches over the beginning of the calendar and keeps the ends of time', () => {
    const values = ['0044-03-15 BC', '0001-01-01', '5874897-01-31', 'infinity', '-infinity'];
    const masked = maskValues('date-shift', values, { type: DATE }) as string[];
    for (const text of masked) assert.equal(codecFor(DATE).canonicalize(text), text);
    assert.deepEqual(masked.slice(3), ['infinity', '-infinity']);
    assert.ok(masked.slice(0, 3).every((text, index) => text !== values[index]));
  });

  it('keeps the intervals of one person with "by", and moves people apart', () => {
    const source = table('stays', [
      column('guest_id', INTEGER),
      column('from', DATE),
      column('until', TIMESTAMPTZ),
    ]);
    const by = { transformer: 'date-shift', by: 'guest_id', days: 300 };
    const plan = planFor(source, { rules: { stays: { from: by, until: by } } });
    const rows = [1n, 2n, 3n].map((guest) => [guest, '2024-02-28', '2024-03-02T10:11:12.000000Z']);
    const masked = maskRows(plan, source, [...rows, [null, '2024-02-28', '2024-03-02T10:11:12.000000Z']]);
    const days = masked
      .slice(0, 3)
      .map(([, from, until]) => [
        Date.parse(String(from)),
        Date.parse(String(until).slice(0, 10)),
        String(until).slice(10),
      ]);
    assert.ok(days.every(([from, until]) => Number(until) - Number(from) === 3 * DAY));
    assert.ok(days.every(([, , time]) => time === 'T10:11:12.000000Z'));
    assert.equal(new Set(days.map(([from]) => from)).size, 3);
    assert.notEqual(masked[3]?.[1], '2024-02-28');
  });
});

describe('number-noise', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 6 }))
    .map(([unscaled, scale]) => {
      const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
      const sign = unscaled < 0n ? '-' : '';
      return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    });

  it('changes every number but zero by at most the ratio, and keeps sign and decimals', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        const [masked] = maskValues({ transformer: 'number-noise', ratio: 0.2 }, [value], {
          type: { kind: 'numeric' },
        }) as string[];
        const scale = (text: string): number => text.split('.')[1]?.length ?? 0;
        assert.equal(scale(masked!), scale(value));
        const [before, after] = [Number(value), Number(masked)];
        if (before === 0) return;
        assert.notEqual(masked, value);
        assert.ok(after * before >= 0);
        const step = 10 ** -scale(value);
        assert.ok(Math.abs(after - before) <= Math.abs(before) * 0.2 + step, `${value} became ${masked}`);
      }),
    );
  });

  it('stays within the column', () => {
    const narrow: LogicalType = { kind: 'numeric', precision: 4, scale: 2 };
    for (const value of ['99.99', '-99.99', '0.01', '90.00']) {
      const [masked] = maskValues({ transformer: 'number-noise', ratio: 0.5 }, [value], { type: narrow });
      assert.equal(codecFor(narrow).canonicalize(String(masked)), masked);
      assert.notEqual(masked, value);
    }
    const limits = [32_767n, -32_768n, 32_000n];
    const small: LogicalType = { kind: 'integer', bits: 16 };
    for (const rule of ['number-noise', 'digits', 'phone', 'postal-code', 'key']) {
      for (const [index, masked] of maskValues(rule, limits, { type: small }).entries()) {
        assert.equal(codecFor(small).canonicalize(masked as bigint), masked, rule);
        assert.notEqual(masked, limits[index]);
      }
    }
    const most = 2n ** 63n - 1n;
    for (const masked of maskValues('digits', [most, -most - 1n], { type: BIGINT })) {
      assert.equal(BigInt.asIntN(64, masked as bigint), masked);
      assert.notEqual(masked, most);
    }
  });

  it('moves a place by its amount, within the limit of a longitude', () => {
    const rule = { transformer: 'number-noise', amount: 0.5, limit: 180 };
    fc.assert(
      fc.property(
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.constantFrom(32 as const, 64 as const),
        (value, bits) => {
          const given = bits === 32 ? Math.fround(value) : value;
          const [masked] = maskValues(rule, [given], { type: { kind: 'float', bits } }) as number[];
          assert.ok(Math.abs(masked!) <= 180 && Math.abs(masked! - given) <= 0.51);
          assert.notEqual(masked, given);
          if (bits === 32) assert.equal(Math.fround(masked!), masked);
        },
      ),
    );
    // A house beside the meridian of Greenwich would not move by a part of nothing.
    const [beside] = maskValues(rule, ['0.001500'], { type: { kind: 'numeric' } }) as string[];
    assert.ok(Math.abs(Number(beside)) > 0.002 || Number(beside) === 0);
  });

  it('keeps what is no number: NaN, the infinities, zero', () => {
    const numeric: LogicalType = { kind: 'numeric' };
    assert.deepEqual(maskValues('number-noise', ['NaN', 'Infinity', '0.00'], { type: numeric }), [
      'NaN',
      'Infinity',
      '0.00',
    ]);
    const float: LogicalType = { kind: 'float', bits: 64 };
    assert.deepEqual(maskValues('number-noise', ['NaN', Infinity, 0], { type: float }), ['NaN', Infinity, 0]);
  });
});
