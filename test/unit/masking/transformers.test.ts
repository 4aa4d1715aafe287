import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  TRANSFORMER_NAMES,
  TRANSFORMERS,
  type TransformerName,
} from '../../../src/core/masking/transformers.ts';
import { codecFor } from '../../../src/core/values/codec.ts';
import { maskValues, testKey, varchar } from './tables.ts';

const TOKEN = '[bcdfghjklmnpqrstvwxz]{20}';

/** Values and the shape in which they come out. */
const SHAPES: readonly (readonly [TransformerName, string, RegExp])[] = [
  ['email', 'ada.lovelace@analytical.test', new RegExp(`^[a-z]{6}\\.${TOKEN}@example\\.com$`)],
  ['email', 'not an address', new RegExp(`^[a-z]{6}\\.${TOKEN}@example\\.com$`)],
  ['full-name', 'Ada Lovelace', /^[A-Z][a-z]{6,7} [A-Z][a-z]{6,8}$/],
  ['full-name', 'Lovelace', /^[A-Z][a-z]{6,7} [A-Z][a-z]{6,8}$/],
  ['first-name', 'Ada', /^[A-Z][a-z]{6,7}$/],
  ['last-name', 'Müller-Lüdenscheidt', /^[A-Z][a-z]{6,8}$/],
  ['username', 'ada99', new RegExp(`^[a-z]{6}_${TOKEN}$`)],
  ['phone', '+49 (30) 123-456', /^\+99 \(9\d\) \d{3}-\d{3}$/],
  ['phone', '0049 30 123456', /^0099 9\d \d{6}$/],
  ['phone', '(555) 867-5309', /^\(555\) \d{3}-\d{4}$/],
  ['phone', '030 1234567 ext. 12', /^555 \d{7} xxx\. \d{2}$/],
  ['phone', '4711', /^\d{4}$/],
  ['phone', 'ask Ada', /^[a-z ]{7}$/],
  ['street-address', '12 Ockham Park', /^\d{1,4} [A-Z][a-z]{6,8} (?:Avenue|Road|Square|Street|Way)$/],
  ['postal-code', '10115', /^[QXZ]\d{4}$/],
  ['postal-code', 'SW1A 2AA', /^[QXZ][B-Z]\d[B-Z] \d[B-Z]{2}$/],
  ['postal-code', '12227-000', /^[QXZ]\d{4}-\d{3}$/],
  ['city', 'London', /^[A-Z][a-z]{5,7}(?:burg|grad|quay)$/],
  ['region', 'Middlesex', /^[A-Z][a-z]{5,7} (?:County|Province|Region)$/],
  ['country', 'England', /^[A-Z][a-z]{5,7} (?:Islands|Republic|Union)$/],
  ['company', 'Analytical Engines Ltd.', /^[A-Z][a-z]{6,8} [A-Z][A-Za-z.]+$/],
  ['url', 'https://ada.dev/me?x=1', new RegExp(`^https://example\\.com/${TOKEN}$`)],
  ['url', 'http://cdn.test/u/ada.PNG?size=2', new RegExp(`^https://example\\.com/${TOKEN}\\.png$`)],
  ['url', 'avatars/ada-lovelace.jpg', new RegExp(`^${TOKEN}\\.jpg$`)],
  ['url', '/home/ada/letter.pdf', new RegExp(`^/${TOKEN}\\.pdf$`)],
  ['url', 'www.ada.dev/x', new RegExp(`^example\\.com/${TOKEN}$`)],
  ['url', 'ada.lovelace', new RegExp(`^${TOKEN}$`)],
  ['ip', '192.168.1.17', /^2[45]\d\.\d+\.\d+\.\d+$/],
  ['ip', '2a00:1450::200e', /^2001:db8(?::[0-9a-f]{4}){6}$/],
  ['ip', '10.0.0.1, 192.168.1.17', /^2[45]\d\.\d+\.\d+\.\d+, 2[45]\d\.\d+\.\d+\.\d+$/],
  ['ip', 'localhost', /^[a-z]{9}$/],
  ['text', 'Call Ada on Monday.\n\n– she 😀 knows', /^[a-z ]{19}\n\n[a-z ]{13}$/],
  ['text', '  ', /^ {2}$/],
  [
    'json',
    '{"email": "ada@x.test", "n": 1}',
    new RegExp(`^\\{"email": "[a-z]{6}\\.${TOKEN}@example\\.com", "n": 1\\}$`),
  ],
  ['key', 'INV-2024-0042', /^[A-Z]{3}-\d{4}-\d{4}$/],
  ['key', 'a key that is longer than sixteen', new RegExp(`^${TOKEN}$`)],
  ['digits', '4111 1111 1111 1111', /^00\d\d \d{4} \d{4} \d{4}$/],
  ['digits', 'DE89 3704', /^[B-Z]{2}\d\d \d{4}$/],
  [
    'uuid',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  ],
  ['date-shift', '1815-12-10', /^181[456]-\d\d-\d\d$/],
  ['date-shift', 'soon', /^[a-z]{4}$/],
  ['hash', 'Ada', /^[0-9a-f]{64}$/],
  ['redact', 'Ada', /^\[redacted\]$/],
];

describe('transformers', () => {
  it('all have a description and a mask', () => {
    for (const name of TRANSFORMER_NAMES) assert.match(TRANSFORMERS[name].description, /^[A-Z"N].*\.$/);
    const shaped = new Set(SHAPES.map(([name]) => name));
    const others = TRANSFORMER_NAMES.filter((name) => !shaped.has(name));
    assert.deepEqual(others.toSorted(), ['keep', 'null', 'number-noise']);
  });

  for (const [transformer, value, shape] of SHAPES) {
    it(`${transformer} makes ${JSON.stringify(value)} look like ${shape.source}`, () => {
      const [masked] = maskValues(transformer, [value]);
      assert.match(String(masked), shape);
    });
  }

  it('leave NULL, and null makes it', () => {
    for (const name of TRANSFORMER_NAMES) {
      if (!TRANSFORMERS[name].accepts({ kind: 'text' })) continue;
      assert.deepEqual(maskValues(name, [null]), [null]);
    }
    assert.deepEqual(maskValues('null', ['Ada', null]), [null, null]);
    assert.deepEqual(maskValues('keep', ['Ada', null]), ['Ada', null]);
  });

  it('take options: hash a length, redact a value', () => {
    assert.match(String(maskValues({ transformer: 'hash', length: 12 }, ['Ada'])[0]), /^[0-9a-f]{12}$/);
    assert.deepEqual(maskValues({ transformer: 'redact', value: '–' }, ['Ada', '']), ['–', '–']);
  });
});

describe('a mask with few possible results', () => {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz0123456789QXZ');
  for (const transformer of ['text', 'postal-code', 'digits', 'phone', 'key', 'first-name'] as const) {
    it(`${transformer} of one character never gives it back, under any key`, () => {
      const type = varchar(transformer === 'first-name' ? 2 : 1);
      for (let seed = 1; seed <= 12; seed += 1) {
        const masked = maskValues(transformer, letters, { key: testKey(seed), type });
        const same = letters.filter(
          (letter, index) => String(masked[index]).toLowerCase() === letter.toLowerCase(),
        );
        assert.deepEqual(same, []);
      }
    });
  }
});

const TEXT_TRANSFORMERS = TRANSFORMER_NAMES.filter(
  (name) => !['keep', 'null', 'redact'].includes(name) && TRANSFORMERS[name].accepts({ kind: 'text' }),
);

/** Text of every kind: what the transformers expect, what they do not, and what Postgres may hold. */
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.emailAddress(),
    fc.webUrl(),
    fc.ipV4(),
    fc.ipV6(),
    fc.uuid(),
    fc.stringMatching(/^\+?[\d ()-]{3,20}$/),
    fc.stringMatching(/^[A-Za-z0-9-]{1,24}$/),
    fc.json(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  .map((text) => text.replaceAll('\0', ''));

const hasContent = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

describe('every transformer of text', () => {
  for (const transformer of TEXT_TRANSFORMERS) {
    describe(transformer, () => {
      it('gives the same for the same key and value, and something else for another key', () => {
        let differing = 0;
        let compared = 0;
        fc.assert(
          fc.property(anyText, (text) => {
            const [one, again, other] = [
              maskValues(transformer, [text]),
              maskValues(transformer, [text]),
              maskValues(transformer, [text], { key: testKey(2) }),
            ];
            assert.deepEqual(one, again);
            if (text.length < 8 || !hasContent(text)) return;
            compared += 1;
            if (String(one[0]) !== String(other[0])) differing += 1;
          }),
          { numRuns: 60 },
        );
        // Documents without strings stay under every key; a number of one digit has ten others.
        assert.ok(differing > compared * 0.6, `${differing} of ${compared}`);
      });

      it('never gives a value with content back', () => {
        fc.assert(
          fc.property(anyText, fc.boolean(), (text, unique) => {
            if (unique && transformer === 'json') return;
            const [masked] = maskValues(transformer, [text], { unique });
            if (!hasContent(text) || transformer === 'json') return;
            assert.notEqual(String(masked).toLowerCase(), text.toLowerCase());
          }),
          { numRuns: 100 },
        );
      });

      it('stays within the length of the column, and makes well-formed text', () => {
        fc.assert(
          fc.property(anyText, fc.integer({ min: 15, max: 60 }), fc.boolean(), (text, length, unique) => {
            const fitting = Array.from(text).slice(0, length).join('');
            const least = unique ? 39 : transformer === 'uuid' ? 36 : 15;
            const type = varchar(Math.max(length, least));
            if (unique && transformer === 'json') return;
            const [masked] = maskValues(transformer, [fitting], { type, unique });
            assert.doesNotThrow(() => codecFor(type).canonicalize(String(masked)));
          }),
          { numRuns: 100 },
        );
      });
    });
  }
});
