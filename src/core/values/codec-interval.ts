import type { Codec, PresentCell } from './codec.ts';
import { infinityWord } from './infinity-word.ts';
import { parseInterval, printInterval } from './interval-text.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'interval';

const MOST_MONTHS = 2n ** 31n;
const MOST_MICROSECONDS = 2n ** 63n;

function read(cell: PresentCell) {
  if (typeof cell !== 'string') throw unrepresentable(TYPE, 'is not held as text');
  const interval = parseInterval(cell);
  if (interval === undefined) throw unrepresentable(TYPE, 'is not an interval');
  const { months, days, microseconds } = interval;
  const fits = (value: bigint, most: bigint) => value < most && value >= -most;
  if (!fits(months, MOST_MONTHS) || !fits(days, MOST_MONTHS) || !fits(microseconds, MOST_MICROSECONDS)) {
    throw unrepresentable(TYPE, 'is out of range');
  }
  return interval;
}

/** interval: as Postgres prints it. Equal when months, days and microseconds are; a month is not thirty days. */
export const intervalCodec: Codec = {
  decodePostgres(text) {
    return infinityWord(text) ?? printInterval(read(text));
  },
  encodePostgres(cell) {
    if (typeof cell !== 'string') throw unrepresentable(TYPE, 'is not held as text');
    return cell;
  },
  canonicalize(cell) {
    const word = typeof cell === 'string' ? infinityWord(cell) : undefined;
    return word ?? printInterval(read(cell));
  },
  comparable(cell) {
    const word = typeof cell === 'string' ? infinityWord(cell) : undefined;
    if (word !== undefined) return word;
    const { months, days, microseconds } = read(cell);
    return `${months} months ${days} days ${microseconds} microseconds`;
  },
};
