import type { Expression } from './syntax.ts';
import { Untranslatable } from './syntax.ts';
import { parsePrimary } from './parse-primary.ts';
import { parseTypeName } from './parse-type-name.ts';
import { TokenReader } from './token-reader.ts';
import { tokenize } from './tokens.ts';

/** How strongly operators bind, weakest first (the table in "Lexical Structure" of Postgres's manual). */
const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  range: 6,
  other: 7,
  sum: 8,
  product: 9,
  power: 10,
  at: 11,
  collate: 12,
  sign: 13,
} as const;

const COMPARISONS = new Set(['<', '>', '=', '<=', '>=', '<>', '!=']);
const IS_TESTS = ['null', 'true', 'false', 'unknown'] as const;

/** Reads an expression as `pg_get_expr` prints it. Throws Untranslatable when it is not understood. */
export function parseExpression(sql: string): Expression {
  const reader = new TokenReader(tokenize(sql));
  const expression = parseAbove(reader, 0);
  if (reader.peek() !== undefined) throw new Untranslatable('it is not understood');
  return expression;
}

/** An expression whose operators bind more strongly than `level`. */
export function parseAbove(reader: TokenReader, level: number): Expression {
  let left = parsePrefix(reader);
  for (;;) {
    const extended = parseSuffix(reader, left, level);
    if (extended === undefined) return left;
    left = extended;
  }
}

function parsePrefix(reader: TokenReader): Expression {
  if (reader.acceptWords('not')) {
    return { kind: 'unary', operator: 'NOT', operand: parseAbove(reader, LEVEL.not - 1) };
  }
  for (const operator of ['-', '+']) {
    if (reader.acceptSymbol(operator)) {
      return { kind: 'unary', operator, operand: parseAbove(reader, LEVEL.sign - 1) };
    }
  }
  return parsePrimary(reader);
}

/** `left` with what follows it, if that binds more strongly than `level`. */
function parseSuffix(reader: TokenReader, left: Expression, level: number): Expression | undefined {
  if (reader.acceptSymbol('::')) return { kind: 'cast', operand: left, type: parseTypeName(reader) };
  if (reader.isSymbol('[')) throw new Untranslatable('it takes an element of an array');
  const token = reader.peek();
  if (token?.kind === 'symbol') return parseOperator(reader, left, token.text, level);
  if (token?.kind !== 'word') return undefined;
  switch (token.text) {
    case 'or':
    case 'and': {
      const own = LEVEL[token.text];
      if (own <= level) return undefined;
      reader.next();
      return { kind: 'binary', operator: token.text.toUpperCase(), left, right: parseAbove(reader, own) };
    }
    case 'is':
      return LEVEL.is <= level ? undefined : parseIs(reader, left);
    case 'not':
    case 'between':
    case 'in':
    case 'like':
    case 'ilike':
      return LEVEL.range <= level ? undefined : parseRange(reader, left);
    case 'at':
      return LEVEL.at <= level ? undefined : parseTimeZone(reader, left);
    case 'collate':
      throw new Untranslatable('it names a collation');
    case 'operator':
      throw new Untranslatable("it uses an operator of an extension's");
    default:
      return undefined;
  }
}

function parseOperator(
  reader: TokenReader,
  left: Expression,
  operator: string,
  level: number,
): Expression | undefined {
  const own = levelOf(operator);
  if (own === undefined || own <= level) return undefined;
  reader.next();
  const isAll = reader.isWord('all');
  if ((isAll || reader.isWord('any')) && reader.isSymbol('(', 1)) {
    reader.next();
    reader.expectSymbol('(');
    const array = parseAbove(reader, 0);
    reader.expectSymbol(')');
    return { kind: 'quantified', operator, operand: left, all: isAll, array };
  }
  return {
    kind: 'binary',
    operator: operator === '!=' ? '<>' : operator,
    left,
    right: parseAbove(reader, own),
  };
}

function levelOf(operator: string): number | undefined {
  if (['(', ')', '[', ']', ',', '.', '::'].includes(operator)) return undefined;
  if (COMPARISONS.has(operator)) return LEVEL.comparison;
  if (operator === '+' || operator === '-') return LEVEL.sum;
  if (operator === '*' || operator === '/' || operator === '%') return LEVEL.product;
  return operator === '^' ? LEVEL.power : LEVEL.other;
}

function parseIs(reader: TokenReader, operand: Expression): Expression {
  reader.expectWords('is');
  const negated = reader.acceptWords('not');
  if (reader.acceptWords('distinct', 'from')) {
    return { kind: 'distinct', left: operand, right: parseAbove(reader, LEVEL.is), negated };
  }
  const test = IS_TESTS.find((word) => reader.acceptWords(word));
  if (test === undefined) throw new Untranslatable('it is not understood');
  return { kind: 'is', operand, test, negated };
}

/** `x AT TIME ZONE 'utc'` is timezone('utc', x). */
function parseTimeZone(reader: TokenReader, operand: Expression): Expression {
  reader.expectWords('at', 'time', 'zone');
  return { kind: 'call', name: 'timezone', args: [parseAbove(reader, LEVEL.at), operand] };
}

/** BETWEEN, IN and LIKE, which Postgres itself prints as comparisons, `= ANY` and `~~`. */
function parseRange(reader: TokenReader, operand: Expression): Expression {
  const negated = reader.acceptWords('not');
  if (reader.acceptWords('between')) {
    if (reader.acceptWords('symmetric')) throw new Untranslatable('BETWEEN SYMMETRIC has no equal in SQLite');
    const low = parseAbove(reader, LEVEL.range);
    reader.expectWords('and');
    const high = parseAbove(reader, LEVEL.range);
    const within: Expression = {
      kind: 'binary',
      operator: 'AND',
      left: { kind: 'binary', operator: '>=', left: operand, right: low },
      right: { kind: 'binary', operator: '<=', left: operand, right: high },
    };
    return negated ? { kind: 'unary', operator: 'NOT', operand: within } : within;
  }
  if (reader.acceptWords('in')) {
    const array: Expression = { kind: 'array', items: parseList(reader) };
    return { kind: 'quantified', operator: negated ? '<>' : '=', operand, all: negated, array };
  }
  const operator = reader.acceptWords('like') ? '~~' : '~~*';
  if (operator === '~~*') reader.expectWords('ilike');
  const right = parseAbove(reader, LEVEL.range);
  return { kind: 'binary', operator: negated ? `!${operator}` : operator, left: operand, right };
}

/** `(a, b, c)`, at least one of them. */
export function parseList(reader: TokenReader): readonly Expression[] {
  reader.expectSymbol('(');
  const items = [parseAbove(reader, 0)];
  while (reader.acceptSymbol(',')) items.push(parseAbove(reader, 0));
  reader.expectSymbol(')');
  return items;
}
