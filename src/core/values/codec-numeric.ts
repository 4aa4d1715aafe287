import type { Codec, PresentCell } from './codec.ts';
import type { Decimal } from './decimal-text.ts';
import { magnitude, parseDecimal, printDecimal, roundDecimal, withScale } from './decimal-text.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'numeric';

const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['nan', 'NaN'],
  ['infinity', 'Infinity'],
  ['+infinity', 'Infinity'],
  ['inf', 'Infinity'],
  ['+inf', 'Infinity'],
  ['-infinity', '-Infinity'],
  ['-inf', '-Infinity'],
]);

/** Whether text is what numeric prints: digits, at most one point with digits on both sides, or a special word. */
function isPrinted(text: string): boolean {
  const length = text.length;
  let index = text.charCodeAt(0) === 45 ? 1 : 0;
  let digitsSince = 0;
  let points = 0;
  for (; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) {
      digitsSince++;
    } else if (code === 46 && digitsSince > 0 && points === 0) {
      points = 1;
      digitsSince = 0;
    } else {
      return text === 'NaN' || text === 'Infinity' || text === '-Infinity';
    }
  }
  return digitsSince > 0;
}

/** Numbers and bigints in decimal text, exactly as SQLite holds them. */
function decimalOf(cell: PresentCell): Decimal | undefined {
  if (typeof cell === 'bigint') return parseDecimal(cell.toString());
  if (typeof cell === 'number') return parseDecimal(String(cell));
  return typeof cell === 'string' ? parseDecimal(cell.trim()) : undefined;
}

/**
 * numeric: the TEXT that Postgres prints, with every digit and the scale.
 *
 * A REAL that an app wrote into a `numeric(p,s)` is rounded to the scale as Postgres would (it has no exact decimal
 * meaning: 0.1 + 0.2 in a numeric(10,2) is 0.30); a TEXT with more digits than the scale is refused.
 */
export function numericCodec(precision?: number, scale?: number): Codec {
  const places = precision === undefined ? undefined : (scale ?? 0);

  function fitted(decimal: Decimal, rounding: boolean): Decimal {
    if (precision === undefined || places === undefined) {
      return decimal.scale < 0 ? (withScale(decimal, 0) ?? decimal) : decimal;
    }
    const held = rounding ? roundDecimal(decimal, places) : withScale(decimal, places);
    if (held === undefined) throw unrepresentable(TYPE, `has more than ${places} digits after the point`);
    if (held.digits !== '' && magnitude(held) > precision - places) {
      throw unrepresentable(TYPE, `has more digits than numeric(${precision},${places}) holds`);
    }
    return held;
  }

  return {
    decodePostgres(text) {
      if (!isPrinted(text)) throw unrepresentable(TYPE, 'did not arrive as a decimal number');
      return text;
    },
    encodePostgres(cell) {
      if (typeof cell !== 'string') throw unrepresentable(TYPE, 'is not held as text');
      return cell;
    },
    canonicalize(cell) {
      const special = SPECIAL.get(String(cell).trim().toLowerCase());
      if (special !== undefined && !(cell instanceof Uint8Array)) {
        if (special !== 'NaN' && precision !== undefined) {
          throw unrepresentable(TYPE, 'is infinite in a column of limited precision');
        }
        return special;
      }
      const decimal = decimalOf(cell);
      if (decimal === undefined) throw unrepresentable(TYPE, 'is not a decimal number');
      return printDecimal(fitted(decimal, typeof cell === 'number'));
    },
    comparable: (cell) => (typeof cell === 'string' ? withoutTrailingZeros(cell) : cell),
  };
}

/** What Postgres prints of a numeric, without the zeros after the point that do not count. */
function withoutTrailingZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  return end === text.length ? text : text.slice(0, end);
}
