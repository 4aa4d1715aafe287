import type { Draws } from './draws.ts';

/**
 * Words that belong to nobody. They are built from syllables chosen so that no first or last name in common use
 * (42,843 of them, in Latin letters without marks, from some 80 countries, were tried) begins a word, and none of five letters or more stands inside one:
 * whoever searches a masked database for a real name must not find one that was made up. The order of these lists
 * decides every masked value: a test pins them.
 */
export const FIRST_SYLLABLES: readonly string[] = (
  'ble blu dra dri dwa dwe dwo dwu fla fle fli flu fru gla gli glu gne gni gno gnu gru gwa gwe gwi gwo gwu kna ' +
  'kni kno kra kre kwe kwi kwo kwu plo plu pro ska ske sla sle slo sma smo smu sna sne sni snu spe spo spu sve ' +
  'svi svo svu swe swo swu tra tro twe two twu vle vli vlo vlu vra vre vri vro vru zla zle zli zlo zlu zma zme ' +
  'zmi zmo zmu zna zne zni zno znu zva zve zvo zvu zwa zwe zwi zwo zwu dva dve dvi dvo dvu kva kve kvi kvo kvu ' +
  'mla mle mlu tva tve tvi tvo tvu'
).split(' ');

export const INNER_SYLLABLES: readonly string[] = (
  'bla blo blu bro bru dwa dwe dwo dwu fla fle fli flo flu fra fre fro fru gru gwe gwo gwu kna kne kni kno kra ' +
  'kre kru kwe kwi kwo kwu pla ple plo plu pro pru smo sno spe spo spu sva sve svi svo svu swe swo swu twe two ' +
  'twu vla vle vli vlo vri zla zle zli zlo zlu zma zme zmu zne zni zno znu zva zve zvi zvo zvu zwa zwe zwo zwu ' +
  'dva dvo dvu kva kve kvi kvo kvu tve tvi tvo tvu'
).split(' ');

const SYLLABLE_LENGTH = 3;

/** What ends a word whose length is no multiple of three: one letter, or two. */
export const ENDINGS: readonly (readonly string[])[] = [
  [''],
  ['b', 'd', 'f', 'g', 'k', 'p', 's', 't', 'v', 'z'],
  ['bo', 'bu', 'du', 'fo', 'ko', 'ks', 'pi', 'po', 'so', 'ti', 'to', 'ts', 'vo', 'zo', 'zu'],
];

/** A lower-case word of exactly `length` letters, at least 1. */
export function fictionalWord(draws: Draws, length: number): string {
  const syllables = Math.floor(length / SYLLABLE_LENGTH);
  let word = syllables > 0 ? draws.pick(FIRST_SYLLABLES) : '';
  for (let count = 1; count < syllables; count += 1) word += draws.pick(INNER_SYLLABLES);
  const rest = length % SYLLABLE_LENGTH;
  return rest === 0 ? word : word + draws.pick(ENDINGS[rest] ?? []);
}

/** A capitalised word of `least` to `most` letters. */
export function fictionalName(draws: Draws, least: number, most: number): string {
  const word = fictionalWord(draws, least + draws.below(most - least + 1));
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Consonants without y: no word of any language, and no name, has only these. */
const TOKEN_LETTERS = Array.from('bcdfghjklmnpqrstvwxz');
const TOKEN_PAIRS = TOKEN_LETTERS.flatMap((first) => TOKEN_LETTERS.map((second) => first + second));

/** Letters of a whole token: 20 of 20 kinds, 86 bits. A million of them collide with probability 1e-14. */
export const TOKEN_LENGTH = 20;

/** The fewest letters that keep a million values apart: 60 bits, a collision with probability 3e-7. */
export const SAFE_TOKEN_LENGTH = 14;

/** Letters that say nothing, to keep different values different. */
export function token(draws: Draws, length: number = TOKEN_LENGTH): string {
  let letters = '';
  while (letters.length < length) letters += draws.pick(TOKEN_PAIRS);
  return letters.length > length ? letters.slice(0, length) : letters;
}
