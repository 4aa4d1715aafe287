import { keyedPermutation } from './permutation.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** Most characters that are permuted as one number: 26^48 has halves of 113 bits. */
export const MOST_SLOTS = 48;

/** One character that changes: `digit` of `radix` possible ones, the first of them at code point `base`. */
interface Slot {
  readonly base: number;
  readonly radix: number;
  readonly digit: number;
}

interface Shape {
  /** For each code point, a slot, or the text that stays. */
  readonly parts: readonly (Slot | string)[];
  readonly slots: number;
  /** Values of one tweak are permuted among themselves. */
  readonly tweak: string;
}

/** Another value of the same shape, or undefined when there is nothing to change, or too much. */
export type MaskShape = (value: string, accepts?: (candidate: string) => boolean) => string | undefined;

/**
 * Format-preserving: digits become digits, letters letters of the same case, other characters stay. Different values
 * always give different results, also when upper and lower case count as equal, and no value is its own result.
 * `accepts` narrows the results, one to one, to those of a column's range; the value itself must be among them.
 */
export function shapeMask(hash: KeyedHash, shapeOf: (value: string) => Shape = textShape): MaskShape {
  const permute = keyedPermutation(hash);
  return (value, accepts) => {
    const shape = shapeOf(value);
    if (shape.slots === 0 || shape.slots > MOST_SLOTS) return undefined;
    let number = 0n;
    let size = 1n;
    for (const part of shape.parts) {
      if (typeof part === 'string') continue;
      number = number * BigInt(part.radix) + BigInt(part.digit);
      size *= BigInt(part.radix);
    }
    for (;;) {
      number = permute(number, size, shape.tweak);
      const result = fill(shape, number);
      // Walking along the permutation's one cycle; it comes back to the value itself only when nothing else fits.
      if (accepts === undefined || accepts(result)) return result;
    }
  };
}

function fill(shape: Shape, number: bigint): string {
  let rest = number;
  let result = '';
  for (let index = shape.parts.length - 1; index >= 0; index -= 1) {
    const part = shape.parts[index] ?? '';
    if (typeof part === 'string') {
      result = part + result;
    } else {
      const radix = BigInt(part.radix);
      result = String.fromCodePoint(part.base + Number(rest % radix)) + result;
      rest /= radix;
    }
  }
  return result;
}

const BLOCK = 256;
/** Where the letters of Unicode's first 256 code points begin, after ASCII, control characters and signs. */
const LATIN_1_LETTERS = 0xc0;
const OTHER_LETTER = /^[\p{L}\p{N}\p{M}]$/u;

/** Any text. Letters beyond ASCII change within their block of Unicode. */
function textShape(value: string): Shape {
  const parts: (Slot | string)[] = [];
  let tweak = '';
  let slots = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    let slot: Slot | undefined;
    if (code >= 48 && code <= 57) slot = { base: 48, radix: 10, digit: code - 48 };
    else if (code >= 97 && code <= 122) slot = { base: 97, radix: 26, digit: code - 97 };
    else if (code >= 65 && code <= 90) slot = { base: 65, radix: 26, digit: code - 65 };
    else if (code >= LATIN_1_LETTERS && OTHER_LETTER.test(character)) {
      const base = code < BLOCK ? LATIN_1_LETTERS : code - (code % BLOCK);
      slot = { base, radix: code < BLOCK ? BLOCK - base : BLOCK, digit: code - base };
    }
    parts.push(slot ?? character);
    // Upper and lower case permute alike, so that values equal but for case stay so.
    tweak += slot === undefined ? character : slot.radix === 26 ? 'a' : slot.radix === 10 ? '0' : '\u0001';
    if (slot) slots += 1;
  }
  return { parts, slots, tweak };
}

/** A whole or decimal number as Postgres prints it: the sign, the point and the number of digits stay. */
export function numberShape(value: string): Shape {
  const parts: (Slot | string)[] = [];
  let slots = 0;
  const whole = /^-?(\d+)/.exec(value)?.[1]?.length ?? 0;
  const signed = value.startsWith('-') ? 1 : 0;
  for (const [index, character] of Array.from(value).entries()) {
    const digit = character.charCodeAt(0) - 48;
    if (digit < 0 || digit > 9) parts.push(character);
    // A longer number never starts with 0.
    else if (index === signed && whole > 1) parts.push({ base: 49, radix: 9, digit: digit - 1 });
    else parts.push({ base: 48, radix: 10, digit });
    if (typeof parts.at(-1) !== 'string') slots += 1;
  }
  return { parts, slots, tweak: value.replaceAll(/\d/g, '0') };
}
