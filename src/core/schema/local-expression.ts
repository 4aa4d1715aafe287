import { translateDefaultExpression } from './expression/default.ts';
import { parseExpression } from './expression/parse.ts';
import { Untranslatable } from './expression/syntax.ts';
import { translate } from './expression/translate.ts';
import type { Scope, Value } from './expression/value.ts';
import { isKind, untranslatable } from './expression/value.ts';
import type { LocalColumn } from './local-schema.ts';
import type { LogicalType } from './logical-type.ts';

/** SQL in SQLite's dialect and the columns that it mentions. */
export interface TranslatedSql {
  readonly sql: string;
  readonly columns: readonly LocalColumn[];
}

/** Why there is no such SQL: the rest of a sentence that ends in "is not kept locally: ". */
export interface NotTranslated {
  readonly reason: string;
}

type Columns = Pick<Scope, 'columnByName'>;

/** A check constraint's expression. It may let rows pass that production refuses; it never refuses what production has. */
export function translateCheck(expression: string, { columnByName }: Columns): TranslatedSql | NotTranslated {
  return translated(columnByName, (scope) => booleanOf(translate(parseExpression(expression), scope, true)));
}

/** The predicate of a partial index: it must select exactly production's rows, or a unique index would change. */
export function translatePredicate(
  expression: string,
  { columnByName }: Columns,
): TranslatedSql | NotTranslated {
  return translated(columnByName, (scope) => booleanOf(translate(parseExpression(expression), scope)));
}

/** An expression that is a key of an index. */
export function translateIndexKey(
  expression: string,
  { columnByName }: Columns,
): TranslatedSql | NotTranslated {
  return translated(columnByName, (scope) => {
    const value = translate(parseExpression(expression), scope);
    if (value.type === undefined) return untranslatable('a key of it is a constant');
    if (isKind(value, 'numeric') && value.exact !== true) {
      return untranslatable('numeric values of so many digits would be rounded by SQLite');
    }
    return value;
  });
}

/** A default, ready to stand after DEFAULT; `sql` is undefined when it is NULL. */
export function translateDefault(
  expression: string,
  type: LogicalType,
): { readonly sql: string | undefined } | NotTranslated {
  return orReason(() => ({ sql: translateDefaultExpression(parseExpression(expression), type) }));
}

function booleanOf(value: Value): Value {
  return isKind(value, 'boolean') ? value : untranslatable('it is not a condition');
}

function translated(
  columnByName: Scope['columnByName'],
  work: (scope: Scope) => Value,
): TranslatedSql | NotTranslated {
  const mentioned = new Set<LocalColumn>();
  return orReason(() => {
    const { sql } = work({ columnByName, mentioned });
    return { sql, columns: [...mentioned] };
  });
}

function orReason<T>(work: () => T): T | NotTranslated {
  try {
    return work();
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message };
    throw error;
  }
}
