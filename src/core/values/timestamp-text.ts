import type { CivilDate } from './calendar.ts';
import { daysFromCivil, isCivilDate } from './calendar.ts';

/** A date and time as somebody spelled it. */
export interface SpelledTimestamp {
  /** Days since 1970-01-01 and microseconds of that day, as on the clock that was read. */
  readonly days: number;
  readonly microseconds: number;
  /** Seconds east of UTC, where an offset was given. */
  readonly offset: number | undefined;
}

const SPELLING =
  /^(\d{4,7}|[+-]\d{6})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)? ?([Zz]|UTC|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?( BC)?$/;

const OFFSET = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?$/;

/** `+05:30`, `-03`, `Z` in seconds; undefined when it is none. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z' || text === 'UTC') return 0;
  const match = OFFSET.exec(text);
  if (match === null) return undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? '0') * 60 + Number(match[4] ?? '0');
  return match[1] === '-' ? -seconds : seconds;
}

/** Digits after the point as microseconds; undefined when there are more than six that matter. */
export function parseFraction(digits: string): number | undefined {
  const kept = digits.length > 6 ? digits.replace(/0+$/, '') : digits;
  return kept.length > 6 ? undefined : Number(kept.padEnd(6, '0'));
}

/** Microseconds of the day; undefined when the clock has no such time. */
export function timeOfDay(
  hour: number,
  minute: number,
  second: number,
  fraction: number,
): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
}

/**
 * Reads what Postgres, JavaScript and SQLite write: `2024-01-02`, `2024-01-02 03:04`, `2024-01-02T03:04:05.678Z`,
 * `2024-01-02 03:04:05.678901+05:30`, `0044-03-15 00:00:00+00 BC`, and JavaScript's signed years (`-000043-...`).
 * Undefined when the text is none of them, or the calendar has no such day.
 */
export function parseTimestampText(text: string): SpelledTimestamp | undefined {
  const match = SPELLING.exec(text);
  if (match === null) return undefined;
  const date = civilDate(match[1] ?? '', Number(match[2]), Number(match[3]), match[9] !== undefined);
  const fraction = parseFraction(match[7] ?? '');
  if (date === undefined || fraction === undefined) return undefined;
  const microseconds = timeOfDay(
    Number(match[4] ?? '0'),
    Number(match[5] ?? '0'),
    Number(match[6] ?? '0'),
    fraction,
  );
  if (microseconds === undefined) return undefined;
  const offset = match[8] === undefined ? undefined : parseOffset(match[8]);
  return { days: daysFromCivil(date), microseconds, offset };
}

function civilDate(
  yearText: string,
  month: number,
  day: number,
  isBeforeChrist: boolean,
): CivilDate | undefined {
  const isSigned = yearText.startsWith('+') || yearText.startsWith('-');
  const written = Number(yearText);
  if (isSigned ? isBeforeChrist : written === 0) return undefined;
  const date = { year: isBeforeChrist ? 1 - written : written, month, day };
  return isCivilDate(date) ? date : undefined;
}

/** Whether the characters of `text` are digits exactly where `pattern` has a 0, and equal to it elsewhere. */
export function hasShape(text: string, pattern: string): boolean {
  for (let index = 0; index < pattern.length; index++) {
    const expected = pattern.charCodeAt(index);
    const code = text.charCodeAt(index);
    if (expected === 48 ? !(code >= 48 && code <= 57) : code !== expected) return false;
  }
  return true;
}
