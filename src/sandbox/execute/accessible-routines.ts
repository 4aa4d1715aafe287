import type { Session } from '../database/database.ts';
import type { Routine, SchemaCache } from '../schema/model.ts';
import { bound, sql } from '../sql/fragment.ts';

/** The functions of a schema that the session's role may execute. */
export async function accessibleRoutines(
  session: Session,
  schema: string,
  cache: SchemaCache,
): Promise<readonly Routine[]> {
  const rows = await session.run(sql`select p.oid::text as oid from pg_proc p
    where p.pronamespace = (select oid from pg_namespace where nspname = ${bound(schema)})
      and has_function_privilege(p.oid, 'execute')`);
  const executable = new Set(rows.map((row) => row['oid']));
  return [...cache.routines.values()].flat().filter((routine) => executable.has(routine.oid));
}
