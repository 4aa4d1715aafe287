import type { Random } from '../random.ts';
import { NAMINGS } from './people.ts';

export interface PersonName {
  readonly first: string;
  readonly last: string;
  readonly full: string;
  /** ASCII lower-case forms for addresses and file names: `anna`, `o-neil`. */
  readonly slug: { readonly first: string; readonly last: string };
}

/** A name, all parts of one culture, as it is written there. */
export function personName(random: Random): PersonName {
  const naming = random.pick(NAMINGS);
  return compose(random.pick(naming.given), random.pick(naming.family), naming.familyFirst);
}

/** A relative's name: another given name before (or after) the same family name. */
export function relativeOf(random: Random, person: PersonName): PersonName {
  const naming =
    NAMINGS.find((one) => one.family.some((name) => written(name) === person.last)) ?? NAMINGS[0];
  const family = naming.family.find((name) => written(name) === person.last) ?? person.last;
  return compose(random.pick(naming.given), family, naming.familyFirst);
}

function compose(given: string, family: string, familyFirst: string | undefined): PersonName {
  const first = written(given);
  const last = written(family);
  return {
    first,
    last,
    full: familyFirst === undefined ? `${first} ${last}` : `${last}${familyFirst}${first}`,
    slug: { first: slug(romanised(given)), last: slug(romanised(family)) },
  };
}

function written(entry: string): string {
  return entry.split('=')[0] ?? entry;
}

function romanised(entry: string): string {
  return entry.split('=')[1] ?? entry;
}

/** Letters that Unicode does not decompose into a base letter and a mark. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  þ: 'th',
  ð: 'd',
  ı: 'i',
};

function slug(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßæøłđþðı]/gu, (letter) => UNDECOMPOSED[letter] ?? '')
    .replace(/[^a-z]+/gu, '-');
}
