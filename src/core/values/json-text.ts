/**
 * JSON read without loss: numbers keep their digits, objects keep every member in order, duplicates included, and no
 * name is special (`__proto__` is a member like any other). JSON.parse does none of these.
 */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** The digits as they were written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] };

export interface JsonMember {
  readonly name: string;
  readonly value: JsonNode;
}

/** SQLite's own limit (JSON_MAX_DEPTH): deeper text fails its json_valid. */
export const MOST_JSON_DEPTH = 1000;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class NotJson extends Error {}

/** Reads text as strict JSON (RFC 8259), at most {@link MOST_JSON_DEPTH} deep; undefined when it is not. */
export function parseJsonText(text: string): JsonNode | undefined {
  const reader = { text, at: 0 };
  try {
    const node = readValue(reader, 0);
    skipSpace(reader);
    return reader.at === text.length ? node : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    reader.at++;
  }
}

/** Passes over `expected` after white space; says whether it stood there. */
function accept(reader: Reader, expected: string): boolean {
  skipSpace(reader);
  if (!reader.text.startsWith(expected, reader.at)) return false;
  reader.at += expected.length;
  return true;
}

function readValue(reader: Reader, depth: number): JsonNode {
  if (depth > MOST_JSON_DEPTH) throw new NotJson();
  skipSpace(reader);
  switch (reader.text[reader.at]) {
    case '"':
      return { kind: 'string', value: readString(reader) };
    case '[':
      return readArray(reader, depth);
    case '{':
      return readObject(reader, depth);
    default:
      if (accept(reader, 'null')) return { kind: 'null' };
      if (accept(reader, 'true')) return { kind: 'boolean', value: true };
      if (accept(reader, 'false')) return { kind: 'boolean', value: false };
      return readNumber(reader);
  }
}

function readNumber(reader: Reader): JsonNode {
  NUMBER.lastIndex = reader.at;
  const digits = NUMBER.exec(reader.text)?.[0];
  if (digits === undefined) throw new NotJson();
  reader.at += digits.length;
  return { kind: 'number', text: digits };
}

function readString(reader: Reader): string {
  const start = reader.at;
  const { text } = reader;
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 92) {
      index++;
    } else if (code === 34) {
      reader.at = index + 1;
      return unescape(text.slice(start, reader.at));
    }
  }
  throw new NotJson();
}

/** The meaning of a quoted string. Strings are the one part of JSON that JSON.parse reads without loss. */
function unescape(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new NotJson();
  }
}

function readArray(reader: Reader, depth: number): JsonNode {
  const items: JsonNode[] = [];
  reader.at++;
  if (accept(reader, ']')) return { kind: 'array', items };
  do items.push(readValue(reader, depth + 1));
  while (accept(reader, ','));
  if (!accept(reader, ']')) throw new NotJson();
  return { kind: 'array', items };
}

function readObject(reader: Reader, depth: number): JsonNode {
  const members: JsonMember[] = [];
  reader.at++;
  if (accept(reader, '}')) return { kind: 'object', members };
  do {
    skipSpace(reader);
    if (reader.text[reader.at] !== '"') throw new NotJson();
    const name = readString(reader);
    if (!accept(reader, ':')) throw new NotJson();
    members.push({ name, value: readValue(reader, depth + 1) });
  } while (accept(reader, ','));
  if (!accept(reader, '}')) throw new NotJson();
  return { kind: 'object', members };
}
