import { civilFromDays, printCivil, printTimeOfDay } from './calendar.ts';
import type { Codec } from './codec.ts';
import { infinityWord } from './infinity-word.ts';
import { hasShape, parseTimestampText } from './timestamp-text.ts';
import { unrepresentable } from './unrepresentable.ts';

const MICROSECONDS_OF_DAY = 86_400_000_000;

/** Postgres's limits, 4713-11-24 BC and the end of 294276, in days since 1970-01-01. */
const FIRST_DAY = -2_440_588;
const LAST_DAY = 106_751_991;

const ZEROS = ['.000000', '00000', '0000', '000', '00', '0', ''] as const;

/**
 * The common case without a regular expression: `YYYY-MM-DD HH:MM:SS[.ffffff]` and, with a zone, `+00` or `+00:00`.
 * Undefined when text is anything else.
 */
function nearlyCanonical(text: string, zone: boolean): string | undefined {
  if (!hasShape(text, '0000-00-00')) return undefined;
  const separator = text.charCodeAt(10);
  if (separator !== 32 && separator !== 84) return undefined;
  for (let index = 11; index < 19; index++) {
    const code = text.charCodeAt(index);
    const ok = index === 13 || index === 16 ? code === 58 : code >= 48 && code <= 57;
    if (!ok) return undefined;
  }
  const length = text.length;
  let end = 19;
  if (text.charCodeAt(19) === 46) {
    end = 20;
    while (end < length && end < 26) {
      const code = text.charCodeAt(end);
      if (code < 48 || code > 57) break;
      end++;
    }
  }
  if (zone) {
    const isUtc =
      (length === end + 3 && text.endsWith('+00')) ||
      (length === end + 6 && text.endsWith('+00:00')) ||
      (length === end + 1 && text.endsWith('Z'));
    if (!isUtc) return undefined;
  } else if (length !== end) {
    return undefined;
  }
  const zeros = end === 19 ? ZEROS[0] : (ZEROS[end - 20] ?? '');
  return `${text.slice(0, 10)}T${text.slice(11, end)}${end === 20 ? '000000' : zeros}${zone ? 'Z' : ''}`;
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
