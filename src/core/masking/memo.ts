/** Most values of one column that are remembered, twice over. */
const GENERATION = 8192;
/** Longer values seldom repeat. */
const LONGEST_KEY = 128;

/** Lookups after which it is decided whether remembering pays: finding a value again is cheaper than computing it. */
const TRIAL = 2048;
/** Values passed by, where it did not pay, before the next trial. */
const PAUSE = 32_768;

/**
 * Remembers results for repeated values: two generations of bounded size, so that frequent values stay and memory does
 * not grow. Where less than a quarter of the values repeat, it mostly steps aside: looking up costs half a result.
 */
export function memoized<Result>(compute: (value: string) => Result): (value: string) => Result {
  let young = new Map<string, Result>();
  let old = new Map<string, Result>();
  let lookups = 0;
  let hits = 0;
  let pause = 0;
  return (value) => {
    if (pause > 0) {
      pause -= 1;
      return compute(value);
    }
    if (value.length > LONGEST_KEY) return compute(value);
    lookups += 1;
    let result = young.get(value);
    if (result === undefined) {
      result = old.get(value);
      if (result === undefined) result = compute(value);
      else hits += 1;
      if (young.size >= GENERATION) {
        old = young;
        young = new Map();
      }
      young.set(value, result);
    } else {
      hits += 1;
    }
    if (lookups === TRIAL) {
      if (hits * 4 < TRIAL) pause = PAUSE;
      lookups = 0;
      hits = 0;
    }
    return result;
  };
}
