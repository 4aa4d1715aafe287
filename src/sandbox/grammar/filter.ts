import type { Field } from './names.ts';
import { delimiter, field, identifier, noneOf, quoted, spaced } from './names.ts';
import type { Parser } from './parser.ts';
import {
  after,
  anyCharacter,
  attempt,
  before,
  between,
  chain,
  character,
  deferred,
  either,
  label,
  many,
  map,
  notFollowedBy,
  optional,
  pure,
  separated1,
  word,
} from './parser.ts';

const SIMPLE = ['neq', 'cs', 'cd', 'ov', 'sl', 'sr', 'nxr', 'nxl', 'adj'] as const;
const QUANTIFIABLE = ['eq', 'gte', 'gt', 'lte', 'lt', 'like', 'ilike', 'match', 'imatch'] as const;
const TEXT_SEARCH = ['fts', 'plfts', 'phfts', 'wfts'] as const;
const IS = ['null', 'not_null', 'true', 'false', 'unknown'] as const;

export type Operation =
  | { readonly kind: 'simple'; readonly operator: (typeof SIMPLE)[number]; readonly value: string }
  | {
      readonly kind: 'quantifiable';
      readonly operator: (typeof QUANTIFIABLE)[number];
      readonly quantifier: 'any' | 'all' | undefined;
      readonly value: string;
    }
  | { readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly kind: 'is'; readonly value: (typeof IS)[number] }
  | { readonly kind: 'distinct'; readonly value: string }
  | {
      readonly kind: 'text-search';
      readonly operator: (typeof TEXT_SEARCH)[number];
      readonly language: string | undefined;
      readonly value: string;
    };

export interface Filter {
  readonly kind: 'filter';
  readonly field: Field;
  readonly negated: boolean;
  readonly operation: Operation;
}

export type LogicTree =
  | Filter
  | {
      readonly kind: 'group';
      readonly negated: boolean;
      readonly operator: 'and' | 'or';
      readonly members: readonly LogicTree[];
    };

function oneWord<W extends string>(words: readonly W[]): Parser<W> {
  return either<W>(...words.map((each) => attempt(map(word(each), () => each))));
}

function anyCase(wanted: string): Parser<string> {
  return Array.from(wanted)
    .map((letter) => either(character(letter), character(letter.toUpperCase())))
    .reduce<Parser<string>>((done, next) => chain(done, () => next), pure(''));
}

const negation = either(attempt(map(after(word('not'), delimiter), () => true)), pure(false));

/** The rest of the text, whatever it is. */
const restOfText: Parser<string> = map(many(anyCharacter), (characters) => characters.join(''));

const listElement = either(
  attempt(before(quoted, notFollowedBy(noneOf(',)')))),
  map(many(noneOf(',)')), (characters) => characters.join('')),
);

const list: Parser<string[]> = between(
  spaced(character('(')),
  separated1(listElement, character(',')),
  spaced(character(')')),
);

const isValue = label(
  either(...IS.map((value) => attempt(map(anyCase(value), () => value)))),
  'isVal: (null, not_null, true, false, unknown)',
);

function operation(value: Parser<string>): Parser<Operation> {
  const simple = chain(label(oneWord(SIMPLE), 'unknown single value operator'), (operator) =>
    map(after(delimiter, value), (text): Operation => ({ kind: 'simple', operator, value: text })),
  );
  const quantifier = optional(
    attempt(
      between(
        character('('),
        either<'any' | 'all'>(
          attempt(map(word('any'), () => 'any')),
          map(word('all'), () => 'all'),
        ),
        character(')'),
      ),
    ),
  );
  const quantifiable = chain(label(oneWord(QUANTIFIABLE), 'unknown single value operator'), (operator) =>
    chain(quantifier, (quantified) =>
      map(after(delimiter, value), (text): Operation => ({
        kind: 'quantifiable',
        operator,
        quantifier: quantified,
        value: text,
      })),
    ),
  );
  const textSearch = chain(oneWord(TEXT_SEARCH), (operator) =>
    chain(optional(attempt(between(character('('), identifier, character(')')))), (language) =>
      map(after(delimiter, value), (text): Operation => ({
        kind: 'text-search',
        operator,
        language,
        value: text,
      })),
    ),
  );
  const prefixed = (name: string): Parser<string> => attempt(before(word(name), delimiter));
  return label(
    either<Operation>(
      map(after(prefixed('in'), list), (values): Operation => ({ kind: 'in', values })),
      map(after(prefixed('is'), isValue), (is): Operation => ({ kind: 'is', value: is })),
      map(after(prefixed('isdistinct'), value), (text): Operation => ({ kind: 'distinct', value: text })),
      attempt(textSearch),
      attempt(simple),
      attempt(quantifiable),
    ),
    'operator (eq, gt, ...)',
  );
}

export interface Condition {
  readonly negated: boolean;
  readonly operation: Operation;
}

function condition(value: Parser<string>): Parser<Condition> {
  return chain(negation, (negated) => map(operation(value), (parsed) => ({ negated, operation: parsed })));
}

/** What follows the `=` of a filter, such as `not.in.(1,2)`. */
export const filterCondition: Parser<Condition> = condition(restOfText);

/** The same for a function's parameters, where anything that is no condition is an argument. */
export const conditionOrArgument: Parser<Condition | undefined> = optional(filterCondition);

const arrayLiteral = map(
  chain(word('{'), () => before(many(noneOf('{}')), word('}'))),
  (characters) => `{${characters.join('')}}`,
);

/** Inside a tree a value ends at a comma or parenthesis, unless it is quoted or an array. */
const valueInTree = either(
  attempt(before(quoted, notFollowedBy(noneOf(',)')))),
  attempt(arrayLiteral),
  map(many(noneOf(',)')), (characters) => characters.join('')),
);

const filterInTree: Parser<LogicTree> = chain(before(field, delimiter), (filtered) =>
  map(condition(valueInTree), (parsed): LogicTree => ({ kind: 'filter', field: filtered, ...parsed })),
);

const negationInTree = label(negation, 'negation operator (not)');

const logicOperator = label(
  either<'and' | 'or'>(
    attempt(map(word('and'), () => 'and')),
    map(word('or'), () => 'or'),
  ),
  'logic operator (and, or)',
);

/** Such as `and(age.gt.70,or(mood.eq.sad,active.is.false))`. */
export const logicTree: Parser<LogicTree> = either<LogicTree>(
  attempt(filterInTree),
  chain(negationInTree, (negated) =>
    chain(logicOperator, (operator) =>
      map(
        between(
          spaced(character('(')),
          separated1(
            deferred(() => logicTree),
            spaced(character(',')),
          ),
          spaced(character(')')),
        ),
        (members): LogicTree => ({ kind: 'group', negated, operator, members }),
      ),
    ),
  ),
);
