import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  civilFromDays,
  daysFromCivil,
  isCivilDate,
  printCivil,
  printTimeOfDay,
} from '../../../src/core/values/calendar.ts';

/** The days that JavaScript's Date can hold, 100 million either way of 1970. */
const days = fc.integer({ min: -100_000_000, max: 100_000_000 });

describe('calendar', () => {
  it('agrees with JavaScript on every day that both have', () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * 86_400_000);
        assert.deepEqual(civilFromDays(day), {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('counts days back to where it came from', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_000_000, max: 3_000_000_000 }), (day) => {
        const civil = civilFromDays(day);
        assert.equal(daysFromCivil(civil), day);
        assert.ok(isCivilDate(civil));
      }),
    );
  });

  it('knows which days exist', () => {
    const exists = (year: number, month: number, day: number) => isCivilDate({ year, month, day });
    assert.ok(exists(2000, 2, 29) && exists(2024, 2, 29) && exists(0, 2, 29));
    assert.ok(!exists(1900, 2, 29) && !exists(2023, 2, 29) && !exists(2024, 4, 31));
    assert.ok(!exists(2024, 13, 1) && !exists(2024, 0, 1) && !exists(2024, 1, 0));
  });

  it('writes years before Christ as Postgres does', () => {
    assert.deepEqual(printCivil({ year: 0, month: 3, day: 5 }), { date: '0001-03-05', era: ' BC' });
    assert.deepEqual(printCivil({ year: -43, month: 3, day: 15 }), { date: '0044-03-15', era: ' BC' });
    assert.deepEqual(printCivil({ year: 1, month: 1, day: 1 }), { date: '0001-01-01', era: '' });
  });

  it('writes the last microsecond of a day', () => {
    assert.equal(printTimeOfDay(86_399_999_999), '23:59:59.999999');
    assert.equal(printTimeOfDay(0), '00:00:00.000000');
  });
});
