import { printArrayLiteral } from '../../values/array-text.ts';
import { parseInterval } from '../../values/interval-text.ts';
import { quoteLiteral } from '../identifiers.ts';
import type { LogicalType } from '../logical-type.ts';
import { cellLiteral, constantCell } from './constant.ts';
import type { Expression } from './syntax.ts';
import { translate } from './translate.ts';
import { meaningOf } from './type-meaning.ts';
import type { Scope } from './value.ts';
import { isKind, untranslatable } from './value.ts';

const INSTANTS = new Set([
  'now',
  'current_timestamp',
  'localtimestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'clock_timestamp',
]);

/** A version 4 uuid: SQLite has no function for it. */
const RANDOM_UUID = [
  'lower(hex(randomblob(4)))',
  "'-' || lower(hex(randomblob(2)))",
  "'-4' || substr(lower(hex(randomblob(2))), 2)",
  "'-' || substr('89ab', 1 + (random() & 3), 1) || substr(lower(hex(randomblob(2))), 2)",
  "'-' || lower(hex(randomblob(6)))",
].join(' || ');

const RANDOM_UUID_FUNCTIONS = new Set(['gen_random_uuid', 'uuid_generate_v4', 'uuidv4']);

/**
 * A column's default in SQLite's SQL, ready to stand after DEFAULT; undefined when it is NULL.
 * Throws Untranslatable with the reason.
 */
export function translateDefaultExpression(expression: Expression, type: LogicalType): string | undefined {
  const written = momentSql(expression, type) ?? randomSql(expression, type);
  if (written !== undefined) return `(${written})`;
  const array = type.kind === 'array' ? arrayLiteral(expression) : undefined;
  if (array !== undefined) return cellLiteral(constantCell(array, type));
  const nothing: Scope = { columnByName: new Map(), mentioned: new Set() };
  const value = translate(expression, nothing);
  if (value.sql === 'NULL') return undefined;
  if (value.constant !== undefined) return cellLiteral(constantCell(value.constant, type));
  const isSameCell = ['integer', 'boolean', 'uuid', 'text'].includes(type.kind) && isKind(value, type.kind);
  return isSameCell
    ? `(${value.sql})`
    : untranslatable('it computes a value that SQLite would write otherwise');
}

/** `now()`, `CURRENT_DATE`, `now() + '7 days'`, as the canonical text of the column's type. */
function momentSql(expression: Expression, type: LogicalType): string | undefined {
  const moment = momentOf(expression);
  if (moment === undefined) return undefined;
  const modifiers = ["'now'", ...moment.modifiers.map(quoteLiteral)].join(', ');
  const written = (format: string) => `strftime('${format}', ${modifiers})`;
  if (type.kind === 'date' && moment.part !== 'time') return written('%Y-%m-%d');
  if (type.kind === 'time' && !type.zone && moment.part !== 'date') return written('%H:%M:%f000');
  if (type.kind === 'timestamp' && moment.part === 'whole') {
    return written(type.zone ? '%Y-%m-%dT%H:%M:%f000Z' : '%Y-%m-%dT%H:%M:%f000');
  }
  return untranslatable('it makes something of the current time that SQLite does not');
}

interface Moment {
  /** What casts have left of it. */
  readonly part: 'whole' | 'date' | 'time';
  /** SQLite's date modifiers. */
  readonly modifiers: readonly string[];
}

/** The moment that an expression means, in UTC, which is the time zone of every Supabase project unless altered. */
function momentOf(expression: Expression): Moment | undefined {
  switch (expression.kind) {
    case 'call': {
      if (expression.name === 'timezone') return inZone(expression.args);
      if (expression.name === 'current_date') return { part: 'date', modifiers: [] };
      if (expression.name === 'current_time' || expression.name === 'localtime') {
        return { part: 'time', modifiers: [] };
      }
      return INSTANTS.has(expression.name) ? { part: 'whole', modifiers: [] } : undefined;
    }
    case 'cast': {
      const moment = momentOf(expression.operand);
      if (moment === undefined) return undefined;
      const { kind } = meaningOf(expression.type);
      if (kind === 'timestamp')
        return moment.part === 'whole' ? moment : untranslatable('it cuts the current time');
      return kind === 'date' || kind === 'time'
        ? { ...moment, part: kind }
        : untranslatable('it writes the current time as something else');
    }
    case 'binary': {
      const moment = momentOf(expression.left);
      if (moment === undefined || !['+', '-'].includes(expression.operator)) return undefined;
      const modifiers = intervalModifiers(expression.right, expression.operator === '-');
      return { ...moment, modifiers: [...moment.modifiers, ...modifiers] };
    }
    default:
      return undefined;
  }
}

function inZone([zone, moment]: readonly Expression[]): Moment | undefined {
  const inner = zone?.kind === 'cast' ? zone.operand : zone;
  const found = moment === undefined ? undefined : momentOf(moment);
  if (found === undefined) return undefined;
  const isUtc = inner?.kind === 'string' && /^(?:etc\/)?(?:utc|gmt)$/i.test(inner.value);
  return isUtc ? found : untranslatable('it takes the time of another zone');
}

/** A constant interval without months, whose length SQLite would count otherwise. */
function intervalModifiers(expression: Expression, subtracted: boolean): readonly string[] {
  const inner = expression.kind === 'cast' ? expression.operand : expression;
  const interval = inner.kind === 'string' ? parseInterval(inner.value) : undefined;
  if (interval?.months !== 0n || interval.microseconds % 1_000_000n !== 0n) {
    return untranslatable('it adds to the current time what SQLite would count otherwise');
  }
  const signed = (amount: bigint) => (subtracted ? -amount : amount);
  const modifier = (amount: bigint, unit: string) =>
    amount === 0n ? [] : [`${amount > 0n ? '+' : ''}${amount} ${unit}`];
  return [
    ...modifier(signed(interval.days), 'days'),
    ...modifier(signed(interval.microseconds / 1_000_000n), 'seconds'),
  ];
}

/** `gen_random_uuid()`, `encode(gen_random_bytes(16), 'hex')`. */
function randomSql(expression: Expression, type: LogicalType): string | undefined {
  if (expression.kind === 'cast') {
    const { kind } = meaningOf(expression.type);
    return kind === 'text' || kind === 'uuid' ? randomSql(expression.operand, type) : undefined;
  }
  if (expression.kind !== 'call') return undefined;
  const isTextual = type.kind === 'uuid' || (type.kind === 'text' && type.maxLength === undefined);
  if (RANDOM_UUID_FUNCTIONS.has(expression.name) && isTextual) return RANDOM_UUID;
  if (expression.name !== 'encode' || type.kind !== 'text') return undefined;
  const [bytes, format] = expression.args;
  const size = bytes?.kind === 'call' && bytes.name === 'gen_random_bytes' ? bytes.args[0] : undefined;
  const inner = format?.kind === 'cast' ? format.operand : format;
  if (size?.kind !== 'number' || inner?.kind !== 'string' || inner.value !== 'hex') return undefined;
  return `lower(hex(randomblob(${size.text})))`;
}

/** `ARRAY['a', 'b']` as Postgres's array constant; undefined for other expressions. */
function arrayLiteral(expression: Expression): string | undefined {
  if (expression.kind === 'cast' && expression.operand.kind !== 'string')
    return arrayLiteral(expression.operand);
  if (expression.kind !== 'array') return undefined;
  const nothing: Scope = { columnByName: new Map(), mentioned: new Set() };
  const values = expression.items.map((item) => {
    const value = translate(item, nothing);
    if (value.sql === 'NULL') return null;
    return value.constant ?? untranslatable('it makes an array of computed elements');
  });
  return printArrayLiteral({ values }, ',');
}
