import { classifyName, type NameVerdict } from './classify-name.ts';
import { maskJsonText, type JsonLeaves, type JsonPlace } from './json-mask.ts';
import { TEXT_ONLY } from './name-dictionary.ts';
import { NUMBER_BY_NAME, TEXT_BY_NAME } from './name-transformers.ts';
import { COUNTRY_CODE } from './sample.ts';
import { containsPersonal, recognise, type ValueClass } from './recognisers.ts';
import type { MaskOptions } from './transformers.ts';
import type { MaskText } from './text-mask.ts';
import { isTextTransformer, type TextTransformerName } from './text-transformers.ts';
import { parseJsonText } from '../values/json-text.ts';

/** Makes the masks that a document's leaves need, each once. */
export interface LeafMasks {
  readonly text: (transformer: TextTransformerName) => MaskText;
  /** Numbers as JSON writes them. */
  readonly noise: (options: MaskOptions) => MaskText;
  readonly digits: () => MaskText;
}

const BY_FORM: Readonly<Record<ValueClass, TextTransformerName | 'keep'>> = {
  email: 'email',
  url: 'url',
  ip: 'ip',
  phone: 'phone',
  'identity-number': 'digits',
  // Dates and identifiers are kept in columns, and so they are here.
  date: 'keep',
  uuid: 'keep',
};

const CODE = /^[\p{L}\p{N}_.:+#-]{1,24}$/u;
const FIELD_NAME = /^[\p{L}_$@.-][\p{L}\p{N}_$@.:-]{0,63}$/u;
const MOST_REMEMBERED_PLACES = 4096;

/** What a document's strings, numbers and names become: by the name over them, by their look, or filler. */
export function jsonLeaves(masks: LeafMasks): JsonLeaves {
  const verdicts = new Map<string, NameVerdict | undefined>();
  const verdictOf = ({ name, parent }: JsonPlace): NameVerdict | undefined => {
    if (name === undefined) return undefined;
    const place = `${parent ?? ''}\0${name}`;
    if (!verdicts.has(place)) {
      if (verdicts.size >= MOST_REMEMBERED_PLACES) verdicts.clear();
      verdicts.set(place, classifyName(name, parent));
    }
    return verdicts.get(place);
  };

  const leaves: JsonLeaves = {
    string(value, place) {
      if (value.trim() === '') return value;
      if (isDocument(value)) return maskJsonText(value, leaves, place);
      const says = verdictOf(place);
      const form = recognise(value);
      if (form === undefined && isSafe(says, value)) return value;
      const known = says && TEXT_BY_NAME[says.class];
      if (known && (known.plausible?.(value) ?? true)) {
        return masks.text(isTextTransformer(known.transformer) ? known.transformer : 'redact')(value);
      }
      const transformer = form && BY_FORM[form];
      if (transformer === 'keep') return value;
      return masks.text(transformer ?? 'text')(value);
    },
    number(text, place) {
      const says = verdictOf(place);
      const known =
        says?.ends === true && !TEXT_ONLY.has(says.phrase) ? NUMBER_BY_NAME[says.class] : undefined;
      if (known === undefined) return text;
      return known.transformer === 'number-noise'
        ? masks.noise(known.options ?? {})(text)
        : masks.digits()(text);
    },
    name(name) {
      const form = recognise(name);
      const transformer = form && BY_FORM[form];
      if (transformer !== undefined) return transformer === 'keep' ? name : masks.text(transformer)(name);
      if (/^\d{1,20}$/.test(name) || (FIELD_NAME.test(name) && !containsPersonal(name))) return name;
      return name.trim() === '' ? name : masks.text('text')(name);
    },
  };
  return leaves;
}

function isSafe(says: NameVerdict | undefined, value: string): boolean {
  if (says?.ends !== true) return false;
  return says.class === 'safe' ? CODE.test(value) : says.class === 'country' && COUNTRY_CODE.test(value);
}

function isDocument(value: string): boolean {
  return /^\s*[[{]/.test(value) && parseJsonText(value) !== undefined;
}
