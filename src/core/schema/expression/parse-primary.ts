import { parseAbove, parseList } from './parse.ts';
import { parseTypeName } from './parse-type-name.ts';
import type { Expression } from './syntax.ts';
import { Untranslatable } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Functions that SQL writes without parentheses. */
const CLOCKS = new Set(['current_timestamp', 'localtimestamp', 'current_date', 'current_time', 'localtime']);

/** A constant, a column, a call, a CASE, an ARRAY, or an expression in parentheses. */
export function parsePrimary(reader: TokenReader): Expression {
  const token = reader.next();
  switch (token.kind) {
    case 'string':
      return { kind: 'string', value: token.text };
    case 'number':
      return { kind: 'number', text: token.text };
    case 'quoted':
      return parseName(reader, token.text);
    case 'word':
      return parseWord(reader, token.text);
    case 'symbol': {
      if (token.text !== '(') throw new Untranslatable(`the operator ${token.text} has no equal in SQLite`);
      const inner = parseAbove(reader, 0);
      if (reader.isSymbol(',')) throw new Untranslatable('it compares whole rows');
      reader.expectSymbol(')');
      return inner;
    }
  }
}

function parseWord(reader: TokenReader, word: string): Expression {
  switch (word) {
    case 'true':
    case 'false':
      return { kind: 'boolean', value: word === 'true' };
    case 'null':
      return { kind: 'null' };
    case 'case':
      return parseCase(reader);
    case 'array':
      return parseArray(reader);
    case 'row':
      throw new Untranslatable('it compares whole rows');
    case 'cast':
      return parseCast(reader);
    case 'trim':
    case 'substring':
    case 'position':
      return reader.isSymbol('(') ? parseSyntaxCall(reader, word) : parseName(reader, word);
    case 'extract':
    case 'overlay':
    case 'exists':
    case 'interval':
      if (reader.isSymbol('(')) throw new Untranslatable(`${word} has no certain equal in SQLite`);
      return parseName(reader, word);
    default:
      if (CLOCKS.has(word)) {
        if (reader.isSymbol('(')) parseList(reader);
        return { kind: 'call', name: word, args: [] };
      }
      return parseName(reader, word);
  }
}

/** A column, or a function's name with its arguments. */
function parseName(reader: TokenReader, first: string): Expression {
  let name = first;
  let schema: string | undefined;
  if (reader.acceptSymbol('.')) {
    const second = reader.next();
    if (second.kind !== 'word' && second.kind !== 'quoted') throw new Untranslatable('it is not understood');
    schema = first;
    name = second.text;
  }
  if (!reader.isSymbol('(')) {
    if (schema !== undefined) throw new Untranslatable('it names something by two names');
    return { kind: 'column', name };
  }
  const args = reader.isSymbol(')', 1) ? emptyList(reader) : parseList(reader);
  return { kind: 'call', name, ...(schema === undefined ? {} : { schema }), args };
}

function emptyList(reader: TokenReader): readonly Expression[] {
  reader.expectSymbol('(');
  reader.expectSymbol(')');
  return [];
}

function parseCase(reader: TokenReader): Expression {
  const operand = reader.isWord('when') ? undefined : parseAbove(reader, 0);
  const branches: { when: Expression; then: Expression }[] = [];
  while (reader.acceptWords('when')) {
    const when = parseAbove(reader, 0);
    reader.expectWords('then');
    branches.push({ when, then: parseAbove(reader, 0) });
  }
  const otherwise = reader.acceptWords('else') ? parseAbove(reader, 0) : undefined;
  reader.expectWords('end');
  return {
    kind: 'case',
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

function parseArray(reader: TokenReader): Expression {
  reader.expectSymbol('[');
  const items: Expression[] = [];
  if (reader.acceptSymbol(']')) return { kind: 'array', items };
  do items.push(parseAbove(reader, 0));
  while (reader.acceptSymbol(','));
  reader.expectSymbol(']');
  return { kind: 'array', items };
}

function parseCast(reader: TokenReader): Expression {
  reader.expectSymbol('(');
  const operand = parseAbove(reader, 0);
  reader.expectWords('as');
  const type = parseTypeName(reader);
  reader.expectSymbol(')');
  return { kind: 'cast', operand, type };
}

/** Calls whose arguments are parted by words: as the plain function each stands for. */
function parseSyntaxCall(reader: TokenReader, word: 'trim' | 'substring' | 'position'): Expression {
  reader.expectSymbol('(');
  const call =
    word === 'trim'
      ? parseTrim(reader)
      : word === 'substring'
        ? parseSubstring(reader)
        : parsePosition(reader);
  reader.expectSymbol(')');
  return call;
}

/** `TRIM(BOTH ' ' FROM x)` is btrim(x, ' '). */
function parseTrim(reader: TokenReader): Expression {
  const name = reader.acceptWords('leading') ? 'ltrim' : reader.acceptWords('trailing') ? 'rtrim' : 'btrim';
  if (name === 'btrim') reader.acceptWords('both');
  const first = reader.isWord('from') ? undefined : parseAbove(reader, 0);
  if (!reader.acceptWords('from')) {
    if (first === undefined) throw new Untranslatable('it is not understood');
    return { kind: 'call', name, args: [first] };
  }
  const text = parseAbove(reader, 0);
  return { kind: 'call', name, args: first === undefined ? [text] : [text, first] };
}

/** `SUBSTRING(x FROM 1 FOR 2)` is substr(x, 1, 2). */
function parseSubstring(reader: TokenReader): Expression {
  const args = [parseAbove(reader, 0)];
  while (reader.acceptSymbol(',') || reader.acceptWords('from') || reader.acceptWords('for')) {
    args.push(parseAbove(reader, 0));
  }
  return { kind: 'call', name: 'substr', args };
}

/** `POSITION((part) IN (text))` is strpos(text, part). Its parts stand in parentheses, which keeps IN apart. */
function parsePosition(reader: TokenReader): Expression {
  reader.expectSymbol('(');
  const part = parseAbove(reader, 0);
  reader.expectSymbol(')');
  reader.expectWords('in');
  reader.expectSymbol('(');
  const text = parseAbove(reader, 0);
  reader.expectSymbol(')');
  return { kind: 'call', name: 'strpos', args: [text, part] };
}
