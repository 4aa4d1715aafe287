import type { Field } from './names.ts';
import { delimiter, field, fieldName, peek, spaced } from './names.ts';
import type { Parser } from './parser.ts';
import {
  after,
  attempt,
  before,
  between,
  chain,
  character,
  either,
  endOfInput,
  map,
  optional,
  separated1,
  word,
} from './parser.ts';

export interface OrderTerm {
  /** The embedded resource whose field orders the rows, if it is not the resource itself. */
  readonly relation: string | undefined;
  readonly field: Field;
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'nullsfirst' | 'nullslast' | undefined;
}

function option<W extends string>(...words: readonly W[]): Parser<W | undefined> {
  return optional(either<W>(...words.map((each) => attempt(map(after(delimiter, word(each)), () => each)))));
}

const end = either(peek(character(',')), attempt(endOfInput));

function term(ordered: Parser<Pick<OrderTerm, 'relation' | 'field'>>): Parser<OrderTerm> {
  return chain(ordered, (what) =>
    chain(option('asc', 'desc'), (direction) =>
      map(before(option('nullsfirst', 'nullslast'), end), (nulls): OrderTerm => ({
        ...what,
        direction,
        nulls,
      })),
    ),
  );
}

const ofRelation = chain(fieldName, (relation) =>
  map(between(character('('), field, character(')')), (inner) => ({ relation, field: inner })),
);
const ofField = map(field, (own) => ({ relation: undefined, field: own }));

/** The `order` parameter, such as `age.desc.nullslast,id`. */
export const orderTerms: Parser<OrderTerm[]> = separated1(
  spaced(either(attempt(term(ofRelation)), term(ofField))),
  character(','),
);
