import type { NameClass } from './name-dictionary.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';

/** How texts are masked whose name is of a class. */
interface TextTransformer {
  readonly transformer: TransformerName;
  /** What at least one value should look like, where there are values. */
  readonly plausible?: (text: string) => boolean;
}

const DIGITS_OF_A_PHONE = 3;

/** Classes that are not here say too little about text to choose more than filler. */
export const TEXT_BY_NAME: Partial<Record<NameClass, TextTransformer>> = {
  email: { transformer: 'email', plausible: (text) => text.includes('@') },
  phone: {
    transformer: 'phone',
    plausible: (text) => (text.match(/\d/g)?.length ?? 0) >= DIGITS_OF_A_PHONE,
  },
  'full-name': { transformer: 'full-name' },
  'first-name': { transformer: 'first-name' },
  'last-name': { transformer: 'last-name' },
  username: { transformer: 'username' },
  'street-address': { transformer: 'street-address' },
  'postal-code': { transformer: 'postal-code' },
  city: { transformer: 'city' },
  region: { transformer: 'region' },
  country: { transformer: 'country' },
  company: { transformer: 'company' },
  // Names of files have spaces, too.
  url: { transformer: 'url', plausible: (text) => !/\s/.test(text.trim()) || /\/|\.\w{2,4}$/.test(text) },
  ip: { transformer: 'ip', plausible: (text) => /^[0-9a-f:.,/ -]{3,}$/i.test(text) && /[.:-]/.test(text) },
  'identity-number': { transformer: 'digits' },
  secret: { transformer: 'null' },
  'birth-date': { transformer: 'date-shift', plausible: (text) => /^\d{4}-\d\d-\d\d/.test(text) },
  'special-category': { transformer: 'redact' },
  'birth-year': { transformer: 'text' },
  age: { transformer: 'text' },
  income: { transformer: 'text' },
  latitude: { transformer: 'text' },
  longitude: { transformer: 'text' },
};

interface NumberTransformer {
  readonly transformer: TransformerName;
  readonly options?: MaskOptions;
}

/** Numbers whose name is of a class. A year, an age and a place are known well enough to be moved, not replaced. */
export const NUMBER_BY_NAME: Partial<Record<NameClass, NumberTransformer>> = {
  phone: { transformer: 'phone' },
  'postal-code': { transformer: 'postal-code' },
  'identity-number': { transformer: 'digits' },
  secret: { transformer: 'digits' },
  income: { transformer: 'number-noise' },
  'birth-year': { transformer: 'number-noise', options: { amount: 3 } },
  age: { transformer: 'number-noise', options: { amount: 3 } },
  latitude: { transformer: 'number-noise', options: { amount: 0.5, limit: 90 } },
  longitude: { transformer: 'number-noise', options: { amount: 0.5, limit: 180 } },
};
