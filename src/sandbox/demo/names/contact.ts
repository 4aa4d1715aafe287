import type { Random } from '../random.ts';
import type { PersonName } from './person-name.ts';

export interface PostalAddress {
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

interface Region {
  readonly country: string;
  readonly streets: readonly [string, ...string[]];
  readonly cities: readonly [string, ...string[]];
  readonly numberFirst?: true;
}

/** Cities as `postal code=city`. */
const REGIONS: readonly [Region, ...Region[]] = [
  {
    country: 'CH',
    streets: ['Bahnhofstrasse', 'Im Grüt', 'Chemin de l’Étang', 'Via Cassarate', 'Seestrasse', 'Höheweg'],
    cities: ['8001=Zürich', '3011=Bern', '1204=Genève', '6900=Lugano', '9000=St. Gallen', '2502=Biel/Bienne'],
  },
  {
    country: 'DE',
    streets: ['Lange Straße', 'Straße des 17. Juni', 'Am Mühlenteich', 'An der Weißen Brücke', 'Färbergäßle'],
    cities: ['10115=Berlin', '50667=Köln', '80331=München', '79098=Freiburg im Breisgau', '01067=Dresden'],
  },
  {
    country: 'FR',
    streets: ["rue de l'Église", 'allée des Tilleuls', "quai d'Orsay", 'impasse du Chêne-Vert', 'rue Haxo'],
    cities: ["85100=Les Sables-d'Olonne", '67000=Strasbourg', '74000=Annecy', '01210=Ferney-Voltaire'],
    numberFirst: true,
  },
  {
    country: 'GB',
    streets: ["King's Parade", 'Pudding Lane', 'High Street', 'St Mary’s Row', 'Llanfair Road'],
    cities: ['CB2 1SJ=Cambridge', 'EC3R 8AB=London', 'BS1 4ST=Bristol', 'CF10 1EP=Cardiff'],
    numberFirst: true,
  },
  {
    country: 'US',
    streets: ["Coeur d'Alene Ave", 'N Maple St', 'County Road 9 1/2', 'Martin Luther King Jr Blvd'],
    cities: ['83814=Coeur d’Alene', '94110=San Francisco', '02139=Cambridge', '70119=New Orleans'],
    numberFirst: true,
  },
  {
    country: 'JP',
    streets: ['丸の内', '南青山', '祇園町北側'],
    cities: ['100-0005=東京都千代田区', '107-0062=東京都港区', '605-0073=京都市東山区'],
  },
];

export function postalAddress(random: Random): PostalAddress {
  const region = random.pick(REGIONS);
  const [postalCode = '', city = ''] = random.pick(region.cities).split('=');
  const house = `${1 + random.below(240)}${random.pick(['', '', '', 'a', 'b', ' bis', '/3', '-5'])}`;
  const name = random.pick(region.streets);
  const flat = random.chance(0.2)
    ? `, ${random.pick(['Apt. #', '3. OG / ', 'c/o N° '])}${1 + random.below(80)}`
    : '';
  const street = (region.numberFirst ? `${house} ${name}` : `${name} ${house}`) + flat;
  return { street, postalCode, city, country: region.country };
}

/**
 * A telephone number out of the ranges that regulators keep for fiction, so that nobody is ever called: France
 * (ARCEP 06 39 98 and the geographic 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49), Germany (030 23125),
 * Great Britain (Ofcom 07700 900, 020 7946 0), North America (555-01xx). Written as untidily as people do.
 */
export function phoneNumber(random: Random): string {
  const digits = (count: number): string => String(random.below(10 ** count)).padStart(count, '0');
  const country = random.below(20);
  if (country < 11) {
    const range = random.pick(['6 39 98', '6 39 98', '1 99 00', '2 61 91', '3 53 01', '4 65 71', '5 36 49']);
    const number = `${range} ${digits(2)} ${digits(2)}`;
    return random.pick([`+33 ${number}`, `0${number}`, `+33${number.replaceAll(' ', '')}`]);
  }
  if (country < 14) return random.pick([`030 23125 ${digits(3)}`, `+49 30 23125${digits(3)}`]);
  if (country < 17) return random.pick([`07700 900${digits(3)}`, `+44 20 7946 0${digits(3)}`]);
  const area = random.pick(['212', '415', '206', '303', '312', '617', '702', '808']);
  return random.pick([`(${area}) 555-01${digits(2)}`, `+1${area}55501${digits(2)}`]);
}

/** Mail domains under the reserved names of RFC 2606 only. */
const DOMAINS: readonly [string, ...string[]] = [
  'pfadi-nord.example',
  'scouts-harbour.example',
  'eclaireurs-lac.example',
  'post.example',
  'mail.familie-weiss.example',
  'lists.example.org',
  'bücher.example',
];

/** An address that no other id and no other `tag` yields: the local part ends in the id. */
export function emailAddress(random: Random, name: PersonName, id: number, tag = ''): string {
  const { first, last } = name.slug;
  const local = random.pick([
    `${first}.${last}${tag}`,
    `${first}${tag}`,
    `${first.charAt(0)}_${last}${tag}`,
    `${first}+scouts${tag}`,
    `${last.replace(/^([dlo])-/u, "$1'")}${tag}`,
  ]);
  const address = `${local}${id}@${random.pick(DOMAINS)}`;
  return random.chance(0.1) ? address.charAt(0).toUpperCase() + address.slice(1) : address;
}
