import { civilFromDays, printCivil } from './calendar.ts';
import type { Codec } from './codec.ts';
import { infinityWord } from './infinity-word.ts';
import { hasShape, parseTimestampText } from './timestamp-text.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'date';

/** Postgres's limits, 4713-11-24 BC and 5874897-12-31, in days since 1970-01-01. */
const FIRST_DAY = -2_440_588;
const LAST_DAY = 2_145_042_905;

function parse(text: string): string {
  const word = infinityWord(text);
  if (word !== undefined) return word;
  const spelled = parseTimestampText(text.trim());
  if (spelled === undefined) throw unrepresentable(TYPE, 'is not a day of the calendar');
  if (spelled.microseconds !== 0 || (spelled.offset ?? 0) !== 0) {
    throw unrepresentable(TYPE, 'carries a time of day that a date would lose');
  }
  if (spelled.days < FIRST_DAY || spelled.days > LAST_DAY) throw unrepresentable(TYPE, 'is out of range');
  const { date, era } = printCivil(civilFromDays(spelled.days));
  return date + era;
}

/** date: `2024-02-29`, `0044-03-15 BC`, `infinity`, as Postgres prints it. */
export const dateCodec: Codec = {
  decodePostgres: (text) => (text.length === 10 && hasShape(text, '0000-00-00') ? text : parse(text)),
  encodePostgres(cell) {
    if (typeof cell !== 'string') throw unrepresentable(TYPE, 'is not held as text');
    return cell;
  },
  canonicalize(cell) {
    if (typeof cell !== 'string') throw unrepresentable(TYPE, 'is not held as text');
    return parse(cell);
  },
  comparable: (cell) => cell,
};
