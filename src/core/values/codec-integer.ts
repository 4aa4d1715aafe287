import type { Codec } from './codec.ts';
import { unrepresentable } from './unrepresentable.ts';

/** Up to this many digits a JavaScript number is exact, and faster than a bigint parse. */
const SAFE_DIGITS = 15;

const PLAIN_INTEGER = /^[+-]?\d+(?:\.0*)?$/;

function parseDecimal(text: string): bigint | undefined {
  const length = text.length;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  if (length === start) return undefined;
  let value = 0;
  for (let index = start; index < length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  if (length - start > SAFE_DIGITS) return BigInt(text);
  return BigInt(start === 1 ? -value : value);
}

/** smallint, integer, bigint: bigint, held to the type's range. */
export function integerCodec(bits: 16 | 32 | 64): Codec {
  const type = bits === 16 ? 'smallint' : bits === 32 ? 'integer' : 'bigint';
  const greatest = 2n ** BigInt(bits - 1) - 1n;
  const least = -greatest - 1n;
  const inRange = (value: bigint) => {
    if (value > greatest || value < least) throw unrepresentable(type, 'is out of range');
    return value;
  };
  return {
    decodePostgres(text) {
      const value = parseDecimal(text);
      if (value === undefined) throw unrepresentable(type, 'did not arrive as digits');
      return inRange(value);
    },
    encodePostgres(cell) {
      if (typeof cell !== 'bigint') throw unrepresentable(type, 'is not held as an integer');
      return inRange(cell).toString();
    },
    canonicalize(cell) {
      if (typeof cell === 'bigint') return inRange(cell);
      if (typeof cell === 'number' && Number.isSafeInteger(cell)) return inRange(BigInt(cell));
      if (typeof cell === 'string' && PLAIN_INTEGER.test(cell.trim())) {
        const digits = cell.trim().replace(/\.0*$/, '');
        return inRange(BigInt(digits.startsWith('+') ? digits.slice(1) : digits));
      }
      throw unrepresentable(type, 'is not a whole number');
    },
    comparable: (cell) => cell,
  };
}
