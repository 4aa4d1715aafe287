import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { isManagedSchema } from '../../core/schema/managed-schemas.ts';
import type { Catalog, Table } from '../../core/schema/model.ts';
import { parseOpenApiTables } from '../../core/schema/openapi-catalog.ts';
import { tablePath } from './count-rows.ts';
import { requestCatalogDocument } from './kit.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** Requests that ask whether a name is a view go out so many at a time. */
const VIEW_QUESTIONS_AT_ONCE = 6;

/** PostgREST puts no schema of this name among its answers, and lists those that it has. */
const NO_SCHEMA = 'syncline asks which schemas are exposed';

/**
 * The catalog: whole from the kit's function when it is there, else what PostgREST's OpenAPI tells (`partial`). Without
 * `schemas`, those that the API exposes and nobody manages. Throws SynclineErrors of the REMOTE_ family, or CANCELLED.
 */
export async function readCatalog(
  session: RestSession,
  schemas: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Catalog> {
  const chosen = schemas ?? (await exposedSchemas(session, signal));
  const answer = await requestCatalogDocument(session, chosen, signal);
  if (answer.status < 300) return parseCatalogDocument(answer.data);
  const described: Table[] = [];
  for (const schema of chosen) described.push(...(await describedTables(session, schema, signal)));
  return { completeness: 'partial', tables: await withoutViews(session, described, signal) };
}

async function describedTables(
  session: RestSession,
  schema: string,
  signal: AbortSignal,
): Promise<readonly Table[]> {
  const answer = await requestRest(
    session,
    () => ({ build: (client) => client.schema(schema).getOpenApiSpec() }),
    { activity: `reading the description of schema ${schema}` },
    signal,
  );
  return parseOpenApiTables(answer.data, schema);
}

/** OpenAPI lists views like tables; only a table's rows have a place (`ctid`), which costs nothing to ask for. */
async function withoutViews(
  session: RestSession,
  described: readonly Table[],
  signal: AbortSignal,
): Promise<readonly Table[]> {
  const kept: Table[] = [];
  for (let start = 0; start < described.length; start += VIEW_QUESTIONS_AT_ONCE) {
    const some = described.slice(start, start + VIEW_QUESTIONS_AT_ONCE);
    const views = await Promise.all(some.map((table) => isView(session, table, signal)));
    kept.push(...some.filter((_, index) => views[index] !== true));
  }
  return kept;
}

async function isView(session: RestSession, table: Table, signal: AbortSignal): Promise<boolean> {
  const { schema, name } = table.name;
  const answer = await requestRest(
    session,
    () => ({
      select: 'ctid',
      build: (client) => client.schema(schema).from(tablePath(table)).select('*').limit(0),
    }),
    { activity: `looking at ${name}` },
    signal,
    // A table that may not be read stays: whoever reads it is told.
    { accept: ({ code }) => code === '42703' || code === '42501' },
  );
  return answer.code === '42703';
}

async function exposedSchemas(session: RestSession, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await requestRest(
    session,
    () => ({ build: (client) => client.schema(NO_SCHEMA).from('tables').select('*').limit(0) }),
    { activity: 'asking which schemas are exposed' },
    signal,
    { accept: ({ code }) => code === 'PGRST106' },
  );
  return exposedSchemasFrom(answer.hint);
}

/** From PostgREST's `...: public, other`, in its hint (13) or its message (12 and before). */
function exposedSchemasFrom(saying: string): readonly string[] {
  const list = /(?:exposed|following): (.+)$/.exec(saying)?.[1] ?? 'public';
  return list
    .split(',')
    .map((schema) => schema.trim())
    .filter((schema) => schema !== '' && !isManagedSchema(schema));
}
