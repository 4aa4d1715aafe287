/**
 * Numbers from 0 to 1 that a printed seed gives again (mulberry32, by Tommy Ettinger). Without a
 * seed it is SYNCLINE_TEST_SEED, or another one each time.
 */
export function seededRandom(own?: number): { readonly seed: number; readonly random: () => number } {
  const given = process.env['SYNCLINE_TEST_SEED'];
  const seed = own ?? (given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given));
  let state = seed >>> 0;
  return {
    seed,
    random() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
