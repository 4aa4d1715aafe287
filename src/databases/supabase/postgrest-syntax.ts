/** PostgREST's little languages for `select`, `order` and logic filters: its ApiRequest/QueryParams.hs. */
import type { RowCondition } from '../../core/ports.ts';

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A column's name: bare where its characters allow, else in double quotes with `"` and `\` escaped by a backslash. */
export function quoteName(name: string): string {
  return PLAIN_NAME.test(name) ? name : quoteValue(name);
}

/** A value in a logic filter, where commas, dots, colons and parentheses mean something outside of quotes. */
export function quoteValue(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** One item of `select`: a column under an alias, as Postgres's text unless `cast` is false. */
export function selectItem(alias: string, column: string, cast: boolean): string {
  return `${alias}:${quoteName(column)}${cast ? '::text' : ''}`;
}

/** `a.asc,b.asc`. */
export function ascending(columns: readonly string[]): string {
  return columns.map((column) => `${quoteName(column)}.asc`).join(',');
}

/**
 * The inside of `or=(...)` that keeps the rows after `values` in the order of `columns`:
 * `and(a.gte.1,or(a.gt.1,and(a.eq.1,b.gt.2)))`. The first condition says nothing new; it lets Postgres begin in the
 * middle of the key's index, which it does not see from an OR.
 */
export function afterKey(columns: readonly string[], values: readonly string[]): string {
  const condition = (index: number, operator: string): string =>
    `${quoteName(columns[index] ?? '')}.${operator}.${quoteValue(values[index] ?? '')}`;
  if (columns.length === 1) return condition(0, 'gt');
  const alternatives = columns.map((_, index) => {
    const equal = columns.slice(0, index).map((_, before) => condition(before, 'eq'));
    const parts = [...equal, condition(index, 'gt')];
    return parts.length === 1 ? parts.join('') : `and(${parts.join(',')})`;
  });
  return `and(${condition(0, 'gte')},or(${alternatives.join(',')}))`;
}

/** The inside of `or=(...)` that keeps the rows of some keys: `a.eq.1,a.eq."x,y"`, `and(a.eq.1,b.eq.2),and(...)`. */
export function anyKey(columns: readonly string[], keys: readonly (readonly string[])[]): string {
  const names = columns.map(quoteName);
  // `in` would be shorter; but to PostgREST in.("") means no value at all, and an array is none of its elements.
  const conditions = keys.map((key) =>
    names.map((name, index) => `${name}.eq.${bareOrQuoted(key[index] ?? '')}`),
  );
  return conditions
    .map((parts) => (parts.length === 1 ? parts.join('') : `and(${parts.join(',')})`))
    .join(',');
}

/** Quotes cost three characters each in an address, and most keys are numbers or uuids. */
function bareOrQuoted(value: string): string {
  return /^[A-Za-z0-9_-]+$/.test(value) ? value : quoteValue(value);
}

const OPERATORS = {
  equal: 'eq',
  'not-equal': 'neq',
  less: 'lt',
  'at-most': 'lte',
  greater: 'gt',
  'at-least': 'gte',
} as const;

/**
 * A condition as a logic filter: `status.in.("a","b")`. Undefined for one that every row meets. A list of one value is
 * compared with it, because `in.("")` means a list without any.
 */
export function conditionFilter(condition: RowCondition): string | undefined {
  const column = quoteName(condition.column);
  switch (condition.is) {
    case 'null':
      return `${column}.is.null`;
    case 'not-null':
      return `${column}.not.is.null`;
    case 'in':
      return condition.values.length === 1
        ? `${column}.eq.${quoteValue(condition.values[0] ?? '')}`
        : `${column}.in.(${condition.values.map(quoteValue).join(',')})`;
    case 'not-in':
      return condition.values.length === 0
        ? undefined
        : condition.values.length === 1
          ? `${column}.neq.${quoteValue(condition.values[0] ?? '')}`
          : `${column}.not.in.(${condition.values.map(quoteValue).join(',')})`;
    default:
      return `${column}.${OPERATORS[condition.is]}.${quoteValue(condition.value)}`;
  }
}

/**
 * The inside of one `or=(...)` that means all of the filters; undefined when there are none. As parameters of their own
 * they would collide where a column is called `select`, `order` or `limit`.
 */
export function allOf(filters: readonly (string | undefined)[]): string | undefined {
  const present = filters.filter((filter) => filter !== undefined);
  return present.length > 1 ? `and(${present.join(',')})` : present[0];
}
