/** Defaults as `pg_get_expr` prints them. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { translateDefault } from '../../../src/core/schema/local-expression.ts';
import { declaredTypeOf } from '../../../src/core/schema/local-type.ts';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { Cell } from '../../../src/core/values/cell.ts';
import { codecFor } from '../../../src/core/values/codec.ts';

const text: LogicalType = { kind: 'text' };
const integer: LogicalType = { kind: 'integer', bits: 64 };
const uuid: LogicalType = { kind: 'uuid' };
const date: LogicalType = { kind: 'date' };
const time: LogicalType = { kind: 'time', zone: false };
const timestamp: LogicalType = { kind: 'timestamp', zone: false };
const timestamptz: LogicalType = { kind: 'timestamp', zone: true };
const array = (element: LogicalType): LogicalType => ({ kind: 'array', element });

describe('translateDefault', () => {
  const database = new Database(':memory:');
  database.defaultSafeIntegers();
  after(() => database.close());

  /** What a row gets that leaves the column out. */
  function defaultCell(expression: string, type: LogicalType): Cell {
    const translated = translateDefault(expression, type);
    assert.ok('sql' in translated, 'reason' in translated ? translated.reason : '');
    const clause = translated.sql === undefined ? '' : `default ${translated.sql}`;
    database.exec(
      `drop table if exists t; create table t (x ${declaredTypeOf(type)} ${clause}); insert into t default values`,
    );
    return database.prepare<[], Cell>('select x from t').pluck().get() ?? null;
  }

  function defaultText(expression: string, type: LogicalType): string {
    return String(defaultCell(expression, type));
  }

  const constants: readonly (readonly [string, LogicalType, Cell])[] = [
    ['5', integer, 5n],
    ["'-1'::integer", integer, -1n],
    ["'-9223372036854775808'::bigint", integer, -9223372036854775808n],
    ['true', { kind: 'boolean' }, 1n],
    ['false', { kind: 'boolean' }, 0n],
    ["'it''s'::text", text, "it's"],
    ["'x'::character varying", { kind: 'text', maxLength: 5 }, 'x'],
    ["'ab'::bpchar", { kind: 'text', padded: true, maxLength: 5 }, 'ab'],
    ["'X'::public.citext", { kind: 'text', caseInsensitive: true }, 'X'],
    ["''::text", text, ''],
    ['NULL::character varying', text, null],
    ["'ok'::public.mood", { kind: 'enum', name: 'mood', values: ['ok'] }, 'ok'],
    ['0', { kind: 'numeric', precision: 10, scale: 2 }, '0.00'],
    ["'-1.5'::numeric", { kind: 'numeric' }, '-1.5'],
    ['1.5', { kind: 'float', bits: 64 }, 1.5],
    ['0', { kind: 'float', bits: 64 }, 0],
    ["'NaN'::double precision", { kind: 'float', bits: 64 }, 'NaN'],
    ["'2024-01-02 05:30:00+05:30'::timestamp with time zone", timestamptz, '2024-01-02T00:00:00.000000Z'],
    ["'infinity'::timestamp without time zone", timestamp, 'infinity'],
    ["'10:00:00'::time without time zone", time, '10:00:00.000000'],
    ["'1 day'::interval", { kind: 'interval' }, '1 day'],
    ["'{}'::jsonb", { kind: 'json', binary: true }, '{}'],
    ['\'{"b":1,"a":2}\'::jsonb', { kind: 'json', binary: true }, '{"a": 2, "b": 1}'],
    ["'{}'::text[]", array(text), '[]'],
    ["ARRAY['a'::text, 'b,c'::text]", array(text), '["a","b,c"]'],
    ['ARRAY[]::integer[]', array(integer), '[]'],
    ["(ARRAY['x'::character varying])::text[]", array(text), '["x"]'],
    ["'127.0.0.1'::inet", { kind: 'network', form: 'inet' }, '127.0.0.1'],
    ["lower('X'::text)", text, 'x'],
    ['(1 + 2)', integer, 3n],
  ];
  for (const [expression, type, cell] of constants) {
    it(expression, () => {
      assert.deepEqual(defaultCell(expression, type), cell);
    });
  }

  it('reads bytes', () => {
    const cell = defaultCell("'\\xdead'::bytea", { kind: 'bytes' });
    assert.deepEqual(cell, Buffer.from([0xde, 0xad]));
  });

  const moments: readonly (readonly [string, LogicalType, days: number])[] = [
    ['now()', timestamptz, 0],
    ['CURRENT_TIMESTAMP', timestamptz, 0],
    ['CURRENT_TIMESTAMP(3)', timestamptz, 0],
    ["timezone('utc'::text, now())", timestamp, 0],
    ["(now() AT TIME ZONE 'utc'::text)", timestamp, 0],
    ['(now())::timestamp without time zone', timestamp, 0],
    ["(now() + '7 days'::interval)", timestamptz, 7],
    ["(now() - '36:00:00'::interval)", timestamptz, -1.5],
    ['CURRENT_DATE', date, 0],
    ['(now())::date', date, 0],
    ["(CURRENT_DATE + '30 days'::interval)", date, 30],
  ];
  for (const [expression, type, days] of moments) {
    it(`${expression} is written as the canonical ${type.kind}`, () => {
      const earliest = Date.now() + days * 86_400_000;
      const cell: Cell = defaultCell(expression, type);
      const latest = Date.now() + days * 86_400_000;
      assert.equal(typeof cell, 'string');
      assert.equal(codecFor(type).canonicalize(String(cell)), cell);
      const isoText =
        type.kind === 'date' ? `${String(cell)}T00:00:00Z` : `${String(cell).replace('Z', '')}Z`;
      const moment = Date.parse(isoText);
      const tolerance = type.kind === 'date' ? 86_400_000 : 1;
      assert.ok(moment >= earliest - tolerance && moment <= latest + tolerance);
    });
  }

  for (const expression of ['LOCALTIME', '(now())::time without time zone']) {
    it(`${expression} is written as the canonical time`, () => {
      const cell = defaultText(expression, time);
      assert.equal(codecFor(time).canonicalize(cell), cell);
    });
  }

  for (const expression of [
    'gen_random_uuid()',
    'extensions.uuid_generate_v4()',
    '(gen_random_uuid())::text',
  ]) {
    it(`${expression} gives a new version 4 uuid each time`, () => {
      const seen = new Set<string>();
      for (let count = 0; count < 50; count++) {
        const cell = defaultText(expression, expression.endsWith('text') ? text : uuid);
        assert.match(cell, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(codecFor(uuid).canonicalize(cell), cell);
        seen.add(cell);
      }
      assert.equal(seen.size, 50);
    });
  }

  it('gives random tokens of the same length', () => {
    const cell = defaultCell("encode(extensions.gen_random_bytes(16), 'hex'::text)", text);
    assert.match(String(cell), /^[0-9a-f]{32}$/);
  });

  const refused: readonly (readonly [string, LogicalType])[] = [
    ['auth.uid()', uuid],
    ['CURRENT_USER', text],
    ['random()', { kind: 'float', bits: 64 }],
    ["timezone('Europe/Brussels'::text, now())", timestamp],
    ["(now() + '1 mon'::interval)", timestamptz],
    ['(now())::text', text],
    ['(CURRENT_DATE)::timestamp without time zone', timestamp],
    ['now()', text],
    ["date_part('epoch'::text, now())", { kind: 'float', bits: 64 }],
    ["'now'::text", timestamptz],
    ["'furious'::public.mood", { kind: 'enum', name: 'mood', values: ['ok'] }],
    ['(1.5 * 2.5)', { kind: 'numeric' }],
    ['private.next_number()', integer],
    ["nextval('t_id_seq'::regclass)", integer],
    ['ARRAY[now()]', array(timestamptz)],
    ["encode(gen_random_bytes(16), 'base64'::text)", text],
  ];
  for (const [expression, type] of refused) {
    it(`refuses ${expression} for ${type.kind}`, () => {
      const translated = translateDefault(expression, type);
      assert.ok('reason' in translated, JSON.stringify(translated));
      assert.match(translated.reason, /^[a-zA-Z].*[^.]$/);
    });
  }
});
