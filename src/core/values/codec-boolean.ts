import type { Codec } from './codec.ts';
import { unrepresentable } from './unrepresentable.ts';

const TYPE = 'boolean';

/** Words that Postgres reads as booleans; apps that keep booleans as text use the same ones. */
const WORDS: ReadonlyMap<string, bigint> = new Map([
  ...['t', 'true', 'y', 'yes', 'on', '1'].map((word) => [word, 1n] as const),
  ...['f', 'false', 'n', 'no', 'off', '0'].map((word) => [word, 0n] as const),
]);

/** boolean: 0n or 1n. */
export const booleanCodec: Codec = {
  decodePostgres(text) {
    // `t` is the output function's word, `true` that of a cast to text.
    if (text === 't' || text === 'true') return 1n;
    if (text === 'f' || text === 'false') return 0n;
    throw unrepresentable(TYPE, 'arrived as neither t nor f');
  },
  encodePostgres(cell) {
    if (cell === 1n) return 't';
    if (cell === 0n) return 'f';
    throw unrepresentable(TYPE, 'is not held as 0 or 1');
  },
  canonicalize(cell) {
    if (cell === 0n || cell === 0) return 0n;
    if (cell === 1n || cell === 1) return 1n;
    const meant = typeof cell === 'string' ? WORDS.get(cell.trim().toLowerCase()) : undefined;
    if (meant === undefined) throw unrepresentable(TYPE, 'is neither true nor false');
    return meant;
  },
  comparable: (cell) => cell,
};
