import type { KitInstallation } from '../../core/kit-port.ts';
import { CATALOG_FUNCTION } from '../kit/catalog-function-sql.ts';
import { installedKit, withoutStatus } from '../kit/installed-kit.ts';
import { callKit, type KitCall } from './call-kit.ts';
import type { RestAnswer } from './rest-client.ts';
import type { RestSession } from './rest-session.ts';
import { requestRest } from './rest-session.ts';

/** The first contact with a project: whether it answers as one, and whether its kit does. */
export interface Contact {
  /** True when the kit's description of the catalog is there and this key may use it, which only `service_role` may. */
  readonly describes: boolean;
  /** True when the whole kit is there, and ours. */
  readonly kit: boolean;
  /** The server's time in its `Date` header, or ours. */
  readonly time: Date;
  readonly latencyMilliseconds: number;
  /** What the kit said, for the version of the server. */
  readonly document: unknown;
}

/** The function is not there, or its schema is not exposed. */
const ABSENT: ReadonlySet<string> = new Set(['PGRST202', '42883', 'PGRST106']);

/** The key may not execute it either. */
const WITHOUT_KIT: ReadonlySet<string> = new Set([...ABSENT, '42501']);

/** The function is there, and something that it needs is not. */
const BROKEN: ReadonlySet<string> = new Set(['42P01', '42703', '42704', '3F000', '42883']);

/**
 * Calls the kit's function for no schema at all, which costs the server nothing, and asks the kit how it stands. Throws
 * SynclineErrors of the REMOTE_ family when the URL is no project, the key is refused, or the server cannot be reached.
 */
export async function contactProject(session: RestSession, signal: AbortSignal): Promise<Contact> {
  const answer = await requestCatalogDocument(session, [], signal);
  const describes = answer.status < 300;
  const date = Date.parse(answer.headers.get('date') ?? '');
  return {
    describes,
    kit: describes && (await isUsable(session, signal)),
    time: new Date(Number.isNaN(date) ? session.clock() : date),
    latencyMilliseconds: Math.round(answer.milliseconds * 10) / 10,
    document: describes ? answer.data : undefined,
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

const STATUS: KitCall = { function: 'status', activity: 'asking how the kit stands' };

async function isUsable(session: RestSession, signal: AbortSignal): Promise<boolean> {
  const accept = ({ code }: RestAnswer): boolean => WITHOUT_KIT.has(code) || BROKEN.has(code);
  const answer = await callKit(session, STATUS, signal, { accept });
  return answer.status < 300 && installedKit(answer.data).state === 'current';
}

/** How the kit stands. Throws REMOTE_FORBIDDEN for a key that may not ask it, and others of the REMOTE_ family. */
export async function kitStatus(session: RestSession, signal: AbortSignal): Promise<KitInstallation> {
  const status = await callKit(session, STATUS, signal, {
    accept: ({ code }) => ABSENT.has(code) || BROKEN.has(code),
  });
  if (status.status < 300) return installedKit(status.data);
  if (!ABSENT.has(status.code)) return withoutStatus('partial');
  const activity = 'looking for the kit';
  const isThere = async (call: KitCall): Promise<boolean> =>
    !ABSENT.has((await callKit(session, call, signal, { accept: ({ code }) => WITHOUT_KIT.has(code) })).code);
  // Before it had versions, the kit was the description of the catalog alone.
  if (await isThere({ function: 'position', activity })) return withoutStatus('partial');
  const described = await isThere({ function: 'catalog', parameters: () => ({ schemas: [] }), activity });
  return withoutStatus(described ? 'older' : 'absent');
}
