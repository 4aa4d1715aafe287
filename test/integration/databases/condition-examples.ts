import type { RowCondition } from '../../../src/core/ports.ts';

export interface ConditionExample {
  readonly table: string;
  readonly where: readonly RowCondition[];
  /** The same in SQL, for a table called `t`. */
  readonly expected: string;
}

function example(table: string, expected: string, ...where: readonly RowCondition[]): ConditionExample {
  return { table, where, expected };
}

/** Every operator, and every family of types: the database's answer is the right one. */
export const CONDITION_EXAMPLES: readonly ConditionExample[] = [
  example('kinds', 't.b is null', { column: 'b', is: 'null' }),
  example('kinds', 't.b is not null', { column: 'b', is: 'not-null' }),
  example('kinds', 't.b', { column: 'b', is: 'equal', value: 't' }),
  example('kinds', 'not t.b', { column: 'b', is: 'not-equal', value: 't' }),
  example('kinds', 't.fl', { column: 'fl', is: 'equal', value: 't' }),
  example('kinds', 't.i2 <= 0', { column: 'i2', is: 'at-most', value: '0' }),
  example('kinds', 't.i8 = 9007199254740993', { column: 'i8', is: 'equal', value: '9007199254740993' }),
  example('kinds', 't.i8 in (1, -9223372036854775808)', {
    column: 'i8',
    is: 'in',
    values: ['1', '-9223372036854775808'],
  }),
  example('kinds', 't.i8 not in (1, 2)', { column: 'i8', is: 'not-in', values: ['1', '2'] }),
  example('kinds', 't.p > 0', { column: 'p', is: 'greater', value: '0' }),
  example('kinds', 't.p in (0, 50)', { column: 'p', is: 'in', values: ['0', '50'] }),
  example('kinds', "t.n < 'NaN'", { column: 'n', is: 'less', value: 'NaN' }),
  example('kinds', 't.n >= 100', { column: 'n', is: 'at-least', value: '100.0' }),
  example('kinds', 't.n2 <= 1.1', { column: 'n2', is: 'at-most', value: '1.1000' }),
  example('kinds', 't.f4 = 1.5', { column: 'f4', is: 'equal', value: '1.5' }),
  example('kinds', "t.f8 > '0.05'", { column: 'f8', is: 'greater', value: '0.05' }),
  example('kinds', 't.f8 = 0', { column: 'f8', is: 'equal', value: '0' }),
  example('kinds', "t.t = ''", { column: 't', is: 'equal', value: '' }),
  example('kinds', "t.t in ('')", { column: 't', is: 'in', values: [''] }),
  example('kinds', "t.t <> ''", { column: 't', is: 'not-in', values: [''] }),
  example('kinds', "t.t = E'line\\nbreak\\ttab\\r\\\\N'", {
    column: 't',
    is: 'equal',
    value: 'line\nbreak\ttab\r\\N',
  }),
  example('kinds', "t.vc = 'abc'", { column: 'vc', is: 'equal', value: 'abc' }),
  example('kinds', 'false', { column: 'vc', is: 'equal', value: 'abc   and more than fits' }),
  example('kinds', "t.c = 'ab'", { column: 'c', is: 'equal', value: 'ab' }),
  example('kinds', "t.c in ('ab', '')", { column: 'c', is: 'in', values: ['ab', ''] }),
  example('kinds', "t.ci = 'citext'", { column: 'ci', is: 'equal', value: 'cItExT' }),
  example('kinds', "t.ci in ('citext', 'é')", { column: 'ci', is: 'in', values: ['CITEXT', 'é'] }),
  example('kinds', "t.ci <> 'citext'", { column: 'ci', is: 'not-equal', value: 'CITEXT' }),
  example('kinds', "t.u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", {
    column: 'u',
    is: 'equal',
    value: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  }),
  example('kinds', "t.u > '00000000-0000-0000-0000-000000000000'", {
    column: 'u',
    is: 'greater',
    value: '00000000-0000-0000-0000-000000000000',
  }),
  example('kinds', "t.d < '2024-01-01'", { column: 'd', is: 'less', value: '2024-01-01' }),
  example('kinds', "t.tm >= '12:00'", { column: 'tm', is: 'at-least', value: '12:00:00.000000' }),
  example('kinds', "t.tmz = '12:00+05:30'", { column: 'tmz', is: 'equal', value: '12:00:00.000000+05:30' }),
  example('kinds', "t.tz >= '2024-01-01 00:00+05:30'", {
    column: 'tz',
    is: 'at-least',
    value: '2023-12-31T18:30:00.000000Z',
  }),
  example('kinds', "t.ts < 'infinity'", { column: 'ts', is: 'less', value: 'infinity' }),
  example('kinds', "t.by = '\\xdeadbeef'", { column: 'by', is: 'equal', value: '\\xdeadbeef' }),
  example('kinds', "t.e = 'ha''ppy'", { column: 'e', is: 'equal', value: "ha'ppy" }),
  example('kinds', "t.e in ('sad', 'ok')", { column: 'e', is: 'in', values: ['sad', 'ok'] }),
  example('kinds', "t.ip = '10.0.0.1'", { column: 'ip', is: 'equal', value: '10.0.0.1' }),
  example('kinds', "t.ci4 in ('10.0.0.0/8', '::/0')", {
    column: 'ci4',
    is: 'in',
    values: ['10.0.0.0/8', '::/0'],
  }),
  example('kinds', 't.js is not null and t.jb is not null', { column: 'js', is: 'not-null' }),
  example('kinds', 't.twice = 8', { column: 'twice', is: 'equal', value: '8' }),
  example('kinds', 'false', { column: 'id', is: 'in', values: [] }),
  example('kinds', 'true', { column: 't', is: 'not-in', values: [] }),
  example(
    'kinds',
    "t.id > 1 and t.b is not null and t.t in ('', 'x')",
    { column: 'id', is: 'greater', value: '1' },
    { column: 'b', is: 'not-null' },
    { column: 't', is: 'in', values: ['', 'x'] },
  ),
  ...[
    '',
    ' ',
    ',',
    '"',
    '""',
    '\\',
    '\\\\',
    '(',
    ')',
    '()',
    'a.b',
    'a,b',
    '{a,b}',
    'null',
    'not.eq',
    '*',
    '%',
    "'",
    '\n',
  ].map((value) =>
    example('texts', `t.k = E'${value.replace(/['\\]/g, '\\$&')}'`, { column: 'k', is: 'equal', value }),
  ),
  example('texts', "t.k in (E'\\\\', ',', '\"', '''', 'null', '(x)', ')')", {
    column: 'k',
    is: 'in',
    values: ['\\', ',', '"', "'", 'null', '(x)', ')'],
  }),
  example(
    'order',
    `t."Mixed Case" = 'Mixed' and t."quo""te" = 1`,
    { column: 'Mixed Case', is: 'equal', value: 'Mixed' },
    { column: 'quo"te', is: 'equal', value: '1' },
  ),
  example('order', `t."select" > 1`, { column: 'select', is: 'greater', value: '1' }),
  example(
    'order',
    `t."dot.ted:col,on(s)" = 'd' and t." lead" = ' l ' and t."back\\slash" = 'b\\'`,
    { column: 'dot.ted:col,on(s)', is: 'equal', value: 'd' },
    { column: ' lead', is: 'equal', value: ' l ' },
    { column: 'back\\slash', is: 'equal', value: 'b\\' },
  ),
  example(
    'composite',
    "t.b = 'a,b' and t.a >= 0 and t.c < 'infinity'",
    { column: 'b', is: 'equal', value: 'a,b' },
    { column: 'a', is: 'at-least', value: '0' },
    { column: 'c', is: 'less', value: 'infinity' },
  ),
  example(
    'many',
    't.id > 3000 and t.id <= 14000',
    { column: 'id', is: 'greater', value: '3000' },
    { column: 'id', is: 'at-most', value: '14000' },
  ),
  example(
    'nokey',
    't.a in (1, 3) and t.b is null',
    { column: 'a', is: 'in', values: ['1', '3'] },
    { column: 'b', is: 'null' },
  ),
  example('parted', "t.region <> 'a'", { column: 'region', is: 'not-equal', value: 'a' }),
];
