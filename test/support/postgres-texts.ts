/** Texts of every type that Postgres reads, for the laws of the codecs. Some are refused by Postgres itself. */
import fc from 'fast-check';
import type { LogicalType } from '../../src/core/schema/logical-type.ts';

/** A type with texts of its values. */
export interface Family {
  readonly sql: string;
  readonly type: LogicalType;
  /** Texts that Postgres reads; those that it refuses are passed over. */
  readonly texts: fc.Arbitrary<string>;
  /** False where Postgres calls more values equal than Syncline does. */
  readonly equality?: false;
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));
const two = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((value) => String(value).padStart(2, '0'));

/** Few enough that two samples are often equal, in several spellings. */
const smallNumber = fc.constantFrom(
  '0',
  '-0',
  '0.0',
  '-0.00',
  '1',
  '1.0',
  '1.00',
  '100',
  '100.0',
  '-1.50',
  '-1.5',
);

const numericText = fc.oneof(
  smallNumber,
  fc
    .tuple(fc.constantFrom('', '-'), digits(25), digits(12), fc.constantFrom('', '', '', 'e3', 'e-7', 'E20'))
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`,
    ),
);

const dateText = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 290_000 }),
      fc.constantFrom(4, 100, 400),
    ),
    two(1, 12),
    two(1, 31),
    fc.constantFrom('', '', '', ' BC'),
  )
  .map(([year, month, day, era]) => [`${String(year).padStart(4, '0')}-${month}-${day}`, era] as const);

const clockText = fc
  .tuple(two(0, 23), two(0, 59), two(0, 59), fc.stringMatching(/^(?:\.[0-9]{1,6})?$/))
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}${fraction}`);

const offsetText = fc.oneof(
  fc.constantFrom('Z', '+00', '+05:30', '-03', '+14', '-11:45'),
  fc
    .tuple(fc.constantFrom('+', '-'), two(0, 14), two(0, 59))
    .map(([sign, hour, minute]) => `${sign}${hour}:${minute}`),
);

const timestampText = fc
  .tuple(dateText, fc.constantFrom(' ', 'T'), clockText)
  .map(([[date, era], between, clock]) => [`${date}${between}${clock}`, era] as const);

const intervalText = fc
  .array(
    fc.tuple(
      fc.integer({ min: -400, max: 400 }),
      fc.constantFrom('years', 'mons', 'weeks', 'days', 'hours', 'mins'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((parts) =>
    fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.integer({ min: 0, max: 2000 }),
        two(0, 59),
        two(0, 59),
        digits(6),
      )
      .map(([sign, hours, minutes, seconds, fraction]) => {
        const clock = `${sign}${String(hours).padStart(2, '0')}:${minutes}:${seconds}${fraction === '' ? '' : `.${fraction}`}`;
        return `${parts.map(([count, unit]) => `${count} ${unit}`).join(' ')} ${clock}`;
      }),
  );

const words = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0'));

const jsonText = fc
  .letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('null', 'true', 'false', '{}', '[]'),
      smallNumber,
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
        fc.stringMatching(/^-?[1-9][0-9]{0,25}(\.[0-9]{1,5})?$/),
      ),
      words.map((text) => JSON.stringify(text)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
      fc
        .array(fc.tuple(fc.oneof(words, fc.constantFrom('a', 'b', '__proto__')), tie('value')), {
          maxLength: 4,
        })
        .map(
          (members) => `{ ${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')} }`,
        ),
    ),
  }))
  .value.filter((text) => !text.includes('\\u0000'));

const ipv6Text = fc
  .array(fc.oneof(fc.constantFrom(0, 0, 1, 0xffff), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'));

const ipText = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6(), ipv6Text), fc.constantFrom('', '/8', '/32', '/20'))
  .map(([address, mask]) => address + mask);

const arrayOf = (element: fc.Arbitrary<string>) =>
  fc
    .array(
      fc.oneof({ weight: 4, arbitrary: element.map((text) => JSON.stringify(text)) }, fc.constant('NULL')),
      {
        maxLength: 5,
      },
    )
    .chain((items) =>
      fc.constantFrom(
        `{${items.join(',')}}`,
        items.length === 0 ? '{}' : `[-1:${items.length - 2}]={${items.join(',')}}`,
        items.length === 0 ? '{}' : `{{${items.join(',')}},{${items.join(',')}}}`,
      ),
    );

export const FAMILIES: readonly Family[] = [
  {
    sql: 'boolean',
    type: { kind: 'boolean' },
    texts: fc.constantFrom('t', 'f', 'true', 'no', ' ON ', '1', '0'),
  },
  ...([16, 32, 64] as const).map((bits): Family => ({
    sql: `int${bits / 8}`,
    type: { kind: 'integer', bits },
    texts: fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String),
  })),
  {
    sql: 'numeric',
    type: { kind: 'numeric' },
    texts: fc.oneof(numericText, fc.constantFrom('NaN', 'inf', '-Infinity')),
  },
  { sql: 'numeric(12,3)', type: { kind: 'numeric', precision: 12, scale: 3 }, texts: numericText },
  {
    sql: 'numeric(3,5)',
    type: { kind: 'numeric', precision: 3, scale: 5 },
    texts: fc.stringMatching(/^-?0\.00[0-9]{1,3}$/),
  },
  {
    sql: 'numeric(4,-2)',
    type: { kind: 'numeric', precision: 4, scale: -2 },
    texts: fc.stringMatching(/^[0-9]{1,4}00$/),
  },
  {
    sql: 'float4',
    type: { kind: 'float', bits: 32 },
    texts: fc.oneof(
      fc.float().map(String),
      numericText,
      fc.integer({ min: -149, max: 127 }).map((power) => String(2 ** power)),
    ),
  },
  {
    sql: 'float8',
    type: { kind: 'float', bits: 64 },
    texts: fc.oneof(
      fc.double().map((value) => (Object.is(value, -0) ? '-0' : String(value))),
      numericText,
    ),
  },
  { sql: 'text', type: { kind: 'text' }, texts: words },
  { sql: 'varchar(6)', type: { kind: 'text', maxLength: 6 }, texts: words },
  { sql: 'char(6)', type: { kind: 'text', padded: true, maxLength: 6 }, texts: words },
  {
    sql: 'uuid',
    type: { kind: 'uuid' },
    texts: fc.uuid().chain((id) => fc.constantFrom(id, id.toUpperCase(), `{${id}}`, id.replaceAll('-', ''))),
  },
  {
    sql: 'date',
    type: { kind: 'date' },
    texts: fc.oneof(
      dateText.map((parts) => parts.join('')),
      fc.constantFrom('infinity', '-infinity'),
    ),
  },
  { sql: 'time', type: { kind: 'time', zone: false }, texts: fc.oneof(clockText, fc.constant('24:00:00')) },
  {
    sql: 'timetz',
    type: { kind: 'time', zone: true },
    texts: fc.tuple(clockText, offsetText).map((parts) => parts.join('')),
  },
  {
    sql: 'timestamp',
    type: { kind: 'timestamp', zone: false },
    texts: fc.oneof(
      timestampText.map((parts) => parts.join('')),
      fc.constantFrom('infinity', '-infinity'),
    ),
  },
  {
    sql: 'timestamptz',
    type: { kind: 'timestamp', zone: true },
    texts: fc.oneof(
      fc.tuple(timestampText, offsetText).map(([[text, era], offset]) => text + offset + era),
      fc.constantFrom('infinity', '-infinity'),
    ),
  },
  { sql: 'interval', type: { kind: 'interval' }, texts: intervalText, equality: false },
  { sql: 'json', type: { kind: 'json', binary: false }, texts: jsonText, equality: false },
  { sql: 'jsonb', type: { kind: 'json', binary: true }, texts: jsonText },
  {
    sql: 'bytea',
    type: { kind: 'bytes' },
    texts: fc.stringMatching(/^(?:[0-9a-f]{2}){0,20}$/).map((hex) => `\\x${hex}`),
  },
  { sql: 'inet', type: { kind: 'network', form: 'inet' }, texts: ipText },
  { sql: 'cidr', type: { kind: 'network', form: 'cidr' }, texts: ipText },
  {
    sql: 'macaddr',
    type: { kind: 'network', form: 'macaddr' },
    texts: fc.stringMatching(/^[0-9a-f]{2}(?::[0-9A-F]{2}){5}$/),
  },
  {
    sql: 'macaddr8',
    type: { kind: 'network', form: 'macaddr8' },
    texts: fc.stringMatching(/^[0-9a-f]{2}(?:-[0-9A-F]{2}){7}$/),
  },
  {
    sql: 'int8[]',
    type: { kind: 'array', element: { kind: 'integer', bits: 64 } },
    texts: arrayOf(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  },
  {
    sql: 'numeric[]',
    type: { kind: 'array', element: { kind: 'numeric' } },
    texts: arrayOf(fc.oneof(numericText, fc.constantFrom('NaN', 'Infinity'))),
  },
  {
    sql: 'float8[]',
    type: { kind: 'array', element: { kind: 'float', bits: 64 } },
    texts: arrayOf(fc.double().map(String)),
  },
  {
    sql: 'boolean[]',
    type: { kind: 'array', element: { kind: 'boolean' } },
    texts: arrayOf(fc.constantFrom('t', 'f')),
  },
  {
    sql: 'text[]',
    type: { kind: 'array', element: { kind: 'text' } },
    texts: arrayOf(fc.oneof(words, fc.constantFrom('NULL', '', '{', ',', '"', '\\'))),
  },
  {
    sql: 'timestamptz[]',
    type: { kind: 'array', element: { kind: 'timestamp', zone: true } },
    texts: arrayOf(fc.tuple(timestampText, offsetText).map(([[text, era], offset]) => text + offset + era)),
  },
  {
    sql: 'bytea[]',
    type: { kind: 'array', element: { kind: 'bytes' } },
    texts: arrayOf(fc.stringMatching(/^(?:[0-9a-f]{2}){0,6}$/).map((hex) => `\\x${hex}`)),
  },
  {
    sql: 'jsonb[]',
    type: { kind: 'array', element: { kind: 'json', binary: true } },
    texts: arrayOf(jsonText),
  },
  {
    sql: 'int4range',
    type: { kind: 'opaque', name: 'int4range' },
    texts: fc.constantFrom('[1,5)', 'empty', '(,)', '[3,)'),
  },
  {
    sql: 'tsvector',
    type: { kind: 'opaque', name: 'tsvector' },
    texts: fc.constantFrom("'a' 'b':2A", '', "'it''s'"),
  },
];
