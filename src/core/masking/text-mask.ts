import { Draws } from './draws.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** Masks one text value. The same value always gives the same result. */
export type MaskText = (value: string) => string;

/** What a transformer of text is made for. */
export interface TextMaskSettings {
  /** The keyed hash of the masking domain. */
  readonly hash: KeyedHash;
  /** Different values must stay different. */
  readonly unique: boolean;
  /** The column compares without regard to case. */
  readonly caseInsensitive: boolean;
  /** Most characters that the column takes. */
  readonly maxLength: number;
}

/** How often a value that came out as it went in is drawn again. Even with two possible results this never runs out. */
const MOST_ATTEMPTS = 64;

/** Makes a value out of random draws. `canonical` is what was hashed; `value` is the cell as it is. */
export type Compose = (draws: Draws, canonical: string, value: string) => string;

/**
 * A mask that hashes the canonical form of a value and composes the result from the hash alone. A blank value stays; a
 * result that would equal its value, upper and lower case alike, is drawn again.
 */
export function hashedTextMask(
  hash: KeyedHash,
  canonicalize: (value: string) => string,
  compose: Compose,
): MaskText {
  const draws = new Draws();
  return (value) => {
    const canonical = canonicalize(value);
    if (canonical === '') return value;
    let result = compose(draws.seed(hash(canonical)), canonical, value);
    for (let attempt = 1; equalsFolded(result, value) && attempt < MOST_ATTEMPTS; attempt += 1) {
      result = compose(draws.seed(hash(`${canonical}\0${attempt}`)), canonical, value);
    }
    return result;
  };
}

/** Equal but for case. Two different texts differ early, so most are told apart without folding them. */
export function equalsFolded(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one === other) continue;
    // ASCII letters that differ in nothing but case differ in one bit; beyond ASCII the whole texts are folded.
    if (one > 127 || other > 127) return a.toLowerCase() === b.toLowerCase();
    if ((one ^ other) !== 32 || (one | 32) < 97 || (one | 32) > 122) return false;
  }
  return true;
}

/** Space other than one blank. */
const UNEVEN_SPACE = /\s\s|[^\S ]/;

/** Names, places and the like: Unicode's composed form, single spaces, lower case. */
export function canonicalName(value: string): string {
  const composed = value.normalize('NFC').trim().toLowerCase();
  return UNEVEN_SPACE.test(composed) ? composed.replace(/\s+/g, ' ') : composed;
}

/** E-mail addresses and login names: Unicode's composed form, trimmed, lower case. */
export function canonicalHandle(value: string): string {
  return value.normalize('NFC').trim().toLowerCase();
}

/** Cut to `length` characters, without a space at the end. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).trimEnd();
}
