import { Untranslatable } from './syntax.ts';

export type Token =
  /** A word without quotes: `text` in lower case. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  /** An operator or a mark: `<=`, `~~*`, `::`, `(`. */
  | { readonly kind: 'symbol'; readonly text: string };

const SPACE = /\s+/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const QUOTED = /"((?:[^"]|"")+)"/y;
const STRING = /'((?:[^']|'')*)'/y;
const ESCAPE_STRING = /[eE]'((?:[^'\\]|''|\\[\s\S])*)'/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const MARK = /::|[()[\],.]/y;
const OPERATOR = /[-+*/<>=~!@#%^&|`?:]+/y;

/** Other constants that start with a letter: bit strings, national and Unicode-escaped ones. */
const STRANGE_STRING = /[bBxXnN]'|[uU]&['"]/y;

/** Takes SQL apart, as `pg_get_expr` prints it. Throws Untranslatable on what it does not know. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < sql.length) {
    if (take(SPACE) !== null) continue;
    if (take(STRANGE_STRING) !== null) throw new Untranslatable('it holds a bit string or an escaped string');
    tokens.push(nextToken(take));
  }
  return tokens;
}

function nextToken(take: (pattern: RegExp) => RegExpExecArray | null): Token {
  const escaped = take(ESCAPE_STRING);
  if (escaped !== null) return { kind: 'string', text: unescaped(escaped[1] ?? '') };
  const string = take(STRING);
  if (string !== null) return { kind: 'string', text: (string[1] ?? '').replaceAll("''", "'") };
  const quoted = take(QUOTED);
  if (quoted !== null) return { kind: 'quoted', text: (quoted[1] ?? '').replaceAll('""', '"') };
  const number = take(NUMBER);
  if (number !== null) return { kind: 'number', text: number[0] };
  const word = take(WORD);
  if (word !== null) return { kind: 'word', text: word[0].toLowerCase() };
  const symbol = take(MARK) ?? take(OPERATOR);
  if (symbol !== null) return { kind: 'symbol', text: symbol[0] };
  throw new Untranslatable('it is not understood');
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The meaning of an E'...' constant. Escapes by number are not needed: Postgres prints characters as they are. */
function unescaped(body: string): string {
  return body.replace(/''|\\([\s\S])/g, (pair, character: string | undefined) => {
    if (character === undefined) return "'";
    if (/[0-7xuU]/.test(character)) throw new Untranslatable(`it holds the escape ${pair}`);
    return ESCAPES[character] ?? character;
  });
}
