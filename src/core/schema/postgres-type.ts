import type { LogicalType } from './logical-type.ts';

/** A type of pg_type, as far as its meaning depends on it. */
export interface PostgresType {
  readonly schema: string;
  /** `typname`: `int4`, `bpchar`, `mood`. */
  readonly name: string;
  readonly kind: 'base' | 'composite' | 'domain' | 'enum' | 'multirange' | 'pseudo' | 'range';
  /** True when an extension owns it: its name means the same in whichever schema it was installed. */
  readonly extension: boolean;
  /** Of an array: the type of its elements. */
  readonly element?: PostgresType;
  /** Of a domain: what it was made of, with that type's modifier. */
  readonly base?: { readonly type: PostgresType; readonly modifier: number };
  /** Of an enum: its labels, in their order. */
  readonly values?: readonly string[];
}

/** Bytes that `atttypmod` counts beside the declared length (VARHDRSZ). */
const HEADER = 4;

/** Longest `name`: NAMEDATALEN - 1. */
const NAME_LENGTH = 63;

/** The types of pg_catalog that mean the same with every modifier. */
const PLAIN_TYPES: Readonly<Record<string, LogicalType>> = {
  bool: { kind: 'boolean' },
  int2: { kind: 'integer', bits: 16 },
  int4: { kind: 'integer', bits: 32 },
  int8: { kind: 'integer', bits: 64 },
  // Unsigned 32 bits, beyond what 32 signed ones hold.
  oid: { kind: 'integer', bits: 64 },
  float4: { kind: 'float', bits: 32 },
  float8: { kind: 'float', bits: 64 },
  text: { kind: 'text' },
  char: { kind: 'text', maxLength: 1 },
  name: { kind: 'text', maxLength: NAME_LENGTH },
  uuid: { kind: 'uuid' },
  date: { kind: 'date' },
  time: { kind: 'time', zone: false },
  timetz: { kind: 'time', zone: true },
  timestamp: { kind: 'timestamp', zone: false },
  timestamptz: { kind: 'timestamp', zone: true },
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
 * What a type means, with a column's modifier (`atttypmod`, -1 for none). A domain means what its base means; a type
 * without a meaning of its own in Syncline is opaque and keeps Postgres's text.
 */
export function logicalTypeOf(type: PostgresType, modifier: number): LogicalType {
  if (type.base) return logicalTypeOf(type.base.type, type.base.modifier);
  // An array's modifier is its element's: varchar(5)[].
  if (type.element) return { kind: 'array', element: logicalTypeOf(type.element, modifier) };
  if (type.kind === 'enum') return { kind: 'enum', name: typeName(type), values: type.values ?? [] };
  if (type.kind !== 'base') return { kind: 'opaque', name: typeName(type) };
  if (type.name === 'citext' && type.schema !== 'pg_catalog') return { kind: 'text', caseInsensitive: true };
  if (type.schema !== 'pg_catalog') return { kind: 'opaque', name: typeName(type) };
  switch (type.name) {
    case 'varchar':
      return { kind: 'text', ...declaredLength(modifier) };
    case 'bpchar':
      return { kind: 'text', padded: true, ...declaredLength(modifier) };
    case 'numeric':
      return numericOf(modifier);
    default:
      return (
        (Object.hasOwn(PLAIN_TYPES, type.name) ? PLAIN_TYPES[type.name] : undefined) ?? {
          kind: 'opaque',
          name: type.name,
        }
      );
  }
}

/** How people name a type: bare where that is clear, with its schema where it is somebody's own. */
export function typeName(type: PostgresType): string {
  const bare = type.schema === 'pg_catalog' || type.schema === 'public' || type.extension;
  return bare ? type.name : `${type.schema}.${type.name}`;
}

function declaredLength(modifier: number): { readonly maxLength?: number } {
  return modifier < HEADER ? {} : { maxLength: modifier - HEADER };
}

/** The inverse of make_numeric_typmod (utils/adt/numeric.c): 16 bits of precision, 11 of scale in two's complement. */
function numericOf(modifier: number): LogicalType {
  if (modifier < HEADER) return { kind: 'numeric' };
  const packed = modifier - HEADER;
  return { kind: 'numeric', precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}
