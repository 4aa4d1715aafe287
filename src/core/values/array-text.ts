/** Postgres's array literals: `{1,NULL,"a,b"}`, `{{1,2},{3,4}}`, `[0:1]={1,2}`. */

/** A nested array of elements; null is the element NULL. */
export type Nested = null | string | readonly Nested[];

export interface ArrayLiteral {
  readonly values: readonly Nested[];
  /** First and last subscript of each dimension; absent when every dimension starts at 1. */
  readonly bounds?: readonly (readonly [number, number])[];
}

const BOUNDS = /^((?:\[[+-]?\d+:[+-]?\d+\])+)=/;
const BOUND = /\[([+-]?\d+):([+-]?\d+)\]/g;

/** Reads an array literal; undefined when text is none. `delimiter` is `;` for box and `,` for everything else. */
export function parseArrayLiteral(text: string, delimiter: string): ArrayLiteral | undefined {
  const head = BOUNDS.exec(text);
  const reader: Reader = { text, at: head?.[0].length ?? 0, delimiter: delimiter.charCodeAt(0) };
  const values = readBraces(reader);
  if (values === undefined || reader.at !== text.length) return undefined;
  const dimensions = head?.[1];
  if (dimensions === undefined) return { values };
  const bounds = [...dimensions.matchAll(BOUND)].map(
    (match) => [Number(match[1]), Number(match[2])] as const,
  );
  return bounds.every(([first]) => first === 1) ? { values } : { values, bounds };
}

interface Reader {
  readonly text: string;
  at: number;
  readonly delimiter: number;
}

const OPEN = 123;
const CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;

function readBraces(reader: Reader): Nested[] | undefined {
  const { text } = reader;
  if (text.charCodeAt(reader.at) !== OPEN) return undefined;
  reader.at++;
  const items: Nested[] = [];
  if (text.charCodeAt(reader.at) === CLOSE) {
    reader.at++;
    return items;
  }
  for (;;) {
    const code = text.charCodeAt(reader.at);
    const item = code === OPEN ? readBraces(reader) : code === QUOTE ? readQuoted(reader) : readPlain(reader);
    if (item === undefined) return undefined;
    items.push(item);
    const next = text.charCodeAt(reader.at++);
    if (next === CLOSE) return items;
    if (next !== reader.delimiter) return undefined;
  }
}

function readQuoted(reader: Reader): string | undefined {
  const { text } = reader;
  let value = '';
  let start = reader.at + 1;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) {
      value += text.slice(start, index);
      start = ++index;
    } else if (code === QUOTE) {
      reader.at = index + 1;
      return value + text.slice(start, index);
    }
  }
  return undefined;
}

function readPlain(reader: Reader): string | null | undefined {
  const { text } = reader;
  const start = reader.at;
  for (; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at);
    if (code === reader.delimiter || code === CLOSE) break;
    if (code === OPEN || code === QUOTE || code === BACKSLASH) return undefined;
  }
  if (reader.at === start) return undefined;
  const word = text.slice(start, reader.at);
  return word.length === 4 && word.toUpperCase() === 'NULL' ? null : word;
}

const NEEDS_QUOTES = /[{}",;\\\s]|^$|^null$/i;

/** Writes an array literal that Postgres reads back as the same elements. */
export function printArrayLiteral({ values, bounds }: ArrayLiteral, delimiter: string): string {
  const print = (item: Nested): string => {
    if (item === null) return 'NULL';
    if (typeof item === 'string') {
      return NEEDS_QUOTES.test(item) ? `"${item.replace(/["\\]/g, '\\$&')}"` : item;
    }
    return `{${item.map(print).join(delimiter)}}`;
  };
  const head = bounds === undefined ? '' : `${bounds.map(([from, to]) => `[${from}:${to}]`).join('')}=`;
  return head + print(values);
}

/** The size of each dimension, outermost first; undefined when the nesting is ragged. An empty array has none. */
export function dimensionsOf(values: readonly Nested[]): readonly number[] | undefined {
  if (values.length === 0) return [];
  const inner = values.map((item) => (Array.isArray(item) ? dimensionsOf(item as readonly Nested[]) : []));
  const first = inner[0];
  const isNested = Array.isArray(values[0]);
  if (first === undefined || (isNested && first.length === 0)) return undefined;
  const isEven = inner.every(
    (sizes, index) =>
      Array.isArray(values[index]) === isNested &&
      sizes?.length === first.length &&
      sizes.every((size, depth) => size === first[depth]),
  );
  return isEven ? [values.length, ...first] : undefined;
}
