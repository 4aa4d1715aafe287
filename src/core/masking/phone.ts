import { shapeMask } from './shape.ts';
import type { Draws } from './draws.ts';
import { fillerMask } from './filler.ts';
import { equalsFolded, hashedTextMask, type MaskText, type TextMaskSettings } from './text-mask.ts';

/** No country has the code 999 (ITU-T E.164, reserved), and 555 stands for fiction in the North American plan. */
const FICTIONAL_COUNTRY = '999';
const FICTIONAL_AREA = '555';

/** Shorter numbers are extensions: they have neither country nor area. */
const LEAST_DIGITS_WITH_CODE = 7;

/** Digits of the longest number (E.164), and with the fictional country code before it. */
export const UNIQUE_PHONE_LENGTH = '00999'.length + 15;

/**
 * Telephone numbers in the notation they were written in: `+49 30 123-456` becomes `+99 90 417-305`. Equal digits give
 * equal digits, whatever stands between them. Unique numbers keep all their digits, changed, behind the fictional code.
 */
export function phoneMask(settings: TextMaskSettings): MaskText {
  const filler = fillerMask(settings);
  const digits = settings.unique ? uniquePhone(settings) : hashedPhone(settings);
  return (value) => (digitCount(value) > 0 ? digits(value) : filler(value));
}

function hashedPhone({ hash }: TextMaskSettings): MaskText {
  return hashedTextMask(hash, canonicalPhone, (draws, canonical, value) =>
    notate(value, digitsFor(draws, canonical)),
  );
}

function digitsFor(draws: Draws, canonical: string): string {
  const international = canonical.startsWith('+');
  const count = canonical.length - (international ? 1 : 0);
  let digits = '';
  if (count >= LEAST_DIGITS_WITH_CODE) digits = international ? FICTIONAL_COUNTRY : FICTIONAL_AREA;
  while (digits.length < count) digits += String(draws.below(10));
  return digits.slice(0, count);
}

function uniquePhone(settings: TextMaskSettings): MaskText {
  const { hash, maxLength } = settings;
  const shape = shapeMask(hash);
  const filler = fillerMask(settings);
  return (value) => {
    const canonical = canonicalPhone(value);
    const international = canonical.startsWith('+');
    const original = international ? canonical.slice(1) : canonical;
    const digits = shape(original);
    // So many digits are no number; and what else is written there may be what tells two numbers apart.
    if (digits === undefined || !isPlain(value)) return filler(value);
    const prefix = value.includes('+') ? '+' : '00';
    const code = international ? prefix + FICTIONAL_COUNTRY : FICTIONAL_AREA;
    const written = `${code} ${notate(withoutPrefix(value), digits)}`;
    const forms = [written, code + digits, digits];
    return (
      forms.find((form) => form.length <= maxLength && !equalsFolded(form, value)) ??
      digits.slice(0, maxLength)
    );
  };
}

/** The digits, after a plus sign when the number starts with a country code (`+` or `00`). */
function canonicalPhone(value: string): string {
  const digits = value.replace(/\D/g, '');
  if (/^[\s(]*\+/.test(value)) return `+${digits}`;
  return digits.length > LEAST_DIGITS_WITH_CODE && digits.startsWith('00') ? `+${digits.slice(2)}` : digits;
}

/** What usually stands between the digits of a number. */
const SEPARATORS = ' ()+./-\u00a0\t';

/** `value` with other digits. What is neither a digit nor usual between digits becomes `x`. */
function notate(value: string, digits: string): string {
  // The 00 of an international number is not among `digits`.
  let next = digits.length - digitCount(value);
  let result = '';
  for (const character of value) {
    if (character >= '0' && character <= '9') {
      result += next < 0 ? '0' : digits.charAt(next);
      next += 1;
    } else {
      result += SEPARATORS.includes(character) ? character : 'x';
    }
  }
  return result;
}

function isPlain(value: string): boolean {
  for (const character of value) {
    if (!(character >= '0' && character <= '9') && !SEPARATORS.includes(character)) return false;
  }
  return true;
}

function digitCount(value: string): number {
  let count = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code >= 48 && code <= 57) count += 1;
  }
  return count;
}

function withoutPrefix(value: string): string {
  const start = value.trimStart();
  if (start.startsWith('+')) return start.slice(1).trimStart();
  return canonicalPhone(value).startsWith('+') ? start.replace(/0\D*0/, '').trimStart() : start;
}
