/**
 * Schemas that Supabase or one of its extensions manages. They are never pulled, compared or migrated unless somebody
 * names them (https://supabase.com/docs/guides/database/tables#schemas, and the schema lists of the Supabase CLI).
 */
const MANAGED_SCHEMAS: ReadonlySet<string> = new Set([
  '_analytics',
  '_realtime',
  '_supavisor',
  'auth',
  'cron',
  'extensions',
  'graphql',
  'graphql_public',
  'information_schema',
  'net',
  'pgbouncer',
  'pgsodium',
  'pgsodium_masks',
  'pgtle',
  'realtime',
  'storage',
  'syncline',
  'vault',
]);

/** Prefixes of managed schemas: `supabase_migrations`, `supabase_functions`, and Postgres's own `pg_*`. */
const MANAGED_PREFIXES = ['supabase_', 'pg_'] as const;

/** True when a schema belongs to Supabase, to Postgres or to Syncline itself. */
export function isManagedSchema(schema: string): boolean {
  return MANAGED_SCHEMAS.has(schema) || MANAGED_PREFIXES.some((prefix) => schema.startsWith(prefix));
}

/** The same rule as a condition in SQL over an expression that gives a schema's name. Safe under `search_path = ''`. */
export function managedSchemaCondition(nameExpression: string): string {
  const names = [...MANAGED_SCHEMAS].map((name) => `'${name}'`).join(', ');
  const prefixes = MANAGED_PREFIXES.map(
    (prefix) => `pg_catalog.starts_with(${nameExpression}::text, '${prefix}')`,
  );
  return `(${nameExpression} in (${names}) or ${prefixes.join(' or ')})`;
}
