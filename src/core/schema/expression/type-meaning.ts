import type { LogicalType } from '../logical-type.ts';
import type { TypeName } from './syntax.ts';

const PLAIN: Readonly<Record<string, LogicalType>> = {
  boolean: { kind: 'boolean' },
  smallint: { kind: 'integer', bits: 16 },
  integer: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  real: { kind: 'float', bits: 32 },
  'double precision': { kind: 'float', bits: 64 },
  text: { kind: 'text' },
  uuid: { kind: 'uuid' },
  date: { kind: 'date' },
  time: { kind: 'time', zone: false },
  'time without time zone': { kind: 'time', zone: false },
  'time with time zone': { kind: 'time', zone: true },
  timestamp: { kind: 'timestamp', zone: false },
  'timestamp without time zone': { kind: 'timestamp', zone: false },
  'timestamp with time zone': { kind: 'timestamp', zone: true },
  interval: { kind: 'interval' },
  json: { kind: 'json', binary: false },
  jsonb: { kind: 'json', binary: true },
  bytea: { kind: 'bytes' },
  inet: { kind: 'network', form: 'inet' },
  cidr: { kind: 'network', form: 'cidr' },
  macaddr: { kind: 'network', form: 'macaddr' },
  macaddr8: { kind: 'network', form: 'macaddr8' },
};

/**
 * What a type's name in an expression means. A name that is not Postgres's own may be an enum, whose constants compare
 * by their text: it is opaque.
 */
export function meaningOf(name: TypeName): LogicalType {
  const element = elementMeaning(name);
  return name.isArray ? { kind: 'array', element } : element;
}

function elementMeaning({ schema, name, modifiers }: TypeName): LogicalType {
  const [first, second] = modifiers;
  if (name === 'citext') return { kind: 'text', caseInsensitive: true };
  if (schema !== undefined && schema !== 'pg_catalog') return { kind: 'opaque', name: `${schema}.${name}` };
  switch (name) {
    case 'numeric':
      return first === undefined
        ? { kind: 'numeric' }
        : { kind: 'numeric', precision: first, scale: second ?? 0 };
    case 'character varying':
      return { kind: 'text', ...(first === undefined ? {} : { maxLength: first }) };
    case 'character':
    case 'bpchar':
      return { kind: 'text', padded: true, ...(first === undefined ? {} : { maxLength: first }) };
    default: {
      // A precision of times rounds what it is applied to: nothing to compare constants by.
      const isPlain = Object.hasOwn(PLAIN, name) && modifiers.length === 0;
      return (isPlain ? PLAIN[name] : undefined) ?? { kind: 'opaque', name };
    }
  }
}
