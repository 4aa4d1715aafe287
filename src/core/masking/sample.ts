import { parseJsonText } from '../values/json-text.ts';
import type { Cell } from '../values/cell.ts';
import { containsPersonal, recognise, type ValueClass } from './recognisers.ts';

/** What a column's sampled values look like. */
export interface Sample {
  /** Sampled texts that are not blank. */
  readonly size: number;
  /** How many of them are as a whole of each recognisable form. */
  readonly forms: ReadonlyMap<ValueClass, number>;
  /** The form of most of them, if one has half or more. */
  readonly form: ValueClass | undefined;
  /** At least one has something personal in it. */
  readonly personal: boolean;
  /** All are JSON objects or arrays. */
  readonly json: boolean;
  /** All are short, few are different: codes or labels. */
  readonly codes: boolean;
  /** All are country codes, ISO 3166 or dialling. */
  readonly countryCodes: boolean;
  /** All are UUIDs or ULIDs. */
  readonly randomKeys: boolean;
  readonly some: (test: (text: string) => boolean) => boolean;
}

/** A label of a few words, or a longer code without any space, such as a media type. */
const CODE = /^[\p{L}\p{N}+#](?:[\p{L}\p{N} _.:/+#()&'-]{0,39}|[\p{L}\p{N}_.:/+-]{0,99})$/u;
export const COUNTRY_CODE = /^(?:[a-z]{2,3}|\+?\d{1,3})$/i;
const RANDOM_KEY =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;
const PERSONAL_FORMS: readonly ValueClass[] = ['email', 'url', 'ip', 'phone', 'identity-number'];

/** More different values than this, in more than half of the rows, are not codes. */
const MOST_CODES = 8;

/** Looks at the texts of a column: a text column's cells, or the elements of a text array. */
export function sampleOf(cells: readonly Cell[]): Sample {
  const texts = cells.filter((cell): cell is string => typeof cell === 'string' && cell.trim() !== '');
  const forms = new Map<ValueClass, number>();
  for (const text of texts) {
    const form = recognise(text);
    if (form) forms.set(form, (forms.get(form) ?? 0) + 1);
  }
  const [form] = [...forms].find(([, count]) => count * 2 >= texts.length) ?? [];
  const distinct = new Set(texts).size;
  const every = (test: (text: string) => boolean): boolean => texts.length > 0 && texts.every(test);
  return {
    size: texts.length,
    forms,
    form,
    personal: PERSONAL_FORMS.some((each) => forms.has(each)) || texts.some(containsPersonal),
    json: every((text) => /^\s*[[{]/.test(text) && parseJsonText(text) !== undefined),
    codes: every((text) => CODE.test(text)) && (distinct <= MOST_CODES || distinct * 2 <= texts.length),
    countryCodes: every((text) => COUNTRY_CODE.test(text)),
    randomKeys: every((text) => RANDOM_KEY.test(text)),
    some: (test) => texts.some(test),
  };
}

/** The texts inside the cells of an array column, or of a JSON column: every string of the document. */
export function stringsInside(cells: readonly Cell[]): string[] {
  const strings: string[] = [];
  for (const cell of cells) {
    if (typeof cell !== 'string') continue;
    for (const [literal] of cell.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
      try {
        strings.push(JSON.parse(literal) as string);
      } catch {
        // Not JSON after all: it is looked at as it stands.
        strings.push(literal);
      }
    }
  }
  return strings;
}
