import { invertedRange, negativeLimit } from '../errors/request-errors.ts';
import type { QueryPair } from './query-string.ts';

/** Row numbers from `first` to `last`, both included; without `last` to the end. Empty when last < first. */
export interface RowRange {
  readonly first: bigint;
  readonly last: bigint | undefined;
}

export const ALL_ROWS: RowRange = { first: 0n, last: undefined };

/** What `limit=0` asks for: nothing, which is the one empty range that is no mistake. */
const NO_ROWS: RowRange = { first: 0n, last: -1n };

export function isEmpty(range: RowRange): boolean {
  return range.last !== undefined && range.last < range.first;
}

const asksForNothing = (range: RowRange): boolean => range.last === NO_ROWS.last;

export function limitOf(range: RowRange): bigint | undefined {
  return range.last === undefined ? undefined : range.last - range.first + 1n;
}

function intersection(a: RowRange, b: RowRange): RowRange {
  const first = a.first > b.first ? a.first : b.first;
  if (a.last === undefined || b.last === undefined) return { first, last: a.last ?? b.last };
  return { first, last: a.last < b.last ? a.last : b.last };
}

/** At most so many rows of the range (the server's row cap). */
export function capped(range: RowRange, maximum: number): RowRange {
  return intersection(range, { first: range.first, last: range.first + BigInt(maximum) - 1n });
}

const integer = (text: string): bigint | undefined =>
  /^\s*-?\d+\s*$/.test(text) ? BigInt(text.trim()) : undefined;

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/**
 * The ranges that `limit` and `offset` parameters ask for, by the dotted path of the embedded resource they are for
 * (`''` is the resource itself).
 */
export function parameterRanges(pairs: readonly QueryPair[]): ReadonlyMap<string, RowRange> {
  const limits = new Map<string, RowRange>();
  const offsets = new Map<string, RowRange>();
  for (const { name, value } of pairs) {
    const kind = lastPart(name);
    if (value === undefined || (kind !== 'limit' && kind !== 'offset')) continue;
    const path = name.slice(0, -kind.length).replace(/\.$/, '');
    const number = integer(value);
    if (kind === 'limit')
      limits.set(path, number === undefined ? ALL_ROWS : { first: 0n, last: number - 1n });
    else offsets.set(path, number === undefined ? ALL_ROWS : { first: number, last: undefined });
  }
  const ranges = new Map(offsets);
  for (const [path, limited] of limits) {
    const offset = offsets.get(path);
    if (offset === undefined) ranges.set(path, limited);
    else ranges.set(path, { first: offset.first, last: offset.first + (limitOf(limited) ?? 0n) - 1n });
  }
  return ranges;
}

/** The `Range` header, such as `0-9` or `10-`; anything else asks for every row. */
function headerRange(header: string | undefined): RowRange {
  const match = /^([0-9]+)-([0-9]*)$/.exec(header ?? '');
  if (match === null) return ALL_ROWS;
  const [, first = '0', last = ''] = match;
  return { first: BigInt(first), last: last === '' ? undefined : BigInt(last) };
}

/**
 * The rows of the resource itself that are asked for, by header (GET only) and parameters.
 * @throws ApiError PGRST103 when that is a range without rows, unless the limit is 0
 */
export function requestedRange(
  method: string,
  header: string | undefined,
  ranges: ReadonlyMap<string, RowRange>,
): RowRange {
  const fromHeader = method === 'GET' ? headerRange(header) : ALL_ROWS;
  const fromParameters = ranges.get('') ?? ALL_ROWS;
  if (asksForNothing(fromParameters)) return NO_ROWS;
  const range = intersection(fromHeader, fromParameters);
  if (isEmpty(range)) throw isEmpty(fromHeader) ? invertedRange() : negativeLimit();
  return range;
}
