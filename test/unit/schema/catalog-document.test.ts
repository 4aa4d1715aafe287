import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SynclineError } from '../../../src/core/errors.ts';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import { domainCheckForColumn, withoutOuterParentheses } from '../../../src/core/schema/check-expression.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import { isManagedSchema } from '../../../src/core/schema/managed-schemas.ts';
import type { PostgresType } from '../../../src/core/schema/postgres-type.ts';
import { logicalTypeOf } from '../../../src/core/schema/postgres-type.ts';

function type(name: string, more: Partial<PostgresType> = {}): PostgresType {
  return { schema: 'pg_catalog', name, kind: 'base', extension: false, ...more };
}

/** make_numeric_typmod of Postgres's numeric.c. */
function numericModifier(precision: number, scale: number): number {
  return ((precision << 16) | (scale & 0x7ff)) + 4;
}

describe('the meaning of a Postgres type', () => {
  const integer: LogicalType = { kind: 'integer', bits: 32 };
  const mood = type('mood', { schema: 'public', kind: 'enum', values: ['sad', 'ok'] });
  const percent = type('percent', {
    schema: 'public',
    kind: 'domain',
    base: { type: type('int4'), modifier: -1 },
  });
  const code = type('code', { schema: 'x', kind: 'domain', base: { type: type('varchar'), modifier: 9 } });
  const cases: readonly [string, PostgresType, number, LogicalType][] = [
    ['int4', type('int4'), -1, integer],
    ['oid beyond 2^31', type('oid'), -1, { kind: 'integer', bits: 64 }],
    ['varchar', type('varchar'), -1, { kind: 'text' }],
    ['varchar(5)', type('varchar'), 9, { kind: 'text', maxLength: 5 }],
    ['char(5)', type('bpchar'), 9, { kind: 'text', padded: true, maxLength: 5 }],
    ['"char"', type('char'), -1, { kind: 'text', maxLength: 1 }],
    ['numeric', type('numeric'), -1, { kind: 'numeric' }],
    ['timestamptz(3)', type('timestamptz'), 3, { kind: 'timestamp', zone: true }],
    [
      'citext',
      type('citext', { schema: 'extensions', extension: true }),
      -1,
      { kind: 'text', caseInsensitive: true },
    ],
    ['money', type('money'), -1, { kind: 'opaque', name: 'money' }],
    [
      'vector',
      type('vector', { schema: 'extensions', extension: true }),
      -1,
      { kind: 'opaque', name: 'vector' },
    ],
    ['a type of somebody else', type('int4', { schema: 'x' }), -1, { kind: 'opaque', name: 'x.int4' }],
    [
      'a composite',
      type('pair', { schema: 'public', kind: 'composite' }),
      -1,
      { kind: 'opaque', name: 'pair' },
    ],
    ['a range', type('int4range', { kind: 'range' }), -1, { kind: 'opaque', name: 'int4range' }],
    ['a name of Object', type('constructor'), -1, { kind: 'opaque', name: 'constructor' }],
    ['an enum', mood, -1, { kind: 'enum', name: 'mood', values: ['sad', 'ok'] }],
    ['a domain', percent, -1, integer],
    ['a domain over varchar(5)', code, -1, { kind: 'text', maxLength: 5 }],
    [
      'varchar(5)[]',
      type('_varchar', { element: type('varchar') }),
      9,
      { kind: 'array', element: { kind: 'text', maxLength: 5 } },
    ],
    ['an array of a domain', type('_percent', { element: percent }), -1, { kind: 'array', element: integer }],
    [
      'an array of an enum',
      type('_mood', { element: mood }),
      -1,
      { kind: 'array', element: { kind: 'enum', name: 'mood', values: ['sad', 'ok'] } },
    ],
  ];
  for (const [what, postgresType, modifier, expected] of cases) {
    it(`of ${what}`, () => assert.deepEqual(logicalTypeOf(postgresType, modifier), expected));
  }

  it('of numeric(p,s), also with a negative scale', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: -1000, max: 1000 }),
        (precision, scale) => {
          const expected = { kind: 'numeric', precision, scale };
          assert.deepEqual(logicalTypeOf(type('numeric'), numericModifier(precision, scale)), expected);
        },
      ),
    );
  });
});

describe('check expressions', () => {
  const domains: readonly [string, string, string][] = [
    ['(VALUE >= 0)', 'age', '("age" >= 0)'],
    [`((VALUE)::text <> 'VALUE'::text)`, 'a"b', `(("a""b")::text <> 'VALUE'::text)`],
    [`("VALUE" = VALUE)`, 'x', `("VALUE" = "x")`],
    [`(VALUE <> 'it''s VALUE')`, 'x', `("x" <> 'it''s VALUE')`],
    [`(VALUE ~ E'\\\\'' VALUE')`, 'x', `("x" ~ E'\\\\'' VALUE')`],
    ['(VALUES_of(VALUE) > 1)', '$&', '(VALUES_of("$&") > 1)'],
  ];
  for (const [expression, column, expected] of domains) {
    it(`of a domain name the column: ${expression}`, () => {
      assert.equal(domainCheckForColumn(expression, column), expected);
    });
  }

  const parentheses: readonly [string, string][] = [
    ['(a > 0)', 'a > 0'],
    ['((a > 0) OR (b > 0))', '(a > 0) OR (b > 0)'],
    ['(a > 0) OR (b > 0)', '(a > 0) OR (b > 0)'],
    [`(a <> ')')`, `a <> ')'`],
    [`(a <> '(') AND (b)`, `(a <> '(') AND (b)`],
    ['(")" > 0)', '")" > 0'],
    ['is_valid(a)', 'is_valid(a)'],
  ];
  for (const [expression, expected] of parentheses) {
    it(`lose the parentheses around all: ${expression}`, () => {
      assert.equal(withoutOuterParentheses(expression), expected);
    });
  }
});

describe('the catalog document', () => {
  it('is refused with the place when it has another shape', () => {
    const document = { format: 1, serverVersion: '17.4', types: [], tables: [{ schema: 'public' }] };
    assert.throws(
      () => parseCatalogDocument(document),
      (error) =>
        error instanceof SynclineError &&
        error.code === 'REMOTE_PROTOCOL' &&
        error.message.includes('tables.0.name'),
    );
    for (const json of [null, [], { format: 2 }, '{}']) {
      assert.throws(() => parseCatalogDocument(json), { code: 'REMOTE_PROTOCOL' });
    }
  });

  it('gives the server its short version', () => {
    const version = '15.18 (Debian 15.18-0+deb12u1)';
    const catalog = parseCatalogDocument({ format: 1, serverVersion: version, types: [], tables: [] });
    assert.deepEqual(catalog, { completeness: 'full', serverVersion: 'PostgreSQL 15.18', tables: [] });
  });
});

describe('managed schemas', () => {
  for (const schema of [
    'auth',
    'storage',
    'pg_catalog',
    'pg_toast',
    'information_schema',
    'supabase_migrations',
    'syncline',
  ]) {
    it(`include ${schema}`, () => assert.equal(isManagedSchema(schema), true));
  }
  for (const schema of ['public', 'app', 'authors', 'pgadmin']) {
    it(`do not include ${schema}`, () => assert.equal(isManagedSchema(schema), false));
  }
});
