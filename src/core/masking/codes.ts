import type { Draws } from './draws.ts';
import { SAFE_TOKEN_LENGTH, token, TOKEN_LENGTH } from './fictional-words.ts';
import { shapeMask } from './shape.ts';
import { hashedTextMask, type MaskText, type TextMaskSettings } from './text-mask.ts';

/** Keys up to this length keep their shape; longer ones become a token, which no short one can equal. */
const LONGEST_SHAPED_KEY = 16;

const NOTHING_TO_MASK = /^[^\p{L}\p{N}]*$/u;
const DIGIT = /[0-9]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/gu;

function exact(settings: TextMaskSettings): (value: string) => string {
  return settings.caseInsensitive ? (value) => value.normalize('NFC').toLowerCase() : (value) => value;
}

/** Keys: short ones keep their shape (`INV-0042` becomes `QXB-7716`), longer ones become 20 letters. */
export function keyMask(settings: TextMaskSettings): MaskText {
  const canonical = exact(settings);
  const shape = shapeMask(settings.hash);
  const letters = hashedTextMask(settings.hash, canonical, (draws) =>
    token(draws, Math.min(TOKEN_LENGTH, settings.maxLength)),
  );
  return (value) => {
    if (value === '') return value;
    const key = canonical(value);
    return (key.length <= LONGEST_SHAPED_KEY ? shape(key) : undefined) ?? letters(value);
  };
}

/** Identity, account and card numbers: every letter and digit changes, what stands between them does not. */
export function digitsMask(settings: TextMaskSettings): MaskText {
  if (settings.unique) return uniqueShape(settings);
  return hashedTextMask(settings.hash, compact, (draws, _canonical, value) => {
    // No card, bank or authority issues numbers that start with two zeros and this many digits.
    let zeros = value.replace(/\D/g, '').length >= 8 ? 2 : 0;
    return replaceCharacters(value, (character) => {
      if (!DIGIT.test(character)) return letter(draws, character);
      zeros -= 1;
      return zeros >= 0 ? '0' : String(draws.below(10));
    });
  });
}

/** Postal codes: the same shape, but first a letter that no country's codes start with. */
export function postalCodeMask(settings: TextMaskSettings): MaskText {
  if (settings.unique) return uniqueShape(settings);
  return hashedTextMask(settings.hash, compact, (draws, _canonical, value) => {
    let first = true;
    return replaceCharacters(value, (character) => {
      if (first) {
        first = false;
        return draws.pick(['Q', 'X', 'Z']);
      }
      return DIGIT.test(character) ? String(draws.below(10)) : letter(draws, character);
    });
  });
}

function uniqueShape(settings: TextMaskSettings): MaskText {
  const canonical = exact(settings);
  const shape = shapeMask(settings.hash);
  const letters = hashedTextMask(settings.hash, canonical, (draws) =>
    token(draws, Math.min(TOKEN_LENGTH, settings.maxLength)),
  );
  return (value) => (NOTHING_TO_MASK.test(value) ? value : (shape(canonical(value)) ?? letters(value)));
}

/** Letters and digits alone, in lower case; nothing when there are none, and then the value stays. */
function compact(value: string): string {
  if (NOTHING_TO_MASK.test(value)) return '';
  return value
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

function replaceCharacters(value: string, replace: (character: string) => string): string {
  return value.normalize('NFC').replace(LETTER_OR_DIGIT, replace);
}

function letter(draws: Draws, like: string): string {
  const made = token(draws, 1);
  return like === like.toLowerCase() ? made : made.toUpperCase();
}

/** Hexadecimal digits of the keyed hash. */
export function hashMask(settings: TextMaskSettings, length: number): MaskText {
  const canonical = exact(settings);
  return (value) => hexOf(settings.hash(canonical(value))).slice(0, Math.min(length, settings.maxLength));
}

/** Version 4 UUIDs of 122 bits of the keyed hash (RFC 9562). */
export function uuidMask(settings: TextMaskSettings): MaskText {
  const canonical = settings.unique ? exact(settings) : (value: string) => value.trim().toLowerCase();
  return (value) => (value === '' ? value : uuidOf(settings.hash(canonical(value))));
}

function uuidOf(digest: string): string {
  const hex = hexOf(digest);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A digest (one character a byte) in hexadecimal. */
export function hexOf(digest: string): string {
  let hex = '';
  for (let at = 0; at < digest.length; at += 1) hex += HEX_PAIRS[digest.charCodeAt(at)] ?? '';
  return hex;
}

/** The fewest hexadecimal digits that keep different values apart: 64 bits. */
export const SAFE_HASH_LENGTH = 16;

/** The fewest characters of a column in which a token keeps different values apart. */
export const SAFE_KEY_LENGTH = SAFE_TOKEN_LENGTH;
