import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { codecFor } from '../../../src/core/values/codec.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Cell } from '../../../src/core/values/cell.ts';
import { TRANSFORMER_NAMES, TRANSFORMERS } from '../../../src/core/masking/transformers.ts';
import {
  BYTES,
  catalog,
  column,
  DATE,
  foreignKey,
  JSONB,
  maskOf,
  maskRows,
  maskValues,
  planFor,
  table,
  testKey,
  TEXT,
  TIMESTAMPTZ,
  unique,
  UUID,
  varchar,
} from './tables.ts';

const MAKERS = TRANSFORMER_NAMES.filter(
  (name) => !['keep', 'null', 'redact'].includes(name) && TRANSFORMERS[name].accepts(TEXT),
);

/** A text as it might be found after it was encoded. */
function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const reversed = Array.from(text).reverse().join('');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    text,
    encodeURIComponent(text),
    bytes.toString('hex'),
    base64,
    bytes.toString('base64url'),
    reversed,
  ].map((each) => each.toLowerCase());
}

/** The ways in which anonymized databases have been seen to leak, as far as masking answers for them. */
describe('leak checklist', () => {
  it('1: without the key nobody can try values against masked ones', () => {
    const value = 'ada@analytical.test';
    const guesses = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) => [
      createHash(algorithm).update(value).digest('hex'),
      createHmac(algorithm, '').update(value).digest('hex'),
    ]);
    const [hashed] = maskValues('hash', [value]);
    assert.ok(!guesses.some((guess) => guess.startsWith(String(hashed).slice(0, 16))));
    for (const name of MAKERS) {
      const results = [1, 2, 3].map((seed) => maskValues(name, [value], { key: testKey(seed) })[0]);
      assert.equal(new Set(results).size, 3, name);
    }
  });

  describe('2: every type is masked or harmless, and what comes out is a value of the type', () => {
    const opaque = (name: string): LogicalType => ({ kind: 'opaque', name });
    const CASES: readonly (readonly [string, LogicalType, Cell])[] = [
      ['citext', { kind: 'text', caseInsensitive: true }, 'Ada Lovelace'],
      ['char(n)', { kind: 'text', maxLength: 20, padded: true }, 'Ada Lovelace'],
      ['varchar(n)', varchar(12), 'Ada Lovelace'],
      ['a domain over text', TEXT, 'Ada Lovelace'],
      ['text[]', { kind: 'array', element: TEXT }, '["Ada Lovelace",null,"Ada"]'],
      [
        'text[] with bounds',
        { kind: 'array', element: TEXT },
        '{"bounds":[[0,1]],"values":["Ada","Lovelace"]}',
      ],
      ['jsonb[]', { kind: 'array', element: JSONB }, '["{\\"name\\": \\"Ada Lovelace\\"}"]'],
      ['inet[]', { kind: 'array', element: { kind: 'network', form: 'inet' } }, '["192.0.2.17"]'],
      ['bytea[]', { kind: 'array', element: BYTES }, '["\\\\x416461"]'],
      ['a composite', opaque('person'), '("Ada, Countess","Lovelace",1815)'],
      ['hstore', opaque('hstore'), '"name"=>"Ada Lovelace"'],
      ['tsvector', opaque('tsvector'), "'ada':1 'lovelace':2"],
      ['xml', opaque('xml'), '<name>Ada Lovelace</name>'],
      ['vector', opaque('vector'), '[0.17,1815,3]'],
      ['point', opaque('point'), '(51.28,-0.42)'],
      ['geometry', opaque('geometry'), '0101000020E6100000AE47E17A14AEDBBFA4703D0AD7A34940'],
      ['ltree', opaque('ltree'), 'Ada.Lovelace'],
      ['bytea', BYTES, new Uint8Array(Buffer.from('Ada Lovelace'))],
      ['inet', { kind: 'network', form: 'inet' }, '192.0.2.17'],
      ['inet with a prefix', { kind: 'network', form: 'inet' }, '192.0.2.17/24'],
      ['inet, IPv6', { kind: 'network', form: 'inet' }, '2a00:1450:4001::17'],
      ['cidr', { kind: 'network', form: 'cidr' }, '192.0.2.0/24'],
      ['macaddr', { kind: 'network', form: 'macaddr' }, '08:00:2b:01:02:17'],
      ['macaddr8', { kind: 'network', form: 'macaddr8' }, '08:00:2b:01:02:03:04:17'],
      ['json', { kind: 'json', binary: false }, '{"a":"Ada Lovelace"}'],
      ['jsonb', JSONB, '{"Ada Lovelace": "Ada", "b": "Lovelace"}'],
    ];
    for (const [what, type, value] of CASES) {
      for (const nullable of [true, false]) {
        it(`${what}, ${nullable ? 'nullable' : 'not null'}`, () => {
          const source = table('things', [column('value', type, { nullable })]);
          const [[masked]] = maskRows(planFor(source), source, [[value]]) as [[Cell]];
          const shown = masked instanceof Uint8Array ? Buffer.from(masked).toString() : String(masked);
          assert.ok(!/ada|lovelace|1815|416461|\b17\b|51\.28|AE47E17A14/i.test(shown), shown);
          if (nullable && masked === null) return;
          assert.notEqual(masked, null);
          assert.deepEqual(codecFor(type).canonicalize(masked!), masked);
        });
      }
    }
  });

  it('3: natural keys are masked wherever they are referred to', () => {
    const users = table('users', [column('email', TEXT, { nullable: false })], {
      primaryKey: { name: 'p', columns: ['email'] },
    });
    const letters = table('letters', ['from_user', 'to_user'], {
      foreignKeys: [foreignKey('from_user', 'users', 'email'), foreignKey('to_user', 'users', 'email')],
    });
    const plan = planFor(catalog(users, letters));
    const [[ada], [grace]] = maskRows(plan, users, [['ada@x.test'], ['grace@x.test']]) as [[Cell], [Cell]];
    assert.deepEqual(maskRows(plan, letters, [['ada@x.test', 'grace@x.test']]), [[ada, grace]]);
    assert.notEqual(ada, 'ada@x.test');
  });

  it('4: names in documents, nested documents, addresses, paths and file names', () => {
    const source = table('things', [
      column('data', JSONB),
      'avatar_url',
      'storage_path',
      'file_name',
      column('links', { kind: 'array', element: TEXT }),
    ]);
    const inner = JSON.stringify({ url: 'https://x.test/lovelace', list: ['lovelace'] });
    const row: Cell[] = [
      JSON.stringify({ 'lovelace@x.test': { inner, 'Ada Lovelace': ['lovelace'] } }),
      'https://lovelace.test/ada.png?u=lovelace#lovelace',
      'lovelace/ada/lovelace-1815.pdf',
      'Lovelace, Ada (1815).docx',
      '["https://x.test/~lovelace"]',
    ];
    const [masked] = maskRows(planFor(source), source, [row]);
    assert.ok(!/lovelace|\bada\b|1815/i.test(JSON.stringify(masked)));
    assert.match(String(masked?.[1]), /^https:\/\/example\.com\/[a-z]+\.png$/);
    assert.match(String(masked?.[2]), /^[a-z]+\.pdf$/);
  });

  it('5: generated columns are as personal as what they are computed from', () => {
    const source = table('people', [
      'last_name',
      column(
        'search',
        { kind: 'opaque', name: 'tsvector' },
        { generatedExpression: "to_tsvector('simple', last_name)" },
      ),
      column('initial', varchar(1), { generatedExpression: '"left"(last_name, 1)' }),
      column('length', { kind: 'integer', bits: 32 }, { generatedExpression: 'length(last_name)' }),
    ]);
    const [masked] = maskRows(planFor(source), source, [['Lovelace', "'lovelace':1", 'L', 8n]]);
    assert.equal(masked?.[1], null);
    assert.notEqual(masked[2], 'L');
    assert.notEqual(masked[3], 8n);
  });

  it("6: Supabase's own tables, if somebody names them, are masked by their names", () => {
    const users = table(
      'auth.users',
      [
        column('id', UUID, { nullable: false }),
        column('aud', varchar(255)),
        column('role', varchar(255)),
        column('email', varchar(255)),
        column('encrypted_password', varchar(255)),
        column('confirmation_token', varchar(255)),
        column('email_change', varchar(255)),
        column('phone', TEXT),
        column('raw_user_meta_data', JSONB),
        column('last_sign_in_at', TIMESTAMPTZ),
        column('is_sso_user', { kind: 'boolean' }, { nullable: false }),
      ],
      { uniques: [unique('phone')] },
    );
    const identities = table('auth.identities', [
      'provider_id',
      column('user_id', UUID),
      column('identity_data', JSONB),
      'provider',
      column('email', TEXT, { generatedExpression: "lower((identity_data ->> 'email'::text))" }),
    ]);
    const samples = {
      'auth.users': [
        ['u', 'authenticated', 'authenticated', 'ada@x.test', 'x', '', '', null, '{}', null, 0n],
      ],
    };
    const plan = planFor(catalog(users, identities), { samples });
    const masks = (name: string): string[] =>
      plan.tables.get(name)!.columns.map(({ transformer }) => transformer);
    assert.deepEqual(masks('auth.users'), [
      'keep',
      'keep',
      'keep',
      'email',
      'null',
      'null',
      'email',
      'phone',
      'json',
      'keep',
      'keep',
    ]);
    assert.deepEqual(masks('auth.identities'), ['key', 'keep', 'json', 'text', 'email']);
  });

  it('9: nor does a value stand in its mask encoded, reversed, or in another case', () => {
    const values = [
      'Lovelace',
      'ada.lovelace@x.test',
      '+49 30 12345678',
      '4111 1111 1111 1111',
      'https://x.test/lovelace',
    ];
    for (const name of MAKERS) {
      for (const value of values) {
        const masked = String(maskValues(name, [value])[0]).toLowerCase();
        assert.deepEqual(
          encodings(value).filter((encoded) => masked.includes(encoded)),
          [],
          name,
        );
      }
    }
  });

  describe('10: what can be inferred', () => {
    it('the length of a name says nothing', () => {
      for (const name of [
        'first-name',
        'last-name',
        'email',
        'username',
        'city',
        'company',
        'url',
      ] as const) {
        const lengths = (value: string): number[] =>
          Array.from({ length: 200 }, (_, index) => String(maskValues(name, [`${value}${index}`])[0]).length);
        const average = (list: readonly number[]): number =>
          list.reduce((sum, length) => sum + length, 0) / list.length;
        const [short, long] = [average(lengths('Ng')), average(lengths('Wolfeschlegelsteinhausenberger'))];
        assert.ok(Math.abs(short - long) < 1, `${name}: ${short} and ${long}`);
      }
    });

    it('dates do not all move alike: one known birthday gives no other away', () => {
      const days = Array.from({ length: 50 }, (_, index) => `18${10 + index}-12-10`);
      const masked = maskValues('date-shift', days, { type: DATE });
      const shifts = masked.map((day, index) => Date.parse(String(day)) - Date.parse(days[index]!));
      assert.ok(new Set(shifts).size > 40);
    });

    it('a time of day to the microsecond does not recognise a row', () => {
      const [masked] = maskValues('date-shift', ['1815-12-10T10:11:12.131415Z'], { type: TIMESTAMPTZ });
      assert.ok(!String(masked).includes('10:11:12') && !String(masked).includes('131415'));
    });
  });

  it('11: different values stay different, but for what short columns cannot hold', () => {
    const values = Array.from(
      { length: 2000 },
      (_, index) => `some value with the number ${100_000_000_000 + index}`,
    );
    for (const name of MAKERS) {
      const distinct = new Set(maskValues(name, values)).size;
      assert.ok(distinct > 1950, `${name}: ${distinct} of ${values.length}`);
    }
  });

  it('12: a plan accounts for every column, also those that nobody thought of', () => {
    const source = table('things', [
      'a',
      column('b', JSONB),
      column('c', BYTES),
      column('d', { kind: 'opaque', name: 'new_type' }),
    ]);
    const plan = planFor(source);
    for (const name of ['a', 'b', 'c', 'd']) {
      assert.notEqual(maskOf(plan, 'things', name).transformer, 'keep');
      assert.equal(maskOf(plan, 'things', name).reason.source, 'unclassified');
    }
  });

  it('13: a column that appeared after the plan was made is not let through', () => {
    const plan = planFor(table('things', ['a']));
    assert.throws(() => maskRows(plan, table('things', ['a', 'appeared']), [['x', 'y']]), /lacks appeared/);
  });
});
