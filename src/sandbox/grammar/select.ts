import type { Field } from './names.ts';
import { field, fieldName, identifier, peek, spaced } from './names.ts';
import type { Parser } from './parser.ts';
import {
  after,
  attempt,
  before,
  between,
  chain,
  character,
  deferred,
  either,
  endOfInput,
  fail,
  map,
  notFollowedBy,
  optional,
  pure,
  separated,
  word,
} from './parser.ts';

export type Aggregate = 'sum' | 'avg' | 'count' | 'max' | 'min';

export interface SelectField {
  readonly kind: 'field';
  /** The field `*` is every column. */
  readonly field: Field;
  readonly alias?: string | undefined;
  /** A type name; the grammar admits letters, digits, `_`, `$` and spaces only. */
  readonly cast?: string | undefined;
  readonly aggregate?: Aggregate | undefined;
}

export interface SelectRelation {
  readonly kind: 'relation';
  readonly name: string;
  readonly alias?: string | undefined;
  readonly hint?: string | undefined;
  readonly inner: boolean;
  /** Written `...name(columns)`: its columns become the parent's. */
  readonly spread: boolean;
  readonly children: readonly SelectItem[];
}

export type SelectItem = SelectField | SelectRelation;

const end = either(peek(word(')')), peek(word(',')), attempt(endOfInput));
const alias = optional(attempt(before(fieldName, before(character(':'), notFollowedBy(character(':'))))));
const cast = optional(after(word('::'), identifier));

const star: Parser<SelectItem> = map(before(word('*'), end), () => ({
  kind: 'field',
  field: { name: '*', path: [] },
}));

const countOfRows: Parser<SelectItem> = chain(alias, (name) =>
  map(between(word('count()'), cast, end), (): SelectItem => ({
    kind: 'field',
    field: { name: '*', path: [] },
    aggregate: 'count',
    alias: name,
  })),
);

const aggregate: Parser<Aggregate> = before(
  either<string>(
    word('sum'),
    word('avg'),
    word('count'),
    attempt(word('max')),
    attempt(word('min')),
  ) as Parser<Aggregate>,
  word('()'),
);

const plainField: Parser<SelectItem> = chain(alias, (name) =>
  chain(field, (selected) =>
    chain(cast, (type) =>
      map(
        before(before(optional(attempt(after(character('.'), aggregate))), cast), end),
        (summary): SelectItem => ({
          kind: 'field',
          field: selected,
          alias: name,
          cast: type,
          aggregate: summary,
        }),
      ),
    ),
  ),
);

const selectField: Parser<SelectItem> = spaced(either(attempt(star), attempt(countOfRows), plainField));

type EmbedParameter = { readonly join: 'left' | 'inner' } | { readonly hint: string };

const embedParameter: Parser<EmbedParameter> = after(
  character('!'),
  either<EmbedParameter>(
    attempt(map(word('left'), () => ({ join: 'left' as const }))),
    attempt(map(word('inner'), () => ({ join: 'inner' as const }))),
    attempt(map(fieldName, (hint) => ({ hint }))),
  ),
);

type RelationHead = Omit<SelectRelation, 'children'>;

function relationHead(name: string, aliased: string | undefined, spread: boolean): Parser<RelationHead> {
  return chain(optional(embedParameter), (first) =>
    chain(optional(embedParameter), (second) => {
      const given = [first, second].filter((parameter) => parameter !== undefined);
      const join = given.find((parameter) => 'join' in parameter)?.join;
      const hint = given.find((parameter) => 'hint' in parameter)?.hint;
      const head: RelationHead = {
        kind: 'relation',
        name,
        alias: aliased,
        hint,
        inner: join === 'inner',
        spread,
      };
      return map(peek(word('(')), () => head);
    }),
  );
}

const spreadHead = spaced(
  chain(after(word('...'), fieldName), (name) => relationHead(name, undefined, true)),
);

const embedHead = spaced(
  chain(alias, (aliased) =>
    chain(fieldName, (name) =>
      // A column may be summed up as count(); it is not the name of a relation.
      chain(name === 'count' ? fail<undefined>() : pure(undefined), () => relationHead(name, aliased, false)),
    ),
  ),
);

const withChildren = (head: Parser<RelationHead>): Parser<SelectItem> =>
  chain(attempt(head), (relation) =>
    map(
      between(
        character('('),
        deferred(() => selectList),
        character(')'),
      ),
      (children): SelectItem => ({ ...relation, children }),
    ),
  );

/** The `select` parameter: columns, renamed, cast, into json; embedded resources; `*`. */
export const selectList: Parser<SelectItem[]> = separated(
  either(withChildren(spreadHead), withChildren(embedHead), selectField),
  spaced(character(',')),
);
