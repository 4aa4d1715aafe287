/** A repeatable source of choices: the same (seed, stream, index) gives the same choices for ever. */
export interface Random {
  /** A whole number from 0 to `bound - 1`; `bound` is at most 2^32. */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

const WARM_UP_ROUNDS = 15;

/**
 * Chris Doty-Humphrey's sfc32 (PractRand, public domain). Its 128 bits of state hold seed, stream and index side by
 * side, so that no two rows of one stream start alike; a 32-bit generator would repeat itself, and its UUIDs, within
 * 50,000 rows.
 */
export function randomFor(seed: number, stream: string, index: number): Random {
  let a = seed | 0;
  let b = hash(stream);
  let c = index | 0;
  let counter = 1;

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) next();

  const below = (bound: number): number => Math.floor((next() / 0x1_0000_0000) * bound);
  const hex = (length: number): string => {
    let digits = '';
    while (digits.length < length) digits += next().toString(16).padStart(8, '0');
    return digits.slice(0, length);
  };
  return {
    below,
    chance: (probability) => next() < probability * 0x1_0000_0000,
    pick: <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0],
    hex,
    uuid: () => {
      const variant = (8 + below(4)).toString(16);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
    },
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
