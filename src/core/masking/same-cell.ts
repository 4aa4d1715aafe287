import type { Cell } from '../values/cell.ts';
import type { ColumnMask } from './plan.ts';
import { personalPieces } from './recognisers.ts';
import type { TransformerName } from './transformers.ts';
import { equalsFolded } from './text-mask.ts';

/** Values that say nothing about anybody and stay: nothing but signs, zero, the ends of time and of numbers. */
const TRIVIAL = /^(?:[^\p{L}\p{N}]*|-?infinity|nan|-?0+(?:\.0+)?|0\.0\.0\.0\/0|::\/0)$/iu;

/** What `redact` puts in the place of values: equal means that it was there before. */
const REDACTED =
  /^(?:"?\[redacted\]"?|\*|<redacted\/>|1970-01-01(?:T00:00:00\.000000Z?)?|[\s0:.,/[\]{}()+-]*|01010{39})$/;

/** Transformers of values that are more than one thing, so that a part may come through. */
const MAY_HOLD: ReadonlySet<string> = new Set(['json', 'text', 'date-shift', 'redact', 'url']);

/**
 * Whether a masked cell lets its original through: it equals it, upper and lower case alike, or it holds an e-mail
 * address, telephone number or account number of it. A document may be equal where nothing in it was personal.
 */
export function cameOutAsItWas(
  { transformer, options }: ColumnMask,
  before: Exclude<Cell, null>,
  after: Cell,
): boolean {
  if (after === null) return false;
  if (typeof before === 'string') {
    if (typeof after !== 'string') return false;
    if (MAY_HOLD.has(transformer) && sharesPersonalPiece(before, after)) return true;
    if (transformer === 'json' || !equalsFolded(before, after)) return false;
    if (transformer === 'redact') return !REDACTED.test(before) && options.value?.startsWith(before) !== true;
    return !TRIVIAL.test(before) && !isEmptyList(before);
  }
  if (before instanceof Uint8Array) {
    const same =
      after instanceof Uint8Array &&
      before.length === after.length &&
      before.every((byte, at) => byte === after[at]);
    return same && before.length > 0;
  }
  return before === after && before !== 0n && before !== 0 && Number.isFinite(Number(before));
}

function sharesPersonalPiece(before: string, after: string): boolean {
  const pieces = personalPieces(before);
  if (pieces.length === 0) return false;
  const left = new Set(personalPieces(after));
  return pieces.some((piece) => left.has(piece));
}

/** A JSON array in which no text has a letter or digit. */
function isEmptyList(text: string): boolean {
  return /^[[{]/.test(text) && !/"[^"]*[\p{L}\p{N}][^"]*"/u.test(text);
}

/** What a raw value must have to be looked for in other cells: enough to be one person's, and not a common word. */
const SEARCHED: Partial<Record<TransformerName, RegExp>> = {
  email: /^[^@]+@.{4,}$/,
  'full-name': /^(?=.{8,}$)\S+ \S/,
  phone: /^(?:\D*\d){8}/,
  'street-address': /^(?=.{8,}$)(?=.*\d).*\p{L}/u,
  digits: /^(?:[^\p{L}\p{N}]*[\p{L}\p{N}]){9}/u,
  url: /^.{12,}$/,
};

export function isSearchedFor(transformer: TransformerName, folded: string): boolean {
  return SEARCHED[transformer]?.test(folded) === true;
}

/** Made-up values of these can equal no original, so that an original among them is a leak. */
const NEVER_ORIGINAL: ReadonlySet<TransformerName> = new Set([
  'email',
  'full-name',
  'url',
  'username',
  'text',
]);

/** Columns that are searched: masked ones, and kept ones that somebody's decision or their type does not clear. */
export function isSearchedIn({ transformer, reason }: ColumnMask): boolean {
  if (transformer !== 'keep') return NEVER_ORIGINAL.has(transformer);
  return reason.source !== 'rule' && reason.source !== 'type';
}
