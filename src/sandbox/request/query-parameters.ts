import { queryParameterError } from '../errors/request-errors.ts';
import type { Condition, Filter, LogicTree } from '../grammar/filter.ts';
import { conditionOrArgument, filterCondition, logicTree } from '../grammar/filter.ts';
import { columnList, delimiter, fieldName, treePath } from '../grammar/names.ts';
import type { OrderTerm } from '../grammar/order.ts';
import { orderTerms } from '../grammar/order.ts';
import type { Parser } from '../grammar/parser.ts';
import { GrammarError, parseText, separated1 } from '../grammar/parser.ts';
import type { SelectItem } from '../grammar/select.ts';
import { selectList } from '../grammar/select.ts';
import type { QueryPair } from './query-string.ts';
import type { RowRange } from './range.ts';
import { parameterRanges } from './range.ts';

/** Something asked of the resource (an empty path) or of a resource embedded in it. */
export interface Addressed<T> {
  readonly path: readonly string[];
  readonly value: T;
}

export interface QueryParameters {
  readonly select: readonly SelectItem[];
  readonly filters: readonly Addressed<Filter>[];
  readonly logic: readonly Addressed<LogicTree>[];
  readonly order: readonly Addressed<readonly OrderTerm[]>[];
  readonly ranges: ReadonlyMap<string, RowRange>;
  readonly columns: readonly string[] | undefined;
  readonly onConflict: readonly string[] | undefined;
  /** The names of the parameters that are filters, as written. */
  readonly filterNames: ReadonlySet<string>;
  /** The arguments of a function called by GET. */
  readonly arguments: readonly (readonly [name: string, value: string])[];
}

const RESERVED: ReadonlySet<string> = new Set(['select', 'columns', 'on_conflict']);
const SUFFIXES: ReadonlySet<string> = new Set(['order', 'limit', 'offset', 'and', 'or']);

interface Given {
  readonly name: string;
  readonly value: string;
  /** What follows the last dot of the name. */
  readonly suffix: string;
}

/**
 * Reads the query string's parameters.
 * @param callsByGet whether a parameter that is no filter is a function's argument
 * @throws ApiError PGRST100 naming the parameter and the place
 */
export function parseQueryParameters(pairs: readonly QueryPair[], callsByGet: boolean): QueryParameters {
  const given = pairs.flatMap(({ name, value }): Given[] =>
    value === undefined ? [] : [{ name, value, suffix: name.slice(name.lastIndexOf('.') + 1) }],
  );
  const first = (name: string): string | undefined => pairs.find((pair) => pair.name === name)?.value;

  const order = given
    .filter(({ suffix }) => suffix === 'order')
    .map(({ name, value }) => {
      const { embedded } = parsed(treePath, name, `failed to parse tree path (${name})`);
      return { path: embedded, value: parsed(orderTerms, value, `failed to parse order (${value})`) };
    });
  const logic = given.filter(({ suffix }) => suffix === 'and' || suffix === 'or').map(logicParameter);
  const columns = first('columns');
  const select = first('select') ?? '*';
  const selected = {
    columns:
      columns === undefined
        ? undefined
        : parsed(columnList, columns, `failed to parse columns parameter (${columns})`),
    select: parsed(selectList, select, `failed to parse select parameter (${select})`),
  };
  const conditions = given.filter(({ name, suffix }) => !SUFFIXES.has(suffix) && !RESERVED.has(name));
  const filters: Addressed<Filter>[] = [];
  const routineArguments: (readonly [string, string])[] = [];
  for (const { name, value } of conditions) {
    const { embedded, field } = parsed(treePath, name, `failed to parse tree path (${name})`);
    const grammar: Parser<Condition | undefined> = callsByGet ? conditionOrArgument : filterCondition;
    const condition = parsed(grammar, value, `failed to parse filter (${value})`);
    if (condition === undefined) routineArguments.push([field.name, value]);
    else filters.push({ path: embedded, value: { kind: 'filter', field, ...condition } });
  }
  const onConflict = first('on_conflict');
  return {
    ...selected,
    filters,
    logic,
    order,
    ranges: parameterRanges(pairs),
    onConflict:
      onConflict === undefined
        ? undefined
        : parsed(columnList, onConflict, `failed to parse on_conflict parameter (${onConflict})`),
    filterNames: new Set(conditions.map(({ name }) => name)),
    arguments: routineArguments,
  };
}

/** `or=(...)`, `not.and=(...)`, `actors.or=(...)`: the name says which operator, negated or not, for whom. */
function logicParameter({ name, value }: Given): Addressed<LogicTree> {
  const parts = parsed(separated1(fieldName, delimiter), name, `failed to parse logic path (${name})`);
  const operator = parts.at(-1) ?? '';
  const written = parts.includes('not') ? `not.${operator}` : operator;
  return {
    path: parts.slice(0, -1).filter((part) => part !== 'not'),
    value: parsed(logicTree, written + value, `failed to parse logic tree (${value})`),
  };
}

function parsed<T>(parser: Parser<T>, text: string, subject: string): T {
  try {
    return parseText(parser, text, subject);
  } catch (failure) {
    if (failure instanceof GrammarError) throw queryParameterError(failure.message, failure.details);
    throw failure;
  }
}
