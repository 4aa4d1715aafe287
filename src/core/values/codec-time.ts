import type { Codec } from './codec.ts';
import { hasShape, parseFraction, parseOffset, timeOfDay } from './timestamp-text.ts';
import { printTimeOfDay } from './calendar.ts';
import { unrepresentable } from './unrepresentable.ts';

const MIDNIGHT_AFTER = '24:00:00.000000';

const SPELLING = /^(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)? ?([Zz]|UTC|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?$/;

/** `+05:30`, `-03`, `+01:02:03`: the shortest form, as timetz prints it. */
function printOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return (seconds < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Fills an absent or short fraction up to six digits: text is `HH:MM:SS`, then nothing or `.` and one to six digits. */
function withSixDigits(text: string): string | undefined {
  const length = text.length;
  if (length === 8) return `${text}.000000`;
  if (length < 10 || length > 15 || text.charCodeAt(8) !== 46) return undefined;
  for (let index = 9; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return undefined;
  }
  return length === 15 ? text : text.padEnd(15, '0');
}

/**
 * time: `03:04:05.678901`, always six digits of fraction, and `24:00:00.000000`, which Postgres has too.
 * With a zone: the same with its offset, as Postgres prints it; 12:00+00 and 13:00+01 are different values.
 */
export function timeCodec(zone: boolean): Codec {
  const type = zone ? 'time with time zone' : 'time';

  function parse(text: string): string {
    const match = SPELLING.exec(text.trim());
    const fraction = parseFraction(match?.[4] ?? '');
    if (match === null || fraction === undefined) throw unrepresentable(type, 'is not a time of day');
    const hour = Number(match[1]);
    const minute = Number(match[2]);
    const second = Number(match[3] ?? '0');
    const isEnd = hour === 24 && minute === 0 && second === 0 && fraction === 0;
    const microseconds = timeOfDay(hour, minute, second, fraction);
    if (!isEnd && microseconds === undefined) throw unrepresentable(type, 'is not a time of day');
    const time = microseconds === undefined ? MIDNIGHT_AFTER : printTimeOfDay(microseconds);
    const offset = match[5] === undefined ? undefined : parseOffset(match[5]);
    if (zone) {
      if (offset === undefined) throw unrepresentable(type, 'has no offset');
      return time + printOffset(offset);
    }
    if ((offset ?? 0) !== 0) throw unrepresentable(type, 'carries an offset that the column would lose');
    return time;
  }

  return {
    decodePostgres(text) {
      const filled = !zone && hasShape(text, '00:00:00') ? withSixDigits(text) : undefined;
      return filled ?? parse(text);
    },
    encodePostgres(cell) {
      if (typeof cell !== 'string') throw unrepresentable(type, 'is not held as text');
      return cell;
    },
    canonicalize(cell) {
      if (typeof cell !== 'string') throw unrepresentable(type, 'is not held as text');
      return parse(cell);
    },
    comparable: (cell) => cell,
  };
}
