import { Buffer } from 'node:buffer';
import type { LogicalType } from '../schema/logical-type.ts';
import { codecFor, type PresentCell } from './codec.ts';
import { magnitude, parseDecimal, trimDecimal, type Decimal } from './decimal-text.ts';
import { parseTimestampText } from './timestamp-text.ts';

/** Negative, zero or positive, as Postgres orders two values in its text. */
export type ValueOrder = (left: string, right: string) => number;

/**
 * How Postgres compares values of a type. Zero means equal for every type that is not json, an array or opaque; the sign
 * means something for numbers, times and uuids.
 */
export function valueOrder(type: LogicalType): ValueOrder {
  const codec = codecFor(type);
  const keyed =
    (keyOf: (cell: PresentCell) => bigint | number | string): ValueOrder =>
    (left, right) => {
      const [a, b] = [keyOf(codec.decodePostgres(left)), keyOf(codec.decodePostgres(right))];
      return a < b ? -1 : a > b ? 1 : 0;
    };
  switch (type.kind) {
    case 'integer':
      return keyed((cell) => cell as bigint);
    case 'float':
      // NaN, which is held as a text, is equal to itself and greater than everything else.
      return (left, right) => {
        const [a, b] = [codec.decodePostgres(left), codec.decodePostgres(right)];
        if (typeof a === 'string' || typeof b === 'string')
          return Number(typeof a === 'string') - Number(typeof b === 'string');
        return a < b ? -1 : a > b ? 1 : 0;
      };
    case 'numeric':
      return (left, right) =>
        compareDecimals(String(codec.decodePostgres(left)), String(codec.decodePostgres(right)));
    case 'date':
    case 'timestamp':
      return keyed((cell) => microsecondsOf(String(cell)));
    case 'text':
      return type.caseInsensitive === true
        ? keyed((cell) => String(cell).toLowerCase())
        : keyed((cell) => String(cell));
    case 'bytes':
      return keyed((cell) => Buffer.from(cell as Uint8Array).toString('latin1'));
    default:
      return keyed((cell) => String(codec.comparable(cell)));
  }
}

/** Microseconds since 1970 in UTC; the ends of time lie beyond all others. */
function microsecondsOf(text: string): bigint | number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  const spelled = parseTimestampText(text);
  if (spelled === undefined) return Number.NaN;
  return BigInt(spelled.days) * 86_400_000_000n + BigInt(spelled.microseconds);
}

/** Where numeric's words stand; numbers have 1. */
const RANKS: Readonly<Record<string, number>> = { '-Infinity': 0, Infinity: 2, NaN: 3 };

function compareDecimals(left: string, right: string): number {
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  if (a === undefined || b === undefined) return (RANKS[left] ?? 1) - (RANKS[right] ?? 1);
  return compareFinite(trimDecimal(a), trimDecimal(b));
}

function compareFinite(a: Decimal, b: Decimal): number {
  const sign = ({ negative, digits }: Decimal): number => (digits === '' ? 0 : negative ? -1 : 1);
  if (sign(a) !== sign(b) || sign(a) === 0) return sign(a) - sign(b);
  const size = magnitude(a) - magnitude(b);
  const digits = a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
  return sign(a) * (size === 0 ? digits : size);
}
