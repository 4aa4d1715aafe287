import assert from 'node:assert/strict';
import type { LogicalType } from '../../../src/core/schema/logical-type.ts';
import type { PresentCell } from '../../../src/core/values/codec.ts';
import { codecFor } from '../../../src/core/values/codec.ts';

type Example = readonly [type: LogicalType, text: string, cell: PresentCell];

const numeric: LogicalType = { kind: 'numeric' };
const money: LogicalType = { kind: 'numeric', precision: 10, scale: 2 };
const float4: LogicalType = { kind: 'float', bits: 32 };
const float8: LogicalType = { kind: 'float', bits: 64 };
const bigint: LogicalType = { kind: 'integer', bits: 64 };
const text: LogicalType = { kind: 'text' };
const char5: LogicalType = { kind: 'text', padded: true, maxLength: 5 };
const date: LogicalType = { kind: 'date' };
const time: LogicalType = { kind: 'time', zone: false };
const timetz: LogicalType = { kind: 'time', zone: true };
const timestamp: LogicalType = { kind: 'timestamp', zone: false };
const timestamptz: LogicalType = { kind: 'timestamp', zone: true };
const json: LogicalType = { kind: 'json', binary: false };
const jsonb: LogicalType = { kind: 'json', binary: true };
const mood: LogicalType = { kind: 'enum', name: 'mood', values: ['sad', 'ok', 'happy'] };
const inet: LogicalType = { kind: 'network', form: 'inet' };
const arrayOf = (element: LogicalType): LogicalType => ({ kind: 'array', element });

describe('decodePostgres', () => {
  const examples: readonly Example[] = [
    [{ kind: 'boolean' }, 't', 1n],
    [{ kind: 'boolean' }, 'false', 0n],
    [bigint, '9007199254740993', 9007199254740993n],
    [bigint, '-9223372036854775808', -9223372036854775808n],
    [{ kind: 'integer', bits: 16 }, '-32768', -32768n],
    [numeric, '12345678901234567890.123456789', '12345678901234567890.123456789'],
    [numeric, '1.10', '1.10'],
    [numeric, 'NaN', 'NaN'],
    [numeric, '-Infinity', '-Infinity'],
    [float4, '1.1', 1.1],
    [float4, '3.4e+38', 3.4e38],
    [float4, '1e-45', 1e-45],
    [float8, 'NaN', 'NaN'],
    [float8, '-Infinity', -Infinity],
    [float8, '-0', -0],
    [float8, '5e-324', 5e-324],
    [text, '', ''],
    [text, 'line\nbreak\ttab 🙂', 'line\nbreak\ttab 🙂'],
    [char5, 'ab   ', 'ab'],
    [char5, ' x', ' x'],
    [date, '0044-03-15 BC', '0044-03-15 BC'],
    [date, '12024-01-02', '12024-01-02'],
    [date, 'infinity', 'infinity'],
    [time, '00:00:00', '00:00:00.000000'],
    [time, '23:59:59.5', '23:59:59.500000'],
    [time, '24:00:00', '24:00:00.000000'],
    [timetz, '23:59:59.5+05:30', '23:59:59.500000+05:30'],
    [timestamp, '2024-01-01 00:00:00.5', '2024-01-01T00:00:00.500000'],
    [timestamp, '-infinity', '-infinity'],
    [timestamptz, '2024-01-02 03:04:05.678901+00', '2024-01-02T03:04:05.678901Z'],
    [timestamptz, '2024-01-02T03:04:05.6+00:00', '2024-01-02T03:04:05.600000Z'],
    [timestamptz, '2024-01-01 00:00:00.123456+05:30', '2023-12-31T18:30:00.123456Z'],
    [timestamptz, '1890-01-01 00:00:00+00:19:32', '1889-12-31T23:40:28.000000Z'],
    [timestamptz, '0001-01-01 00:00:00+00:30', '0001-12-31T23:30:00.000000Z BC'],
    [timestamptz, '0001-12-31 23:45:00-00:30 BC', '0001-01-01T00:15:00.000000Z'],
    [timestamptz, '9999-12-31 23:59:59.999999-01', '10000-01-01T00:59:59.999999Z'],
    [timestamptz, 'infinity', 'infinity'],
    [{ kind: 'interval' }, '1 mon 30 days 04:05:06.7', '1 mon 30 days 04:05:06.7'],
    [{ kind: 'interval' }, '-1 days', '-1 days'],
    [json, '{"b":1,"a":1.0,"a":2}', '{"b":1,"a":1.0,"a":2}'],
    [jsonb, '{"a": 2, "b": 1}', '{"a": 2, "b": 1}'],
    [{ kind: 'bytes' }, '\\xdeadbeef', new Uint8Array([0xde, 0xad, 0xbe, 0xef])],
    [{ kind: 'bytes' }, '\\x', new Uint8Array()],
    [mood, 'happy', 'happy'],
    [inet, '10.0.0.1/32', '10.0.0.1'],
    [inet, '10.0.0.1/8', '10.0.0.1/8'],
    [{ kind: 'network', form: 'cidr' }, '::/0', '::/0'],
    [arrayOf(bigint), '{1,NULL,9007199254740993}', '[1,null,9007199254740993]'],
    [arrayOf(bigint), '{}', '[]'],
    [arrayOf(bigint), '{{1,2},{3,4}}', '[[1,2],[3,4]]'],
    [arrayOf(bigint), '[0:1]={1,2}', '{"bounds":[[0,1]],"values":[1,2]}'],
    [arrayOf(text), '{"NULL",NULL,"a,b","q\\"q"}', '["NULL",null,"a,b","q\\"q"]'],
    [arrayOf(numeric), '{1.10,NaN}', '[1.10,"NaN"]'],
    [arrayOf(text), '{1,2.5}', '["1","2.5"]'],
    [arrayOf({ kind: 'boolean' }), '{t,f,NULL}', '[true,false,null]'],
    [arrayOf(float8), '{1.5,-Infinity,NaN}', '[1.5,"-Infinity","NaN"]'],
    [arrayOf({ kind: 'bytes' }), '{"\\\\xdead"}', '["\\\\xdead"]'],
    [arrayOf(timestamptz), '{"2024-01-02 03:04:05+00"}', '["2024-01-02T03:04:05.000000Z"]'],
    [arrayOf(jsonb), '{"null",NULL,"{\\"a\\": 1}"}', '["null",null,"{\\"a\\": 1}"]'],
    [arrayOf({ kind: 'opaque', name: 'box' }), '{(3,4),(1,2);(1,1),(0,0)}', '["(3,4),(1,2)","(1,1),(0,0)"]'],
    [{ kind: 'opaque', name: 'tstzrange' }, '["2024-01-01 00:00:00+00",)', '["2024-01-01 00:00:00+00",)'],
  ];

  for (const [type, printed, cell] of examples) {
    it(`${type.kind}: ${JSON.stringify(printed)}`, () => {
      assert.deepEqual(codecFor(type).decodePostgres(printed), cell);
      assert.deepEqual(codecFor(type).canonicalize(cell), cell);
    });
  }

  it('tells char(n) trimmed from text with the same spaces', () => {
    assert.equal(codecFor(text).decodePostgres('ab   '), 'ab   ');
  });

  it('refuses what is out of the range of its type', () => {
    assert.throws(() => codecFor(bigint).decodePostgres('9223372036854775808'), {
      code: 'VALUE_UNREPRESENTABLE',
    });
    assert.throws(
      () => codecFor({ kind: 'integer', bits: 16 }).decodePostgres('32768'),
      /smallint is out of range/,
    );
    assert.throws(() => codecFor(mood).decodePostgres('furious'), /mood is not one of its labels/);
  });
});

describe('canonicalize', () => {
  const spellings: readonly (readonly [LogicalType, PresentCell, PresentCell])[] = [
    [{ kind: 'boolean' }, 1, 1n],
    [{ kind: 'boolean' }, 'TRUE', 1n],
    [{ kind: 'boolean' }, 'f', 0n],
    [bigint, 5, 5n],
    [bigint, '+7.0', 7n],
    [numeric, 5n, '5'],
    [numeric, 0.1, '0.1'],
    [numeric, 1e21, '1000000000000000000000'],
    [numeric, '1.50e-3', '0.00150'],
    [numeric, '.5', '0.5'],
    [numeric, '-0', '0'],
    [money, 5n, '5.00'],
    [money, 0.1 + 0.2, '0.30'],
    [money, -1.005, '-1.01'],
    [money, '7.5', '7.50'],
    [float8, 3n, 3],
    [float8, ' 1.5 ', 1.5],
    [float8, 'inf', Infinity],
    [float4, 0.1 + 0.2, 0.3],
    [float4, Math.fround(1.1), 1.1],
    [text, 5n, '5'],
    [char5, 'ab     ', 'ab'],
    [{ kind: 'uuid' }, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    [{ kind: 'uuid' }, new Uint8Array(16).fill(0xab), 'abababab-abab-abab-abab-abababababab'],
    [date, '2024-02-29T00:00:00.000Z', '2024-02-29'],
    [time, '10:30', '10:30:00.000000'],
    [timestamptz, '2024-01-02', '2024-01-02T00:00:00.000000Z'],
    [timestamptz, '2024-01-02 03:04:05', '2024-01-02T03:04:05.000000Z'],
    [timestamptz, '2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678000Z'],
    [timestamptz, '2024-01-02 03:04:05.678901000', '2024-01-02T03:04:05.678901Z'],
    [timestamptz, '-000043-03-15T00:00:00.000Z', '0044-03-15T00:00:00.000000Z BC'],
    [timestamp, '2024-01-02T03:04:05Z', '2024-01-02T03:04:05.000000'],
    [{ kind: 'interval' }, 'P1Y2M3DT4H5M6.5S', '1 year 2 mons 3 days 04:05:06.5'],
    [{ kind: 'interval' }, '90 minutes', '01:30:00'],
    [{ kind: 'interval' }, '@ 2 days ago', '-2 days'],
    [jsonb, '{"bb":1E2,"a":1.0,"a":2,"c":"\\u0041"}', '{"a": 2, "c": "A", "bb": 100}'],
    [jsonb, '{"__proto__":{"x":-0}}', '{"__proto__": {"x": 0}}'],
    [jsonb, 5n, '5'],
    [json, ' {"a" : 1} ', ' {"a" : 1} '],
    [inet, '2001:DB8::1/128', '2001:db8::1'],
    [inet, '::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    [inet, '1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    [{ kind: 'text', maxLength: 2 }, '🙂🙂', '🙂🙂'],
    [{ kind: 'network', form: 'macaddr' }, '0800.2b01.0203', '08:00:2b:01:02:03'],
    [arrayOf(bigint), ' [1, "2", null] ', '[1,2,null]'],
    [arrayOf(bigint), '{1,2}', '[1,2]'],
    [arrayOf(bigint), '{}', '[]'],
    [arrayOf(bigint), '[[]]', '[]'],
    [arrayOf(bigint), '{"bounds":[[1,2]],"values":[1,2]}', '[1,2]'],
    [arrayOf(money), '[1, 2.5]', '[1.00,2.50]'],
  ].map(([type, written, cell]) => [type as LogicalType, written as PresentCell, cell as PresentCell]);

  for (const [type, written, cell] of spellings) {
    it(`${type.kind}: ${typeof written} ${String(written)}`, () => {
      assert.deepEqual(codecFor(type).canonicalize(written), cell);
    });
  }

  const refusals: readonly (readonly [string, LogicalType, PresentCell])[] = [
    ['more digits than the scale keeps', money, '1.999'],
    ['more digits than the precision keeps', money, '123456789.00'],
    ['an infinity in numeric(p,s)', money, 'Infinity'],
    ['a numeric of a thousand million digits', numeric, '1e999999999'],
    ['an integer that a float would round', float8, 9007199254740993n],
    ['a float beyond float4', float4, 1e39],
    ['text that varchar(n) would refuse', { kind: 'text', maxLength: 2 }, '🙂🙂🙂'],
    ['NUL in text', text, 'a\0b'],
    ['half of a surrogate pair', text, 'a\ud800'],
    ['a day that does not exist', date, '2023-02-29'],
    ['a year after the last', timestamptz, '294277-01-01'],
    ['hex that is none', { kind: 'bytes' }, '\\xzz'],
    ['the year zero', date, '0000-01-01'],
    ['a time of day in a date', date, '2024-01-02 03:04:05'],
    ['an offset in a timestamp', timestamp, '2024-01-02 03:04:05+02'],
    ['seconds since the epoch', timestamptz, 1_700_000_000n],
    ['nanoseconds that count', timestamptz, '2024-01-02 03:04:05.123456789'],
    ['a fraction of a month', { kind: 'interval' }, '1.5 months'],
    ['what is no JSON', json, "{'a':1}"],
    ['NUL in jsonb', jsonb, '"\\u0000"'],
    ['an unknown label', mood, 'Sad'],
    ['a ragged array', arrayOf(bigint), '[[1],[2,3]]'],
    ['an array that is no array', arrayOf(bigint), '"a"'],
    ['bounds that do not fit', arrayOf(bigint), '{"bounds":[[0,5]],"values":[1,2]}'],
    ['host bits in a cidr', { kind: 'network', form: 'cidr' }, '10.0.0.1/8'],
  ];

  for (const [what, type, written] of refusals) {
    it(`refuses ${what}`, () => {
      assert.throws(() => codecFor(type).canonicalize(written), { code: 'VALUE_UNREPRESENTABLE' });
    });
  }
});

describe('comparable', () => {
  const pairs: readonly (readonly [LogicalType, PresentCell, PresentCell, boolean])[] = [
    [numeric, '1.10', '1.1', true],
    [numeric, '0.00', '0', true],
    [numeric, '100', '1', false],
    [numeric, '12345678901234567890.1', '12345678901234567890.2', false],
    [float8, -0, 0, true],
    [float8, 'NaN', 'NaN', true],
    [text, '\u00e9', 'e\u0301', false],
    [text, 'a', 'a ', false],
    [{ kind: 'interval' }, '1 mon', '30 days', false],
    [{ kind: 'interval' }, '24:00:00', '1 day', false],
    [jsonb, '{"a": 1, "b": [1, 2]}', '{"b":[1.0,2],"a":1e0}', true],
    [jsonb, '{"a": 9007199254740993}', '{"a": 9007199254740992}', false],
    [jsonb, '[1, 2]', '[2, 1]', false],
    [jsonb, '"1"', '1', false],
    [json, '{"a":1,"a":2}', '{"a":2}', false],
    [json, '{ "a" : "\\u0041" }', '{"a":"A"}', true],
    [json, '1e999999999', '1e999999998', false],
    [arrayOf(numeric), '[1.0,2]', '[1,2.00]', true],
    [arrayOf(text), '["null"]', '[null]', false],
    [arrayOf(bigint), '[1,2]', '{"bounds":[[0,1]],"values":[1,2]}', false],
    [arrayOf(bigint), '[[1,2]]', '[1,2]', false],
    [timetz, '12:00:00.000000+00', '13:00:00.000000+01', false],
  ];

  for (const [type, one, two, equal] of pairs) {
    it(`${type.kind}: ${String(one)} ${equal ? 'equals' : 'differs from'} ${String(two)}`, () => {
      const codec = codecFor(type);
      const [a, b] = [codec.comparable(one), codec.comparable(two)];
      if (equal) assert.deepEqual(a, b);
      else assert.notDeepEqual(a, b);
    });
  }
});
