/** Check expressions over one table, made by hand and at random, for comparing what two engines make of them. */
import fc from 'fast-check';

/** The columns of the table `t`, with values to fill it: texts that Postgres reads, or null. */
export const COLUMNS: readonly {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}[] = [
  { name: 'i', type: 'integer', values: ['0', '1', '-1', '5', '2147483647', null] },
  { name: 'k', type: 'bigint', values: ['0', '1', '5', '9007199254740993', '9007199254740992', null] },
  {
    name: 'n',
    type: 'numeric',
    values: [
      '0',
      '0.5',
      '1',
      '1.0',
      '4.99999999999999999999',
      '5',
      '100',
      '-0.00000000000000000001',
      '12345678901234567890.12',
      'NaN',
      'Infinity',
      '-Infinity',
      null,
    ],
  },
  {
    name: 'm',
    type: 'numeric(10,2)',
    values: ['0', '0.10', '0.30', '5.00', '-1.50', '99999999.99', 'NaN', null],
  },
  {
    name: 'f',
    type: 'double precision',
    values: ['0', '-0', '0.1', '5', '1e300', 'NaN', 'Infinity', '-Infinity', null],
  },
  { name: 'g', type: 'real', values: ['0', '1.1', '0.5', '5', '16777216', 'NaN', 'Infinity', null] },
  {
    name: 't',
    type: 'text',
    values: [
      '',
      'a',
      'A',
      'ab',
      'a%b',
      'a_b',
      'a*b',
      'a[b',
      'a\\b',
      ' a ',
      'xax',
      'é',
      '🙂',
      'a@b',
      '5',
      null,
    ],
  },
  { name: 'v', type: 'varchar(8)', values: ['', 'a', 'x', 'y', 'AB', 'a@b', null] },
  { name: 'c', type: 'char(4)', values: ['', 'a', 'ab', ' a', 'abcd', null] },
  { name: 'b', type: 'boolean', values: ['t', 'f', null] },
  { name: 'e', type: 'mood', values: ['sad', 'ok', "it's", null] },
  {
    name: 'd',
    type: 'date',
    values: [
      '2000-01-01',
      '2024-02-29',
      '0044-03-15 BC',
      '0100-07-12 BC',
      '12024-01-01',
      'infinity',
      '-infinity',
      null,
    ],
  },
  {
    name: 'h',
    type: 'timestamptz',
    values: [
      '2000-01-01 00:00:00+00',
      '2024-02-29 12:00:00.5+00',
      '0044-03-15 00:00:00+00 BC',
      '0100-01-01 00:00:00+00 BC',
      '12024-01-01 00:00:00+00',
      'infinity',
      '-infinity',
      null,
    ],
  },
  {
    name: 'h2',
    type: 'timestamptz',
    values: [
      '2000-01-01 00:00:00+00',
      '2024-02-29 12:00:00.6+00',
      '0044-03-15 00:00:01+00 BC',
      '12024-01-01 00:00:00+00',
      '123456-01-01 00:00:00+00',
      'infinity',
      null,
    ],
  },
  { name: 'w', type: 'time', values: ['00:00:00', '09:00:00', '09:00:00.5', '24:00:00', null] },
  {
    name: 'u',
    type: 'uuid',
    values: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null],
  },
  {
    name: 'j',
    type: 'jsonb',
    values: ['{}', '[]', '[1,2]', '"a"', '1', 'null', 'true', '{"a":{"b":1}}', null],
  },
  { name: 'y', type: 'bytea', values: ['\\x', '\\x00', '\\xdeadbeef', null] },
  { name: 'ip', type: 'inet', values: ['10.0.0.1', '::1', '10.0.0.0/8', null] },
  { name: 'ta', type: 'text[]', values: ['{}', '{a,NULL}', '[0:0]={a}', null] },
  { name: 'Q"q', type: 'integer', values: ['1', '2', null] },
];

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** An expression of each kind, from columns, constants and functions. */
const grammar = fc.letrec<Record<'integer' | 'numeric' | 'text' | 'boolean', string>>((tie) => ({
  integer: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('i', 'k', '"Q""q"'),
    fc.constantFrom('0', '1', '5', '-1', '100'),
    fc
      .tuple(tie('integer'), fc.constantFrom('+', '-', '%'), fc.constantFrom('1', '2', '7'))
      .map(([a, op, b]) => `((${a}) ${op} ${b})`),
    tie('text').map((text) => `length(${text})`),
    tie('text').map((text) => `octet_length(${text})`),
    tie('integer').map((value) => `abs((${value}) / 2)`),
    fc.tuple(tie('integer'), tie('integer')).map(([a, b]) => `coalesce(${a}, ${b})`),
    fc.tuple(tie('integer'), tie('integer')).map(([a, b]) => `nullif(${a}, ${b})`),
    fc.constantFrom(
      'num_nonnulls(i, t, n)',
      'num_nulls(n, m, f, b)',
      'length(y)',
      'b::int',
      'greatest(1, 5)',
      'least(i, 5)',
    ),
    tie('text').map((text) => `position('a' in ${text})`),
  ),
  numeric: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('n', 'm', 'm', 'i::numeric', 'k::numeric'),
    fc.constantFrom('0::numeric', '0.5', '5.0', '0.3', '-1.5', '99999999.99', '12345678901234567890.12'),
    fc.tuple(tie('numeric'), fc.constantFrom('0::numeric', '0.1')).map(([a, b]) => `coalesce(${a}, ${b})`),
    fc.constantFrom('abs(m)', 'abs(n)', '-m', 'm + 0.1', 'round(m, 1)'),
  ),
  text: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('t', 'v::text', 'e::text', 'c::text', 'i::text', 'u::text'),
    fc.constantFrom('', 'a', 'ab', 'A', 'x', ' ', '5', 'a\\b').map((text) => `${literal(text)}::text`),
    tie('text').chain((text) =>
      fc.constantFrom(
        `lower(${text})`,
        `trim(${text})`,
        `ltrim(${text}, 'x')`,
        `trim(trailing 'b' from ${text})`,
        `substring(${text} from 2 for 1)`,
        `substring(${text} from 2)`,
        `left(${text}, 1)`,
        `right(${text}, 2)`,
        `replace(${text}, 'a', 'b')`,
        `(${text} || 'z')`,
        `coalesce(${text}, 'none')`,
      ),
    ),
  ),
  boolean: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      'b',
      'true',
      'b is true',
      'b is not false',
      'b = true',
      'b <> false',
      'coalesce(b, false)',
    ),
    comparison(tie('integer')),
    comparison(tie('numeric')),
    fc.tuple(tie('text'), fc.constantFrom('=', '<>'), tie('text')).map(join),
    fc
      .tuple(
        fc.constantFrom('t', 'v', 'lower(t)'),
        fc.constantFrom('like', 'not like'),
        fc.constantFrom("'%@%'", "'a%'", "'a\\_b'", "'a_b'", "'a*b'", "'%[%'", "'A%'", "''"),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('t', 'v'),
        fc.constantFrom('ilike', 'not ilike'),
        fc.constantFrom("'%@%'", "'%5'"),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('f', 'g'),
        fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        fc.constantFrom('0', '5', '0.5', '16777216', "'NaN'", "'Infinity'", 'f', 'g'),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('d', "'2000-01-01'::date"),
        fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        fc.constantFrom('d', "'2024-02-29'::date", "'infinity'::date"),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('h', 'h2'),
        fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        fc.constantFrom(
          'h',
          'h2',
          "'2024-02-29 12:00:00.5+00'::timestamptz",
          "'2024-02-29 17:30:00.5+05:30'::timestamptz",
        ),
      )
      .map(join),
    fc.tuple(fc.constant('w'), fc.constantFrom('=', '<', '>='), fc.constant("'09:00'::time")).map(join),
    fc
      .tuple(
        fc.constant('u'),
        fc.constantFrom('=', '<>', '<', '>='),
        fc.constant("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid"),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('e', 'e'),
        fc.constantFrom('=', '<>', '>'),
        fc.constantFrom("'ok'", "'it''s'", 'e'),
      )
      .map(join),
    fc
      .tuple(fc.constant('c'), fc.constantFrom('=', '<>'), fc.constantFrom("'a'", "'ab  '", "' a'", "''"))
      .map(join),
    fc
      .tuple(
        fc.constantFrom('i', 'k', 'm', 'n'),
        fc.constantFrom('in', 'not in'),
        fc.constantFrom('(1, 5)', '(0, 0.5)', '(100)'),
      )
      .map(join),
    fc
      .tuple(
        fc.constantFrom('t', 'v'),
        fc.constantFrom('in', 'not in'),
        fc.constantFrom("('a', 'x')", "('', 'ab', null)", "('it''s')"),
      )
      .map(join),
    fc.constantFrom(
      "e in ('sad', 'ok')",
      "c in ('ab', 'a')",
      "t = any ('{a,ab,NULL}'::text[])",
      "t <> all ('{a,ab}'::text[])",
      'i > any (array[1, 5])',
      'i < all (array[1, 5])',
      "t like any (array['a%', '%b'])",
    ),
    fc
      .tuple(
        fc.constantFrom(...COLUMNS.map(({ name }) => `"${name.replaceAll('"', '""')}"`)),
        fc.constantFrom('is null', 'is not null'),
      )
      .map((parts) => parts.join(' ')),
    fc.constantFrom(
      "jsonb_typeof(j) = 'object'",
      "jsonb_typeof(j) <> 'array'",
      "jsonb_typeof(j) = 'string'",
      "j ? 'a'",
      "j->>'a' = 'b'",
      "ip = '10.0.0.1'",
      "y = '\\x00'",
      "starts_with(t, 'a_')",
      'cardinality(ta) > 0',
    ),
    fc
      .tuple(
        fc.constantFrom('i', 'k', 't', 'b', 'd', 'u', 'm'),
        fc.constantFrom('is distinct from', 'is not distinct from'),
      )
      .chain(([column, test]) =>
        fc.constantFrom(
          `${column} ${test} ${column}`,
          `${column} ${test} null`,
          `i ${test} k`,
          `m ${test} 0.30`,
        ),
      ),
    fc
      .tuple(tie('boolean'), fc.constantFrom('and', 'or', '=', '<>'), tie('boolean'))
      .map(([a, op, b]) => `((${a}) ${op} (${b}))`),
    tie('boolean').map((value) => `(not (${value}))`),
    fc
      .tuple(
        tie('boolean'),
        fc.constantFrom('is true', 'is not true', 'is false', 'is unknown', 'is not unknown'),
      )
      .map(([a, test]) => `((${a}) ${test})`),
    fc
      .tuple(tie('boolean'), tie('boolean'), tie('boolean'))
      .map(([a, b, c]) => `case when ${a} then ${b} else ${c} end`),
    fc
      .tuple(tie('integer'), tie('boolean'))
      .map(([a, b]) => `case ${a} when 1 then ${b} when 5 then true end`),
    fc
      .tuple(tie('integer'), tie('integer'), tie('integer'))
      .map(([a, b, c]) => `(${a}) between (${b}) and (${c})`),
  ),
}));

function comparison(operand: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(operand, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), operand).map(join);
}

function join([left, operator, right]: readonly [string, string, string]): string {
  return `(${left}) ${operator} ${right.startsWith('(') || right.startsWith("'") ? right : `(${right})`}`;
}

/** Checks in Postgres's SQL, as people write them. */
export const checkExpressions: fc.Arbitrary<string> = grammar.boolean;
