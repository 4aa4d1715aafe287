import { parseIp, parseMac } from '../values/network-text.ts';

/** What a value looks like, apart from any name. */
export type ValueClass = 'email' | 'url' | 'ip' | 'phone' | 'identity-number' | 'uuid' | 'date';

const EMAIL = /^[^\s@<>"(),;]+@[^\s@<>"(),;]+\.\p{L}{2,}$/u;
const EMAIL_INSIDE = /[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.\p{L}{2,}/u;
const URL_TEXT = /^(?:[a-z][a-z0-9+.-]*:\/\/|mailto:|data:|www\.)\S+$/i;
const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?$/;
const US_SOCIAL_SECURITY = /^\d{3}-\d{2}-\d{4}$/;
const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;
const CARD = /^[2-6]\d{12,18}$/;
const PHONE = /^(?:\+|00|\(|0)?[\d\s()./-]*(?:\s*(?:x|ext\.?)\s*\d{1,6})?$/i;
const PHONE_INSIDE = /(?<![\p{L}\d])\+\d[\d ()./-]{6,}\d/u;
const EMAILS_INSIDE = new RegExp(EMAIL_INSIDE, 'gu');
const PHONES_INSIDE = new RegExp(PHONE_INSIDE, 'gu');
const IBAN_INSIDE = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;

/** What a whole value is, if it is something that has a recognisable form. */
export function recognise(value: string): ValueClass | undefined {
  const text = value.trim();
  if (text.length < 5 || text.length > 2000) return undefined;
  if (EMAIL.test(text)) return 'email';
  if (URL_TEXT.test(text)) return 'url';
  if (UUID.test(text)) return 'uuid';
  if (DATE.test(text)) return 'date';
  if (isAddress(text)) return 'ip';
  if (US_SOCIAL_SECURITY.test(text) || isIban(text) || isCard(text)) return 'identity-number';
  return isPhone(text) ? 'phone' : undefined;
}

/** E-mail addresses, international telephone numbers and account numbers inside a text. */
export function personalPieces(text: string): string[] {
  const pieces: string[] = [];
  if (text.includes('@')) pieces.push(...(text.match(EMAILS_INSIDE) ?? []));
  if (text.includes('+')) pieces.push(...(text.match(PHONES_INSIDE) ?? []));
  return pieces;
}

/** Whether a text has something personal inside: an e-mail address, an international telephone number, an IBAN. */
export function containsPersonal(value: string): boolean {
  return (
    (value.includes('@') && EMAIL_INSIDE.test(value)) ||
    (value.includes('+') && PHONE_INSIDE.test(value)) ||
    [...value.matchAll(IBAN_INSIDE)].some(([match]) => isIban(match))
  );
}

function isAddress(text: string): boolean {
  if (text.includes(',')) return text.split(',').every((part) => isAddress(part.trim()));
  const dotted = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?$/.test(text);
  const colons = text.split(':').length - 1;
  // `12:34::` has the form of an IPv6 address; three groups at least make it one.
  if (dotted || (colons >= 2 && text.includes('::') && text.length >= 6) || colons >= 5) {
    return parseIp(text) !== undefined || (colons >= 5 && parseMac(text) !== undefined);
  }
  return false;
}

/** ISO 7064 mod 97-10 over the rearranged account number (ISO 13616). */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '').toUpperCase();
  if (!IBAN.test(compact)) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Payment cards: 13 to 19 digits with Luhn's check digit (ISO/IEC 7812). */
function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!CARD.test(digits)) return false;
  let sum = 0;
  for (const [index, character] of Array.from(digits).reverse().entries()) {
    const digit = Number(character) * (index % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** 7 to 15 digits (E.164) with a plus, a leading zero or a parenthesis, or in at least three groups. */
function isPhone(text: string): boolean {
  if (!PHONE.test(text)) return false;
  const digits = text.replace(/\D/g, '').length;
  if (digits < 7 || digits > 15) return false;
  if (text.startsWith('+') || text.startsWith('(')) return true;
  const groups = text.split(/[\s./-]+/).length;
  return groups >= 3 || (text.startsWith('0') && groups === 2);
}
