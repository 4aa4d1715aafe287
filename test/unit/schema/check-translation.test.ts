/** Checks as `pg_get_expr` of PostgreSQL 18 prints them, over the columns below. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import {
  translateCheck,
  translateIndexKey,
  translatePredicate,
} from '../../../src/core/schema/local-expression.ts';
import { localSchemaOf } from '../../../src/core/schema/local-schema.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import { catalogOf, required, table, type } from '../../support/catalog.ts';

const mood: LogicalType = { kind: 'enum', name: 'mood', values: ['sad', 'ok', "it's"] };

const [local] = localSchemaOf(
  catalogOf(
    table('t', {
      a: type.int,
      b: required(type.int),
      t: type.text,
      v: { kind: 'text', maxLength: 10 },
      ch: { kind: 'text', padded: true, maxLength: 5 },
      ci: type.citext,
      e: mood,
      m: { kind: 'numeric', precision: 10, scale: 2 },
      n: type.numeric,
      wide: { kind: 'numeric', precision: 20, scale: 4 },
      f: type.double,
      g: { kind: 'float', bits: 32 },
      p: type.boolean,
      h: type.timestamptz,
      h2: type.timestamptz,
      d: { kind: 'date' },
      w: { kind: 'time', zone: false },
      u: type.uuid,
      j: type.jsonb,
      arr: { kind: 'array', element: type.text },
      'Q"q': type.int,
      bytes: type.bytea,
    }),
  ),
  { tables: ['t'] },
).tables;
const columnByName = new Map(local!.columns.map((column) => [column.source.name, column]));

const MONEY = `CASE "m" WHEN 'NaN' THEN 9e999 ELSE CAST("m" AS REAL) END`;
const NUMERIC = `CASE "n" WHEN 'NaN' THEN 9e999 WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 ELSE CAST("n" AS REAL) END`;

describe('translateCheck', () => {
  const database = new Database(':memory:');
  database.exec(local!.createSql);
  after(() => database.close());

  const translated: readonly (readonly [string, string])[] = [
    ['(a >= 0)', '"a" >= 0'],
    ['((b >= 0) AND (b <= 100))', '("b" >= 0) AND ("b" <= 100)'],
    [
      "((v)::text = ANY ((ARRAY['x'::character varying, 'it''s'::character varying])::text[]))",
      `"v" IN ('x', 'it''s')`,
    ],
    ["((t <> ''::text) AND (length(t) < 10))", `("t" <> '') AND (length("t") < 10)`],
    ["(e = ANY (ARRAY['sad'::public.mood, 'ok'::public.mood]))", `"e" IN ('sad', 'ok')`],
    ["((e)::text = 'ok'::text)", `"e" = 'ok'`],
    ["(ch = 'ab   '::bpchar)", `"ch" = 'ab'`],
    ['(m >= (0)::numeric)', `${MONEY} >= 0`],
    ['((m > 0.5) AND (m < (100)::numeric))', `(${MONEY} > 0.5) AND (${MONEY} < 100)`],
    ['(m = ANY (ARRAY[(1)::numeric, 2.5]))', `${MONEY} IN (1, 2.5)`],
    ['(n > (0)::numeric)', `${NUMERIC} > 0`],
    ["((n > 0.5) AND (n < '1000'::numeric))", `(${NUMERIC} >= 0.5) AND (${NUMERIC} <= 1000)`],
    ['(n IS NOT NULL)', '"n" IS NOT NULL'],
    ['((a)::numeric = 1.5)', '"a" = 1.5'],
    ['(f >= (0)::double precision)', '"f" >= 0.0'],
    ['(g <= (1)::double precision)', '"g" <= 1.0'],
    ['p', '"p"'],
    ['(p OR (a > 1))', '"p" OR ("a" > 1)'],
    ['(p IS NOT TRUE)', '"p" IS NOT TRUE'],
    ['(p = true)', '"p" = 1'],
    ["(t ~~ '%@_[*?%'::text)", `"t" GLOB '*@?[[][*][?]*'`],
    ["(t !~~ 'a\\_b'::text)", `"t" NOT GLOB 'a_b'`],
    ["(t ~~* '%@%'::text)", `"t" GLOB '*@*'`],
    ["(t ~~ ANY (ARRAY['a%'::text, '%b'::text]))", `("t" GLOB 'a*') OR ("t" GLOB '*b')`],
    ['(num_nonnulls(a, b, m) = 1)', '(("a" IS NOT NULL) + ("b" IS NOT NULL) + ("m" IS NOT NULL)) = 1'],
    ['((a IS NULL) <> (b IS NULL))', '("a" IS NULL) <> ("b" IS NULL)'],
    ['(a IS DISTINCT FROM b)', '"a" IS NOT "b"'],
    ['(NOT (a = b))', 'NOT ("a" = "b")'],
    [
      '\nCASE\n    WHEN (a > 0) THEN (b > 0)\n    ELSE true\nEND',
      'CASE WHEN "a" > 0 THEN "b" > 0 ELSE 1 END',
    ],
    ['((COALESCE(a, 0) + 1) < 10)', '(coalesce("a", 0) + 1) < 10'],
    ["(TRIM(BOTH FROM t) <> ''::text)", `trim("t") <> ''`],
    ["(TRIM(LEADING 'x'::text FROM t) <> ''::text)", `ltrim("t", 'x') <> ''`],
    ["(POSITION(('@'::text) IN (t)) > 1)", `instr("t", '@') > 1`],
    ["(SUBSTRING(t FROM 1 FOR 2) = 'ab'::text)", `substr("t", 1, 2) = 'ab'`],
    ['("left"(t, 2) = \'ab\'::text)', `substr("t", 1, 2) = 'ab'`],
    ['(upper((v)::text) = (v)::text)', 'upper("v") = "v"'],
    ['(a <> ALL (ARRAY[1, 2]))', '"a" NOT IN (1, 2)'],
    ['(t = ANY (\'{a,"b,c",NULL}\'::text[]))', `"t" IN ('a', 'b,c', NULL)`],
    ["((t || v) = 'a'::text)", `("t" || "v") = 'a'`],
    ['((a % 2) = 0)', '("a" % 2) = 0'],
    ["(a = '-5'::integer)", '"a" = (-5)'],
    ['((- a) < 5)', '(-("a")) < 5'],
    ['(a BETWEEN 1 AND 5 AND b NOT IN (1, 2))', '(("a" >= 1) AND ("a" <= 5)) AND ("b" NOT IN (1, 2))'],
    ['(a > 1 OR b > 2 AND a < 5)', '("a" > 1) OR (("b" > 2) AND ("a" < 5))'],
    ['(a - 1 - 2 * 3 > 0)', '(("a" - 1) - (2 * 3)) > 0'],
    ['(LEAST(b, 5) < 10)', 'min("b", 5) < 10'],
    ["(u <> '00000000-0000-0000-0000-000000000000'::uuid)", `"u" <> '00000000-0000-0000-0000-000000000000'`],
    ["(jsonb_typeof(j) = 'object'::text)", `json_type("j") = 'object'`],
    ['(jsonb_array_length(j) > 0)', 'json_array_length("j") > 0'],
    ['(octet_length(t) < 5)', 'length(CAST("t" AS BLOB)) < 5'],
    ['(octet_length(bytes) = 16)', 'length("bytes") = 16'],
    ["starts_with(t, 'a_'::text)", `"t" GLOB 'a_*'`],
    ['(h2 > h)', 'length("h2") <> length("h") OR length("h2") > 29 OR "h2" > "h"'],
    ["(d > '2000-01-01'::date)", `length("d") <> 10 OR "d" > '2000-01-01'`],
    ["(w > '09:00:00'::time without time zone)", `length("w") <> 15 OR "w" > '09:00:00.000000'`],
    [
      "(h >= '2024-01-01 05:30:00+05:30'::timestamp with time zone)",
      `length("h") <> 27 OR "h" >= '2024-01-01T00:00:00.000000Z'`,
    ],
    ['("Q""q" > 0)', '"Q""q" > 0'],
    ["(t <> E'a\\\\b''c'::text)", `"t" <> 'a\\b''c'`],
    ["((t = ''::text) IS NOT TRUE)", `("t" = '') IS NOT TRUE`],
  ];
  for (const [expression, sql] of translated) {
    it(expression.replaceAll('\n', ' '), () => {
      const translation = translateCheck(expression, { columnByName });
      assert.deepEqual('sql' in translation ? translation.sql : translation.reason, sql);
      database.exec(
        `create table c (${local!.columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join()}, check (${sql})); drop table c`,
      );
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ["(t ~ '^[a-z]+$'::text)", /operator ~ /],
    ["(t ~~* 'a%'::text)", /ILIKE folds/],
    ['(t ~~ v)', /constant/],
    ["(ch ~~ 'a%'::text)", /constant/],
    ["(ci = 'x'::public.citext)", /citext/],
    ["(ci OPERATOR(public.=) 'x'::public.citext)", /extension/],
    ["(t < 'b'::text)", /order/],
    ['((t COLLATE "C") < \'b\'::text)', /collation/],
    ["(e > 'sad'::public.mood)", /order/],
    ["(e = 'unknown'::public.mood)", /compare otherwise/],
    ['(m = round(m, 2))', /function round/],
    ['((m * 1.5) > (2)::numeric)', /round/],
    ['((- m) < (0)::numeric)', /negates/],
    ['(n <> 0.5)', /rounded/],
    ['(wide <> 0.5)', /rounded/],
    ['(NOT (n < 0.5))', /rounded/],
    ['((a)::numeric > n)', /rounded/],
    ["(n > 'NaN'::numeric)", /NaN/],
    ["(g <= '1.1'::double precision)", /order/],
    ['(f = g)', /compare otherwise/],
    ['((f * (2)::double precision) > (1)::double precision)', /round/],
    ['(GREATEST(a, b) < 10)', /NULL/],
    ['(EXTRACT(year FROM d) > (2000)::numeric)', /extract/],
    ['(h < now())', /function now/],
    ["((h AT TIME ZONE 'utc'::text) < h2)", /function timezone/],
    ['(NOT (h < h2))', /stands alone/],
    ["(h < 'infinity'::timestamp with time zone)", /unusual year/],
    ['(h < d)', /order/],
    ["(jsonb_typeof(j) = 'string'::text)", /JSON otherwise/],
    ["(j ? 'a'::text)", /operator \? /],
    ["((j ->> 'a'::text) = 'x'::text)", /operator ->> /],
    ["(j = '{}'::jsonb)", /json/],
    ['(array_length(arr, 1) > 0)', /function array_length/],
    ["(arr[1] = 'a'::text)", /element of an array/],
    ["('a'::text = ANY (arr))", /no constant/],
    ['(ROW(a, b) = ROW(1, 2))', /whole rows/],
    ['((a, b) = (1, 2))', /whole rows/],
    ['(private.is_valid(t))', /function is_valid/],
    ['(gone > 0)', /"gone", which is not pulled/],
    ["(B'101' = t)", /bit string/],
    ["(t ~~ 'a\\'::text)", /backslash/],
    ['(a BETWEEN SYMMETRIC 1 AND 5)', /SYMMETRIC/],
    ['((octet_length((ch)) > 3))', /padding/],
    ['a', /not a condition/],
    ['(a >', /not understood/],
    ["(t = 'unended)", /not understood/],
    ['', /not understood/],
  ];
  for (const [expression, reason] of refused) {
    it(`refuses ${expression}`, () => {
      const translation = translateCheck(expression, { columnByName });
      assert.ok('reason' in translation, JSON.stringify(translation));
      assert.match(translation.reason, reason);
    });
  }

  it('names the columns that it mentions', () => {
    const translation = translateCheck('((a > 0) OR (t IS NULL) OR (a < 5))', { columnByName });
    assert.deepEqual('columns' in translation ? translation.columns.map(({ name }) => name) : [], ['a', 't']);
  });
});

describe('index expressions', () => {
  const sqlOf = (translation: ReturnType<typeof translateIndexKey>) =>
    'sql' in translation ? translation.sql : translation.reason;

  it('translate predicates only where they select exactly the same rows', () => {
    assert.equal(sqlOf(translatePredicate('(h IS NULL)', { columnByName })), '"h" IS NULL');
    assert.equal(sqlOf(translatePredicate('(m > 0.5)', { columnByName })), `${MONEY} > 0.5`);
    assert.match(sqlOf(translatePredicate('(h > h2)', { columnByName })), /stands alone/);
    assert.match(sqlOf(translatePredicate('(n >= 0.5)', { columnByName })), /rounded/);
  });

  it('translate keys whose equal values stay equal, and no others become so', () => {
    assert.equal(sqlOf(translateIndexKey('lower(t)', { columnByName })), 'lower("t")');
    assert.equal(sqlOf(translateIndexKey('((a + b))', { columnByName })), '"a" + "b"');
    assert.equal(sqlOf(translateIndexKey("COALESCE(t, ''::text)", { columnByName })), `coalesce("t", '')`);
    assert.equal(sqlOf(translateIndexKey('abs(m)', { columnByName })), `abs(${MONEY})`);
    assert.match(sqlOf(translateIndexKey('abs(n)', { columnByName })), /rounded/);
    assert.match(sqlOf(translateIndexKey("date_trunc('day'::text, h)", { columnByName })), /date_trunc/);
  });
});
