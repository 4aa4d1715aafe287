import { accessSql } from './schema/access-sql.ts';
import { indexesAndCodeSql } from './schema/indexes-and-code-sql.ts';
import { tablesSql } from './schema/tables-sql.ts';

/**
 * The schema of a scout group's production database, for PostgreSQL 15 to 18 and PGlite: one script for schema
 * `public`. The roles anon, authenticated and service_role must exist, as they do in every Supabase project.
 */
export const demoSchemaSql: string = tablesSql + indexesAndCodeSql + accessSql;
