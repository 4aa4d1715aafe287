import type { Parser } from './parser.ts';
import {
  after,
  anyCharacter,
  attempt,
  before,
  between,
  chain,
  character,
  either,
  endOfInput,
  label,
  lookAhead,
  many,
  many1,
  map,
  notFollowedBy,
  optional,
  pure,
  satisfy,
  separated1,
  word,
} from './parser.ts';

/** One step into a json value: `->` gives json, `->>` text. An index carries its sign (`+0`, `-1`). */
export interface JsonStep {
  readonly arrow: '->' | '->>';
  readonly operand: { readonly kind: 'key' | 'index'; readonly value: string };
}

/** A column, and the way into it when it holds json. */
export interface Field {
  readonly name: string;
  readonly path: readonly JsonStep[];
}

export function noneOf(excluded: string): Parser<string> {
  return satisfy((met) => !excluded.includes(met));
}

const joined = (parser: Parser<string[]>): Parser<string> => map(parser, (parts) => parts.join(''));

const letter = label(
  satisfy((met) => /^\p{L}$/u.test(met)),
  'letter',
);
const digit = label(
  satisfy((met) => met >= '0' && met <= '9'),
  'digit',
);
const blank = satisfy((met) => met === ' ' || met === '\t');

/** The parser with spaces and tabs around it. */
export function spaced<T>(parser: Parser<T>): Parser<T> {
  return between(many(blank), parser, many(blank));
}

export const delimiter: Parser<string> = label(character('.'), 'delimiter (.)');

/** Between double quotes; a backslash takes the next character as it is. */
export const quoted: Parser<string> = between(
  character('"'),
  joined(many(either(noneOf('\\"'), after(character('\\'), anyCharacter)))),
  character('"'),
);

/** Letters, digits, `_`, `$` and inner spaces. */
export const identifier: Parser<string> = map(
  many1(
    either(
      letter,
      digit,
      satisfy((met) => '_ $'.includes(met)),
    ),
  ),
  (characters) => characters.join('').trim(),
);

/** A dash belongs to the name, unless it begins an arrow. */
function dashed(part: Parser<string>): Parser<string> {
  const dash = attempt(before(character('-'), notFollowedBy(character('>'))));
  return map(separated1(part, dash), (parts) => parts.join('-'));
}

export const fieldName: Parser<string> = label(
  either(quoted, dashed(identifier)),
  'field name (* or [a..z0..9_$])',
);

const jsonKey = label(
  either(quoted, dashed(map(many1(noneOf('(-:.,>)')), (characters) => characters.join('').trim()))),
  'any non reserved character different from: .,>()',
);

/** Succeeds, without consuming, where the parser would. */
export const peek = (parser: Parser<unknown>): Parser<undefined> =>
  attempt(
    map(lookAhead(parser), () => {
      return undefined;
    }),
  );

const afterIndex = either(
  peek(word('->')),
  peek(word('::')),
  peek(word('.')),
  peek(word(',')),
  attempt(endOfInput),
);

const jsonIndex = chain(either(character('-'), pure('+')), (sign) =>
  before(
    map(many1(digit), (digits) => sign + digits.join('')),
    afterIndex,
  ),
);

const jsonOperand: Parser<JsonStep['operand']> = either<JsonStep['operand']>(
  attempt(map(jsonIndex, (value) => ({ kind: 'index', value }) as const)),
  attempt(map(jsonKey, (value) => ({ kind: 'key', value }) as const)),
);

export const jsonPath: Parser<JsonStep[]> = many(
  chain(either(attempt(word('->>')), attempt(word('->'))), (arrow) =>
    map(jsonOperand, (operand): JsonStep => ({ arrow: arrow === '->>' ? '->>' : '->', operand })),
  ),
);

export const field: Parser<Field> = spaced(
  chain(fieldName, (name) => map(optional(jsonPath), (path): Field => ({ name, path: path ?? [] }))),
);

/** Such as `client.projects.name`: the embedded resources on the way, then the field. */
export const treePath: Parser<{ readonly embedded: readonly string[]; readonly field: Field }> = chain(
  separated1(fieldName, delimiter),
  (names) =>
    map(optional(jsonPath), (path) => ({
      embedded: names.slice(0, -1),
      field: { name: names.at(-1) ?? '', path: path ?? [] },
    })),
);

/** Such as `columns=a,b` and `on_conflict=a,b`. */
export const columnList: Parser<string[]> = separated1(fieldName, spaced(character(',')));
