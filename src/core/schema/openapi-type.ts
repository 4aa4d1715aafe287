import type { LogicalType } from './logical-type.ts';
import type { PostgresType } from './postgres-type.ts';
import { logicalTypeOf } from './postgres-type.ts';

/** How `format_type` spells the types whose `typname` is another (Postgres's format_type.c). */
const SPELLINGS: Readonly<Record<string, string>> = {
  '"char"': 'char',
  bigint: 'int8',
  bit: 'bit',
  'bit varying': 'varbit',
  boolean: 'bool',
  character: 'bpchar',
  'character varying': 'varchar',
  'double precision': 'float8',
  integer: 'int4',
  real: 'float4',
  smallint: 'int2',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

/** What the modifier of a character type counts beside its length. */
const HEADER = 4;

/**
 * A type as PostgREST's OpenAPI describes it: `format` is `format_type` without a modifier, whose length is in
 * `maxLength`, and `enum` lists the labels of an enum (not those of an array of enums). Domains came as their bases.
 */
export function openApiType(
  format: string,
  maxLength: number | undefined,
  labels: readonly string[] | undefined,
): LogicalType {
  if (format.endsWith('[]'))
    return { kind: 'array', element: openApiType(format.slice(0, -2), undefined, undefined) };
  const { schema, name } = splitQualified(format);
  const type: PostgresType = {
    schema,
    name: SPELLINGS[name] ?? name,
    kind: labels ? 'enum' : 'base',
    // Supabase installs extensions into this schema; their types are known by name alone.
    extension: schema === 'extensions',
    ...(labels && { values: labels }),
  };
  return logicalTypeOf(type, maxLength === undefined ? -1 : maxLength + HEADER);
}

/** `public.mood`, `"My Schema"."My Enum"` or a bare `integer`, which is one of pg_catalog unless it is an extension's. */
function splitQualified(format: string): { readonly schema: string; readonly name: string } {
  const parts = /^("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^".]+)$/.exec(format);
  if (parts?.[1] === undefined || parts[2] === undefined) {
    return { schema: format === 'citext' ? 'extensions' : 'pg_catalog', name: format };
  }
  return { schema: unquoted(parts[1]), name: unquoted(parts[2]) };
}

function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
