import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { ENDINGS, FIRST_SYLLABLES, INNER_SYLLABLES } from '../../../src/core/masking/fictional-words.ts';
import type { Cell } from '../../../src/core/values/cell.ts';
import { DATE, INTEGER, JSONB, maskValues, UUID } from './tables.ts';

/**
 * Two pulls with one key must give the same pseudonyms, also with the next version of Syncline: links, screenshots and
 * local edits refer to them. What changes here changes every masked database; then the version in the key's derivation
 * (masking-key.ts, `v1`) has to change too.
 */
describe('masked values are pinned', () => {
  it('the syllables and their order', () => {
    const lists = JSON.stringify([FIRST_SYLLABLES, INNER_SYLLABLES, ENDINGS]);
    assert.equal(hash('sha256', lists), '0de43d2ab041aea82099d87ef759de2163786e55e741f61a14a1f5ba557693d8');
  });

  const CASES: readonly (readonly [unknown, Cell, Cell])[] = [
    ['email', 'ada@analytical.test', 'flezvi.lrpbwgnrftptksmltrxg@example.com'],
    ['email', 'Ada@Analytical.test', 'FlEZVi.lrpBwgNrFTpTKSMlTrxg@example.com'],
    ['full-name', 'Ada Lovelace', 'Smaknako Znuflutwo'],
    ['first-name', 'Ada', 'Zvozloz'],
    ['last-name', 'Lovelace', 'Dwuspod'],
    ['username', 'ada', 'snefle_gpgnbzvjgszljklbhwzl'],
    ['phone', '+44 20 7946 0000', '+99 93 7303 0241'],
    ['street-address', '12 Ockham Park', '767 Svozwes Square'],
    ['postal-code', 'GU23 6NG', 'QW98 5VW'],
    ['city', 'London', 'Fluzmubograd'],
    ['region', 'Surrey', 'Gnetwupo County'],
    ['country', 'England', 'Zwaflag Union'],
    ['company', 'Analytical Engines', 'Zwusvud SA'],
    ['url', 'https://ada.test/a.png', 'https://example.com/pwqfkwxdhmbsgsxlxfgn.png'],
    ['ip', '10.0.0.1', '245.139.72.134'],
    ['text', 'a note of some length', 'zmokwos znozwako slov'],
    ['json', '{"email": "ada@analytical.test"}', '{"email": "flezvi.lrpbwgnrftptksmltrxg@example.com"}'],
    ['key', 'INV-0042', 'QZC-1925'],
    ['digits', '4111 1111 1111 1111', '0053 0316 2259 7519'],
    ['digits', 1234567n, 5934795n],
    ['number-noise', 51000n, 50223n],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '0345e48b-2aca-48f4-a043-318fc049cebc'],
    ['hash', 'Ada', '15fbb32807633e7f576e0c649198a1ae56499287dd2796793429ccf6b9f16ab1'],
    [{ transformer: 'date-shift', days: 30 }, '1815-12-10', '1815-11-19'],
  ];
  for (const [rule, value, expected] of CASES) {
    it(`${JSON.stringify(rule)} of ${String(value)}`, () => {
      const type =
        typeof value === 'bigint' ? INTEGER : rule === 'json' ? JSONB : rule === 'uuid' ? UUID : undefined;
      const asDate = typeof rule === 'object' ? DATE : type;
      assert.deepEqual(maskValues(rule, [value], asDate ? { type: asDate } : {}), [expected]);
    });
  }
});

describe('made-up words', () => {
  /** First and last names in common use in several languages. None may begin a made-up word. */
  const NAMES = (
    'ada adam ahmed alan albert alexander ali alice amanda amy ana andrea andrew angela anna anne anthony antonio ben ' +
    'benjamin bernd bjorn bob bogdan brad brandon brian bruce bruno carla carlos carol charles chloe chris christina claire ' +
    'claude clara daan dan daniel david diana diego dmitri dora dorothy drew edith edward elena eli elizabeth ella emily emma ' +
    'eric ernst eva fatima felix fernando flora florence frank fred frida fritz gabriel george gert gina giulia gleb grace greg ' +
    'greta gunnar gustav hannah hans harry heather heidi helen henry hugo ian ida igor ingrid irene iris isabel ivan jack jacob ' +
    'james jan jane jason javier jean jennifer jim joan joe john jonas jorge jose joseph juan julia karen karl kate katrin ken ' +
    'kevin kim klaus knut kristen kurt lars laura lea lee lena leo leon linda lisa lola lou lucas lucy luigi luis lukas maja ' +
    'manuel marc marco maria marie mark marta martin mary matteo max mia michael miguel mike mila mohamed monika nadia nancy nick ' +
    'nina noah nora olaf olga oliver olivia omar oscar otto pablo pam patrick paul pedro peter petra phil pia pierre rafael ralf ' +
    'ray rebecca richard rita rob robert rosa ruth sam samuel sandra sara scott sean sergei simon skip sofia sophie stan stefan ' +
    'stella steve stig sue susan sven svetlana tanya ted teresa thomas tim tina tom toni trevor trudy tristan tyler ursula uwe ' +
    'vera victor viktor vlad walter wendy will xavier yan yuki yusuf zoe zvi stu pru dre smith jones brown taylor wilson evans king wright ' +
    'green hall wood clark hill scott moore ward cook bell young gray price stone black white grant knight snow stark muller ' +
    'schmidt schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf braun kruger krause ' +
    'vogel frank gruber huber kraus blum glass prinz stein kraft dubois durand leroy moreau simon petit roux blanc garcia ' +
    'rodriguez lopez perez sanchez silva santos costa rossi russo ferrari romano bianchi greco bruno jansen bakker visser smit ' +
    'novak svoboda kowalski nowak ivanov petrov kuznetsov yilmaz kaya singh kumar khan chen wang zhang nguyen tran kim park sato'
  ).split(' ');

  it('begin with no name, and have none of five letters inside', () => {
    const inner = new Set(INNER_SYLLABLES);
    const endings = ENDINGS.flat();
    /** Whether `rest` can be written on from the end of a syllable, whole or cut off by the end of the name. */
    const continues = (rest: string): boolean =>
      rest === '' ||
      [...inner].some((syllable) =>
        rest.length > syllable.length
          ? rest.startsWith(syllable) && continues(rest.slice(syllable.length))
          : syllable.startsWith(rest),
      ) ||
      endings.some((ending) => ending.startsWith(rest));
    const from = (syllables: Iterable<string>, name: string, offset: number): boolean =>
      [...syllables].some((syllable) => {
        const part = syllable.slice(offset);
        return name.length <= part.length
          ? part.startsWith(name)
          : name.startsWith(part) && continues(name.slice(part.length));
      });
    const begins = NAMES.filter((name) => from(FIRST_SYLLABLES, name, 0));
    assert.deepEqual(begins, []);
    const inside = NAMES.filter((name) => name.length >= 5).filter((name) =>
      [0, 1, 2].some(
        (offset) => from(inner, name, offset) || (offset > 0 && from(FIRST_SYLLABLES, name, offset)),
      ),
    );
    assert.deepEqual(inside, []);
  });

  it('are in every first name, last name, city and company that is made', () => {
    const values = Array.from({ length: 3000 }, (_, index) => `value ${index}`);
    const names = new Set(NAMES);
    for (const rule of [
      'first-name',
      'last-name',
      'full-name',
      'city',
      'text',
      'username',
      'street-address',
    ]) {
      for (const masked of maskValues(rule, values)) {
        const words = String(masked)
          .toLowerCase()
          .split(/[^a-z]+/);
        assert.deepEqual(
          words.filter((word) => names.has(word)),
          [],
        );
      }
    }
  });

  it('are many: distinct names stay distinct, nearly all of them', () => {
    const values = Array.from({ length: 5000 }, (_, index) => `value ${index}`);
    for (const [rule, least] of [
      ['first-name', 4900],
      ['last-name', 4950],
      ['full-name', 5000],
      ['city', 4900],
    ] as const) {
      const distinct = new Set(maskValues(rule, values)).size;
      assert.ok(distinct >= least, `${rule}: ${distinct}`);
    }
  });
});
