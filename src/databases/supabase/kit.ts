import type { RestAnswer } from './rest-client.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';
import { CATALOG_FUNCTION } from '../kit/catalog-function-sql.ts';

/** The first contact with a project: whether it answers as one, and whether its kit does. */
export interface Contact {
  /** True when the kit is installed and this key may use it, which only `service_role` may. */
  readonly kit: boolean;
  /** The server's time in its `Date` header, or ours. */
  readonly time: Date;
  readonly latencyMilliseconds: number;
  /** What the kit said, for the version of the server. */
  readonly document: unknown;
}

/** The function is not there, the key may not execute it, or its schema is not exposed. */
const WITHOUT_KIT: ReadonlySet<string> = new Set(['PGRST202', '42883', '42501', 'PGRST106']);

/**
 * Calls the kit's function for no schema at all, which costs the server nothing. Throws SynclineErrors of the REMOTE_
 * family when the URL is no project, the key is refused, or the server cannot be reached.
 */
export async function contactProject(session: RestSession, signal: AbortSignal): Promise<Contact> {
  const answer = await requestCatalogDocument(session, [], signal);
  const kit = answer.status < 300;
  const date = Date.parse(answer.headers.get('date') ?? '');
  return {
    kit,
    time: new Date(Number.isNaN(date) ? session.clock() : date),
    latencyMilliseconds: Math.round(answer.milliseconds * 10) / 10,
    document: kit ? answer.data : undefined,
  };
}

/** The kit's answer for some schemas (all but the managed ones for null), or PostgREST's that there is no kit. */
export function requestCatalogDocument(
  session: RestSession,
  schemas: readonly string[] | null,
  signal: AbortSignal,
): Promise<RestAnswer> {
  return requestRest(
    session,
    () => ({ build: (client) => client.rpc(CATALOG_FUNCTION, { schemas }) }),
    { activity: 'reading the catalog' },
    signal,
    { accept: (answer) => WITHOUT_KIT.has(answer.code) },
  );
}
