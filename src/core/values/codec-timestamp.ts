import { civilFromDays, printCivil, printTimeOfDay } from './calendar.ts';
import type { Codec } from './codec.ts';
import { infinityWord } from './infinity-word.ts';
import { hasShape, parseTimestampText } from './timestamp-text.ts';
import { unrepresentable } from './unrepresentable.ts';

const MICROSECONDS_OF_DAY = 86_400_000_000;

/** Postgres's limits, 4713-11-24 BC and the end of 294276, in days since 1970-01-01. */
const FIRST_DAY = -2_440_588;
const LAST_DAY = 106_751_991;

/** What completes a fraction of so many digits to six. */
const MISSING_ZEROS = ['.000000', '00000', '0000', '000', '00', '0', ''] as const;

const DATE_AND_TIME = '0000-00-00 00:00:00';

/**
 * The common case without a regular expression: `YYYY-MM-DD HH:MM:SS[.ffffff]` and, with a zone, `+00`. Undefined when
 * text is anything else.
 */
function nearlyCanonical(text: string, zone: boolean): string | undefined {
  const end = zone ? text.length - 3 : text.length;
  const digits = end - 20;
  const hasFraction = text.charCodeAt(19) === 46 && digits >= 1 && digits <= 6;
  if (end !== 19 && !hasFraction) return undefined;
  if (zone && !text.endsWith('+00')) return undefined;
  if (!hasShape(text, DATE_AND_TIME)) return undefined;
  for (let index = 20; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return undefined;
  }
  const zeros = MISSING_ZEROS[end === 19 ? 0 : digits] ?? '';
  return `${text.slice(0, 10)}T${text.slice(11, end)}${zeros}${zone ? 'Z' : ''}`;
}

/**
 * timestamptz: ISO text in UTC with six digits of fraction, `2024-01-02T03:04:05.678901Z`; timestamp: the same without
 * the Z. Before Christ ` BC` follows, as Postgres writes it; years after 9999 have five or six digits; the ends of time
 * are `infinity` and `-infinity`. Locally, a timestamptz without an offset is UTC, as SQLite's own functions write it.
 */
export function timestampCodec(zone: boolean): Codec {
  const type = zone ? 'timestamp with time zone' : 'timestamp';

  function parse(text: string): string {
    const word = infinityWord(text);
    if (word !== undefined) return word;
    const spelled = parseTimestampText(text.trim());
    if (spelled === undefined) throw unrepresentable(type, 'is not a date and time');
    const offset = spelled.offset ?? 0;
    if (!zone && offset !== 0) throw unrepresentable(type, 'carries an offset that the column would lose');
    const clock = spelled.microseconds - offset * 1_000_000;
    const carried = Math.floor(clock / MICROSECONDS_OF_DAY);
    const days = spelled.days + carried;
    if (days < FIRST_DAY || days > LAST_DAY) throw unrepresentable(type, 'is out of range');
    const { date, era } = printCivil(civilFromDays(days));
    return `${date}T${printTimeOfDay(clock - carried * MICROSECONDS_OF_DAY)}${zone ? 'Z' : ''}${era}`;
  }

  return {
    decodePostgres: (text) => nearlyCanonical(text, zone) ?? parse(text),
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
