/** Expressions of Postgres's SQL, as far as they can have an equal in SQLite. What `parseExpression` gives. */
export type Expression =
  | { readonly kind: 'string'; readonly value: string }
  /** The digits as they were written, without a sign. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName }
  /** Function names as the catalogs spell them; `CURRENT_DATE` and its like are calls without arguments. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly schema?: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  /** LIKE is `~~`, as Postgres prints it. AND and OR are operators too. */
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'is'; readonly operand: Expression; readonly test: IsTest; readonly negated: boolean }
  | {
      readonly kind: 'distinct';
      readonly left: Expression;
      readonly right: Expression;
      readonly negated: boolean;
    }
  /** `operand operator ANY (array)`, or ALL. IN is `= ANY`, NOT IN is `<> ALL`. */
  | {
      readonly kind: 'quantified';
      readonly operator: string;
      readonly operand: Expression;
      readonly all: boolean;
      readonly array: Expression;
    }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'case';
      readonly operand?: Expression;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise?: Expression;
    };

export type IsTest = 'null' | 'true' | 'false' | 'unknown';

/** A type as SQL names it: `character varying(10)[]` is `{name: 'character varying', modifiers: [10], isArray}`. */
export interface TypeName {
  readonly schema?: string;
  /** Lower case unless it was quoted; several words are parted by one space. */
  readonly name: string;
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

/** Why an expression has no equal in SQLite: the end of a sentence that names it. */
export class Untranslatable extends Error {}
