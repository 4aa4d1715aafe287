/** Most values of one column that are remembered, twice over. */
const GENERATION = 8192;
/** Longer values seldom repeat. */
const LONGEST_KEY = 128;

/**
 * Remembers results for repeated values: two generations of bounded size, so that frequent values stay and memory does
 * not grow.
 */
export function memoized<Value extends string | bigint | number, Result>(
  compute: (value: Value) => Result,
): (value: Value) => Result {
  let young = new Map<Value, Result>();
  let old = new Map<Value, Result>();
  return (value) => {
    if (typeof value === 'string' && value.length > LONGEST_KEY) return compute(value);
    let result = young.get(value);
    if (result !== undefined) return result;
    result = old.get(value) ?? compute(value);
    if (young.size >= GENERATION) {
      old = young;
      young = new Map();
    }
    young.set(value, result);
    return result;
  };
}
