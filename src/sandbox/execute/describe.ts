import { openApiDocument } from '../openapi/document.ts';
import { negotiateDescription } from '../plan/negotiate.ts';
import { typeHeaders } from '../response/data-response.ts';
import type { Response } from '../response/response.ts';
import { NO_BODY } from '../response/response.ts';
import { tableKey } from '../schema/model.ts';
import { bound, sql } from '../sql/fragment.ts';
import type { Context } from './context.ts';
import { inTransaction } from './context.ts';
import { accessibleRoutines } from './accessible-routines.ts';

/** The root: an OpenAPI description of what the role may use. */
export async function describe(context: Context, host: string, headersOnly: boolean): Promise<Response> {
  const { request, cache } = context;
  negotiateDescription(request.accepted);
  const { schema } = request;
  const found = await inTransaction(context, { readOnly: true }, async (session) => {
    const tables = await session.run(sql`select c.relname as name from pg_class c
      where c.relnamespace = (select oid from pg_namespace where nspname = ${bound(schema)})
        and c.relkind in ('v', 'r', 'm', 'f', 'p') and not c.relispartition
        and (pg_has_role(c.relowner, 'usage')
          or has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
          or has_any_column_privilege(c.oid, 'select, insert, update, references'))`);
    const comments = await session.run(
      sql`select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = ${bound(schema)}`,
    );
    const routines = await accessibleRoutines(session, schema, cache);
    return { tables, routines, comment: comments[0]?.['comment'] ?? undefined };
  });
  const names = new Set(found.tables.map((row) => row['name']));
  const tables = [...cache.tables.values()].filter(
    (table) => table.schema === schema && names.has(table.name),
  );
  const document = openApiDocument({
    host,
    schemaComment: found.comment,
    tables,
    routines: found.routines,
    relationshipsOf: (table) => cache.relationships.get(tableKey(table)) ?? [],
  });
  const body = headersOnly ? NO_BODY : Buffer.from(JSON.stringify(document));
  return {
    status: 200,
    headers: [
      ...typeHeaders({ kind: 'openapi' }, request),
      ...(headersOnly ? [] : ([['Content-Length', String(body.length)]] as const)),
    ],
    body,
  };
}
