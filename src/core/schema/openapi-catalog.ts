import { z } from 'zod';
import { SynclineError } from '../errors.ts';
import type { Column, ForeignKey, Table } from './model.ts';
import { openApiType } from './openapi-type.ts';

/** The part of PostgREST's OpenAPI (Swagger 2.0) document that describes tables: PostgREST's Response/OpenAPI.hs. */
const propertySchema = z.object({
  format: z.string().default('text'),
  description: z.string().optional(),
  maxLength: z.int().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
});

const definitionSchema = z.object({
  description: z.string().optional(),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), propertySchema).default({}),
});

const documentSchema = z.object({
  swagger: z.string(),
  definitions: z.record(z.string(), definitionSchema).default({}),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

type Property = z.infer<typeof propertySchema>;
type Definition = z.infer<typeof definitionSchema>;

const PRIMARY_KEY_NOTE = '<pk/>';
const FOREIGN_KEY_NOTE = /<fk table='(.*)' column='(.*)'\/>/;
/** What PostgREST appends to a column's own comment. */
const NOTES = /(?:^|\n\n)Note:\n(?=This is a (?:Primary|Foreign) Key)[\s\S]*$/;

/**
 * The tables in PostgREST's OpenAPI document of one schema. They are described in part: no unique or check constraints,
 * no indexes, foreign keys of one column only, primary keys in the order of the columns, `numeric` without precision.
 * Views that take writes are indistinguishable from tables; those that take none are left out.
 *
 * Throws REMOTE_PROTOCOL when the document is not PostgREST's.
 */
export function parseOpenApiTables(json: unknown, schema: string): readonly Table[] {
  const parsed = documentSchema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new SynclineError('REMOTE_PROTOCOL', `The API's description is not PostgREST's, at "${place}".`, {
      place,
    });
  }
  const { definitions, paths } = parsed.data;
  return Object.entries(definitions)
    .filter(([name]) => !isReadOnly(paths[`/${name}`]))
    .map(([name, definition]) => tableFrom(schema, name, definition))
    .sort((a, b) => (a.name.name < b.name.name ? -1 : 1));
}

function isReadOnly(operations: Readonly<Record<string, unknown>> | undefined): boolean {
  return operations !== undefined && !('post' in operations);
}

function tableFrom(schema: string, name: string, definition: Definition): Table {
  const properties = Object.entries(definition.properties);
  const required = new Set(definition.required);
  const key = properties
    .filter(([, property]) => property.description?.includes(PRIMARY_KEY_NOTE) === true)
    .map(([column]) => column);
  return {
    name: { schema, name },
    columns: properties.map(([column, property]) => columnFrom(column, property, !required.has(column))),
    ...(key.length > 0 && { primaryKey: { name: `${name}_pkey`, columns: key } }),
    uniques: [],
    checks: [],
    foreignKeys: properties.flatMap(([column, property]) => foreignKeysFrom(schema, name, column, property)),
    indexes: [],
    rowSecurity: false,
    ...(definition.description !== undefined && { comment: definition.description }),
  };
}

function columnFrom(name: string, property: Property, nullable: boolean): Column {
  const comment = property.description?.replace(NOTES, '');
  const defaultExpression = defaultFrom(property);
  return {
    name,
    type: openApiType(property.format, property.maxLength, property.enum),
    postgresType: property.format + (property.maxLength === undefined ? '' : `(${property.maxLength})`),
    nullable,
    ...(defaultExpression !== undefined && { defaultExpression }),
    ...(comment !== undefined && comment !== '' && { comment }),
  };
}

/** PostgREST names only the table that is referred to; it is looked for in the same schema. */
function foreignKeysFrom(
  schema: string,
  table: string,
  column: string,
  property: Property,
): readonly ForeignKey[] {
  const [, referencedTable, referencedColumn] = FOREIGN_KEY_NOTE.exec(property.description ?? '') ?? [];
  if (referencedTable === undefined || referencedColumn === undefined) return [];
  return [
    {
      name: `${table}_${column}_fkey`,
      columns: [column],
      references: { table: { schema, name: referencedTable }, columns: [referencedColumn] },
      onDelete: 'no action',
      onUpdate: 'no action',
    },
  ];
}

/**
 * PostgREST strips the quotes and the cast of a literal default (`'ok'::mood` comes as `ok`) and leaves other expressions
 * as they are, so the two look alike: what reads like a call or a keyword is an expression, the rest a literal.
 */
function defaultFrom(property: Property): string | undefined {
  const value = property.default;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const isExpression = /^[\w."]+\(.*\)|^CURRENT_|^LOCAL|::/.test(value);
  return isExpression ? value : `'${value.replaceAll("'", "''")}'::${property.format}`;
}
