import { SynclineError } from '../../core/errors.ts';
import type { KitInstallation } from '../../core/kit-port.ts';
import { installedKit, withoutStatus } from '../kit/installed-kit.ts';
import { KIT_RPC, PUBLIC_FUNCTIONS } from '../kit/public-functions.ts';
import type { Session } from './session.ts';
import { withSession, type SnapshotSessions } from './snapshot-sessions.ts';

/**
 * Which of the kit's functions are there, and whether all of them may be executed. A standby keeps no log of its own, so
 * nothing there can be asked what changed.
 */
const FIND_SQL = `select
  coalesce(pg_catalog.array_agg(f.signature) filter (where f.oid is not null), '{}') as there,
  coalesce(pg_catalog.bool_and(pg_catalog.has_function_privilege(f.oid, 'EXECUTE')), false) as usable,
  pg_catalog.pg_is_in_recovery() as standby
from (
  select s.signature, pg_catalog.to_regprocedure('public.' || s.signature) as oid
  from pg_catalog.unnest($1::pg_catalog.text[]) as s(signature)
) f`;

interface Found {
  readonly there: readonly string[];
  readonly usable: boolean;
  readonly standby: boolean;
}

const ACTIVITY = 'asking how the kit stands';

/** Whether the kit is there whole, ours, and for this role to use. */
export async function isKitUsable(sessions: SnapshotSessions, signal: AbortSignal): Promise<boolean> {
  const found = await withSession(sessions, signal, (session) => findKit(session, signal));
  if (!found.usable || found.standby || !found.there.includes(PUBLIC_FUNCTIONS.status)) return false;
  try {
    return (await askKit(sessions, signal)).state === 'current';
  } catch (thrown) {
    if (thrown instanceof SynclineError && thrown.code === 'REMOTE_FORBIDDEN') return false;
    throw thrown;
  }
}

/** How the kit stands. Throws REMOTE_FORBIDDEN for a role that may not ask it, and others of the REMOTE_ family. */
export async function kitStatus(sessions: SnapshotSessions, signal: AbortSignal): Promise<KitInstallation> {
  const { there } = await withSession(sessions, signal, (session) => findKit(session, signal));
  if (there.includes(PUBLIC_FUNCTIONS.status)) return askKit(sessions, signal);
  if (there.some((signature) => signature !== PUBLIC_FUNCTIONS.catalog)) return withoutStatus('partial');
  // Before it had versions, the kit was the description of the catalog alone.
  return withoutStatus(there.length > 0 ? 'older' : 'absent');
}

async function findKit(session: Session, signal: AbortSignal): Promise<Found> {
  const statement = { text: FIND_SQL, values: [Object.values(PUBLIC_FUNCTIONS)], activity: ACTIVITY };
  const [found] = await session.query<Found>(statement, signal);
  return found ?? { there: [], usable: false, standby: false };
}

/** The function may be there and what it needs not. */
async function askKit(sessions: SnapshotSessions, signal: AbortSignal): Promise<KitInstallation> {
  const statement = { text: `select public.${KIT_RPC.status}() as status`, activity: ACTIVITY };
  try {
    const [row] = await withSession(sessions, signal, (session) =>
      session.query<{ status: unknown }>(statement, signal),
    );
    return installedKit(row?.status);
  } catch (thrown) {
    if (!(thrown instanceof SynclineError)) throw thrown;
    if (thrown.code === 'REMOTE_CHANGED' || thrown.code === 'REMOTE_QUERY') return withoutStatus('partial');
    throw thrown;
  }
}
