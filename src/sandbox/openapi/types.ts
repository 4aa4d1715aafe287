const SWAGGER_TYPES: Readonly<Record<string, string | undefined>> = {
  'character varying': 'string',
  character: 'string',
  text: 'string',
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  json: undefined,
  jsonb: undefined,
};

/** The Swagger type for a type of PostgreSQL; json may be anything, so it has none. */
export function swaggerType(type: string): string | undefined {
  if (type in SWAGGER_TYPES) return SWAGGER_TYPES[type];
  return type.endsWith('[]') ? 'array' : 'string';
}

/** What an array's members are. */
export function swaggerItems(type: string): { readonly type: string | undefined } | undefined {
  return swaggerType(type) === 'array' ? { type: swaggerType(type.slice(0, -2)) } : undefined;
}
