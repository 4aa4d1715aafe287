import { z } from 'zod';
import { SynclineError } from '../errors.ts';
import { domainCheckForColumn, withoutOuterParentheses } from './check-expression.ts';
import type {
  Catalog,
  CheckConstraint,
  Column,
  ForeignKey,
  Index,
  ReferentialAction,
  Table,
} from './model.ts';
import type { PostgresType } from './postgres-type.ts';
import { logicalTypeOf, typeName } from './postgres-type.ts';

/** What `databases/kit/catalog-sql.ts` answers: one document for the whole catalog. */
const checkSchema = z.object({ name: z.string(), expression: z.string(), notValid: z.boolean() });

const typeSchema = z.object({
  id: z.string(),
  schema: z.string(),
  name: z.string(),
  /** `pg_type.typtype`. */
  kind: z.enum(['b', 'c', 'd', 'e', 'm', 'p', 'r']),
  extension: z.boolean(),
  element: z.string().nullable(),
  base: z.string().nullable(),
  baseModifier: z.int(),
  notNull: z.boolean(),
  default: z.string().nullable(),
  values: z.array(z.string()).nullable(),
  checks: z.array(checkSchema).nullable(),
});

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  modifier: z.int(),
  formatted: z.string(),
  notNull: z.boolean(),
  default: z.string().nullable(),
  generated: z.string().nullable(),
  /** `pg_attribute.attidentity`. */
  identity: z.enum(['', 'a', 'd']),
  comment: z.string().nullable(),
});

const action = z.enum(['a', 'r', 'c', 'n', 'd']);

const tableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  comment: z.string().nullable(),
  rowSecurity: z.boolean(),
  estimatedRows: z.number().nullable(),
  columns: z.array(columnSchema),
  keys: z.array(
    z.object({
      kind: z.enum(['p', 'u']),
      name: z.string(),
      columns: z.array(z.string()),
      nullsNotDistinct: z.boolean(),
    }),
  ),
  checks: z.array(checkSchema),
  foreignKeys: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
      schema: z.string(),
      table: z.string(),
      referenced: z.array(z.string()),
      onDelete: action,
      onUpdate: action,
      notValid: z.boolean(),
    }),
  ),
  indexes: z.array(
    z.object({
      name: z.string(),
      unique: z.boolean(),
      method: z.string(),
      keys: z.array(
        z.object({
          column: z.string().nullable(),
          expression: z.string().nullable(),
          descending: z.boolean(),
        }),
      ),
      predicate: z.string().nullable(),
    }),
  ),
});

const documentSchema = z.object({
  format: z.literal(1),
  serverVersion: z.string(),
  types: z.array(typeSchema),
  tables: z.array(tableSchema),
});

type TypeEntry = z.infer<typeof typeSchema>;
type ColumnEntry = z.infer<typeof columnSchema>;
type TableEntry = z.infer<typeof tableSchema>;

const KINDS: Readonly<Record<TypeEntry['kind'], PostgresType['kind']>> = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  m: 'multirange',
  p: 'pseudo',
  r: 'range',
};

const ACTIONS: Readonly<Record<z.infer<typeof action>, ReferentialAction>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

/**
 * The catalog in a document of the catalog query. Throws REMOTE_PROTOCOL when the document has another shape, naming the
 * place: a kit of another version may have answered.
 */
export function parseCatalogDocument(json: unknown): Catalog {
  const parsed = documentSchema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new SynclineError(
      'REMOTE_PROTOCOL',
      `The description of the catalog is not understood at "${place}".`,
      {
        place,
      },
    );
  }
  const { types, tables, serverVersion } = parsed.data;
  const entries = new Map(types.map((type) => [type.id, type]));
  return {
    completeness: 'full',
    // Distributions append their own words: "15.18 (Debian 15.18-0+deb12u1)".
    serverVersion: `PostgreSQL ${serverVersion.split(' ')[0] ?? serverVersion}`,
    tables: tables.map((table) => tableFrom(table, entries)),
  };
}

type TypeEntries = ReadonlyMap<string, TypeEntry>;

function entryOf(entries: TypeEntries, id: string): TypeEntry {
  const entry = entries.get(id);
  if (!entry)
    throw new SynclineError('REMOTE_PROTOCOL', `The catalog names a type ${id} and does not describe it.`);
  return entry;
}

function typeFrom(entries: TypeEntries, id: string): PostgresType {
  const entry = entryOf(entries, id);
  return {
    schema: entry.schema,
    name: entry.name,
    kind: KINDS[entry.kind],
    extension: entry.extension,
    ...(entry.element !== null && { element: typeFrom(entries, entry.element) }),
    ...(entry.base !== null && {
      base: { type: typeFrom(entries, entry.base), modifier: entry.baseModifier },
    }),
    ...(entry.values !== null && { values: entry.values }),
  };
}

/** A domain and the domains it is made of, outermost first. */
function domainsOf(entries: TypeEntries, id: string): readonly TypeEntry[] {
  const domains: TypeEntry[] = [];
  for (let entry = entryOf(entries, id); entry.base !== null; entry = entryOf(entries, entry.base))
    domains.push(entry);
  return domains;
}

function tableFrom(table: TableEntry, entries: TypeEntries): Table {
  const primary = table.keys.find((key) => key.kind === 'p');
  return {
    name: { schema: table.schema, name: table.name },
    columns: table.columns.map((column) => columnFrom(column, entries)),
    ...(primary && { primaryKey: { name: primary.name, columns: primary.columns } }),
    uniques: table.keys
      .filter((key) => key.kind === 'u')
      .map(({ name, columns, nullsNotDistinct }) => ({ name, columns, nullsNotDistinct })),
    checks: [
      ...table.checks.map((check) => checkFrom(check.name, check.expression, check.notValid)),
      ...table.columns.flatMap((column) => domainChecks(column, entries)),
    ],
    foreignKeys: table.foreignKeys.map(foreignKeyFrom),
    indexes: table.indexes.map(indexFrom),
    rowSecurity: table.rowSecurity,
    ...(table.comment !== null && { comment: table.comment }),
    ...(table.estimatedRows !== null && { estimatedRows: table.estimatedRows }),
  };
}

function columnFrom(column: ColumnEntry, entries: TypeEntries): Column {
  const type = typeFrom(entries, column.type);
  const domains = domainsOf(entries, column.type);
  const defaultExpression =
    column.default ?? (column.generated === null ? domains[0]?.default : null) ?? null;
  return {
    name: column.name,
    type: logicalTypeOf(type, column.modifier),
    postgresType: column.formatted,
    ...(domains.length > 0 && { domain: typeName(type) }),
    nullable: !column.notNull && !domains.some((domain) => domain.notNull),
    ...(defaultExpression !== null && { defaultExpression }),
    ...(column.generated !== null && { generatedExpression: column.generated }),
    ...(column.identity !== '' && { identity: column.identity === 'a' ? 'always' : 'by default' }),
    ...(column.comment !== null && { comment: column.comment }),
  };
}

/** What the domains of a column demand of it, named after the column as Postgres names a column's own checks. */
function domainChecks(column: ColumnEntry, entries: TypeEntries): readonly CheckConstraint[] {
  return domainsOf(entries, column.type).flatMap((domain) =>
    (domain.checks ?? []).map((check) =>
      checkFrom(
        `${column.name}_${check.name}`,
        domainCheckForColumn(check.expression, column.name),
        check.notValid,
      ),
    ),
  );
}

function checkFrom(name: string, expression: string, notValid: boolean): CheckConstraint {
  return {
    name,
    expression: withoutOuterParentheses(expression),
    ...(notValid && { notValid: true as const }),
  };
}

function foreignKeyFrom(key: TableEntry['foreignKeys'][number]): ForeignKey {
  return {
    name: key.name,
    columns: key.columns,
    references: { table: { schema: key.schema, name: key.table }, columns: key.referenced },
    onDelete: ACTIONS[key.onDelete],
    onUpdate: ACTIONS[key.onUpdate],
    ...(key.notValid && { notValid: true as const }),
  };
}

function indexFrom(index: TableEntry['indexes'][number]): Index {
  return {
    name: index.name,
    unique: index.unique,
    method: index.method,
    keys: index.keys.map((key) =>
      key.column === null
        ? { expression: key.expression ?? '' }
        : { column: key.column, descending: key.descending },
    ),
    ...(index.predicate !== null && { predicate: index.predicate }),
  };
}
