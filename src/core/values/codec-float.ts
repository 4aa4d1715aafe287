import type { Codec, PresentCell } from './codec.ts';
import { LEAST_NORMAL, SURE_DIGITS, shortestFloat4 } from './float4.ts';
import { unrepresentable } from './unrepresentable.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const WORDS: ReadonlyMap<string, PresentCell> = new Map<string, PresentCell>([
  ['nan', 'NaN'],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-infinity', -Infinity],
  ['-inf', -Infinity],
]);

/** Whether every character can stand in a decimal number; keeps Number() from reading '' , ' 1' or '0x10'. */
function hasNumberCharacters(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const ok = (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || code === 101;
    if (!ok) return false;
  }
  return text.length > 0;
}

function printFloat(value: number): string {
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * real and double precision: a number; NaN, which SQLite cannot hold, is the TEXT 'NaN'. A `real` is the number whose
 * shortest text is the shortest text of the float4, so that '1.1' is 1.1 and not 1.10000002384185791015625.
 */
export function floatCodec(bits: 32 | 64): Codec {
  const type = bits === 32 ? 'real' : 'double precision';

  const held = (value: number) => {
    if (bits === 64 || value === 0 || !Number.isFinite(value)) return value;
    const shortest = shortestFloat4(value);
    if (shortest === undefined) throw unrepresentable(type, 'is out of range');
    return shortest;
  };

  return {
    decodePostgres(text) {
      if (hasNumberCharacters(text)) {
        const value = Number(text);
        if (bits === 32 && text.length <= SURE_DIGITS && Math.abs(value) > LEAST_NORMAL) return value;
        if (!Number.isNaN(value)) return held(value);
      } else if (text === 'NaN') {
        return 'NaN';
      } else if (text === 'Infinity') {
        return Infinity;
      } else if (text === '-Infinity') {
        return -Infinity;
      }
      throw unrepresentable(type, 'did not arrive as a number');
    },
    encodePostgres(cell) {
      if (cell === 'NaN') return 'NaN';
      if (typeof cell !== 'number' || Number.isNaN(cell)) {
        throw unrepresentable(type, 'is not held as a number');
      }
      return printFloat(cell);
    },
    canonicalize(cell) {
      if (typeof cell === 'number') return Number.isNaN(cell) ? 'NaN' : held(cell);
      if (typeof cell === 'bigint') {
        const value = Number(cell);
        if (BigInt(value) !== cell) throw unrepresentable(type, 'is an integer that a float would round');
        return held(value);
      }
      if (typeof cell === 'string') {
        const trimmed = cell.trim();
        const word = WORDS.get(trimmed.toLowerCase());
        if (word !== undefined) return word;
        if (DECIMAL.test(trimmed)) {
          const value = Number(trimmed);
          if (!Number.isFinite(value)) throw unrepresentable(type, 'is out of range');
          return held(value);
        }
      }
      throw unrepresentable(type, 'is not a number');
    },
    comparable: (cell) => (cell === 0 ? 0 : cell),
  };
}
