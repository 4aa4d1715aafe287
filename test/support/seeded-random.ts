/**
 * Numbers from 0 to 1 that a printed seed gives again. The seed is SYNCLINE_TEST_SEED, or else the usual one, or another
 * one each time.
 */
export function seededRandom(usual?: number): { readonly seed: number; readonly random: () => number } {
  const given = process.env['SYNCLINE_TEST_SEED'];
  const seed = given === undefined ? (usual ?? Math.floor(Math.random() * 2 ** 32)) : Number(given);
  return { seed, random: randomFrom(seed) };
}

/** The numbers of one seed (mulberry32, by Tommy Ettinger). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
