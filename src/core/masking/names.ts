import type { Draws } from './draws.ts';
import { fictionalName, fictionalWord, token, TOKEN_LENGTH } from './fictional-words.ts';
import { canonicalName, cut, hashedTextMask, type MaskText, type TextMaskSettings } from './text-mask.ts';

/** How one kind of name is made up. */
type MakeName = (draws: Draws) => string;

const firstName: MakeName = (draws) => fictionalName(draws, 7, 8);
const lastName: MakeName = (draws) => fictionalName(draws, 7, 9);
const fullName: MakeName = (draws) => `${firstName(draws)} ${lastName(draws)}`;
// Other endings, such as -land and -polis, make real names with some syllables before them.
const city: MakeName = (draws) => fictionalName(draws, 6, 8) + draws.pick(['burg', 'grad', 'quay']);
const region: MakeName = (draws) =>
  `${fictionalName(draws, 6, 8)} ${draws.pick(['County', 'Province', 'Region'])}`;
const country: MakeName = (draws) =>
  `${fictionalName(draws, 6, 8)} ${draws.pick(['Islands', 'Republic', 'Union'])}`;
const company: MakeName = (draws) =>
  `${fictionalName(draws, 7, 9)} ${draws.pick(['AG', 'Group', 'Inc.', 'Labs', 'Ltd.', 'SA', 'Trading', 'Works'])}`;
const street: MakeName = (draws) =>
  `${draws.below(9998) + 1} ${fictionalName(draws, 7, 9)} ${draws.pick(['Avenue', 'Road', 'Square', 'Street', 'Way'])}`;

/** People, places and companies that do not exist, by transformer. */
const NAMES = {
  'first-name': firstName,
  'last-name': lastName,
  'full-name': fullName,
  city,
  region,
  country,
  company,
  'street-address': street,
} as const satisfies Record<string, MakeName>;

export type NameTransformer = keyof typeof NAMES;

export function isNameTransformer(transformer: string): transformer is NameTransformer {
  return Object.hasOwn(NAMES, transformer);
}

/**
 * Names are hashed without regard to case and spacing. Unique ones carry a token of the exact value (without regard to
 * case where the column has none), before which the readable part is shortened, to nothing if need be.
 */
export function nameMask(transformer: NameTransformer, settings: TextMaskSettings): MaskText {
  const make = NAMES[transformer];
  const { hash, maxLength } = settings;
  const readable = hashedTextMask(hash, canonicalName, (draws) =>
    cut(shortened(make, draws, maxLength), maxLength),
  );
  if (!settings.unique) return readable;
  const letters = hashedTextMask(
    hash,
    (value) => (settings.caseInsensitive ? value.normalize('NFC').toLowerCase() : value),
    (draws) => token(draws, Math.min(TOKEN_LENGTH, maxLength)),
  );
  const room = maxLength - TOKEN_LENGTH - 1;
  return (value) => {
    if (value.trim() === '') return value;
    const name = room > 0 ? cut(readable(value), room) : '';
    return name === '' ? letters(value) : `${name} ${letters(value)}`;
  };
}

/** A name that is longer than the column gives way to one word of the column's length. */
function shortened(make: MakeName, draws: Draws, maxLength: number): string {
  const name = make(draws);
  if (name.length <= maxLength) return name;
  const word = fictionalWord(draws, Math.max(1, Math.min(maxLength, 9)));
  return word.charAt(0).toUpperCase() + word.slice(1);
}
