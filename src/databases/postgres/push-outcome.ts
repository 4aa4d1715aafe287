import { setTimeout as delay } from 'node:timers/promises';
import { SynclineError } from '../../core/errors.ts';
import type { Session } from './session.ts';

/** How often, and with which pause in milliseconds, a commit in doubt is asked about while it still goes on. */
const ATTEMPTS = 60;
const PAUSE = 500;
const SHORT_PAUSE = 50;

/**
 * What the server remembers of its recent transactions. One that is still open and waits for a client that is gone (the
 * connection was lost before the commit was sent) is ended, so that it holds no locks and can have only one end.
 */
const STATUS_SQL = `select pg_catalog.pg_xact_status(w.xid) as status, (
  select pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid))
  from pg_catalog.pg_stat_activity a
  where a.backend_xid = w.xid::pg_catalog.xid and a.usename = current_user
    and a.wait_event_type = 'Client'
) as ended
from (select $1::pg_catalog.xid8 as xid) w`;

/** SQLSTATE of a transaction that is still to come: the server was restored to a time before it. */
const INVALID_PARAMETER = '22023';

/** What became of the transaction that `witness` names. Throws REMOTE_UNAVAILABLE when it does not come to an end. */
export async function outcomeOf(
  session: Session,
  witness: string,
  signal: AbortSignal,
): Promise<'committed' | 'absent' | 'unknown'> {
  if (!/^\d+$/.test(witness)) return 'unknown';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const status = await statusOf(session, witness, signal);
    if (status === 'committed') return 'committed';
    if (status === 'aborted') return 'absent';
    if (status !== 'in progress') return 'unknown';
    await delay(PAUSE, undefined, { signal });
  }
  throw new SynclineError('REMOTE_UNAVAILABLE', 'The server has not decided about the push yet.');
}

/** Ends the transaction that `witness` names if its client is gone; it may be in the middle of a statement still. */
export async function endAbandoned(session: Session, witness: string, signal: AbortSignal): Promise<void> {
  while ((await statusOf(session, witness, signal)) === 'in progress') {
    await delay(SHORT_PAUSE, undefined, { signal });
  }
}

async function statusOf(session: Session, witness: string, signal: AbortSignal): Promise<string | null> {
  try {
    const [row] = await session.query<{ status: string | null }>(
      { text: STATUS_SQL, values: [witness], activity: 'asking for the outcome' },
      signal,
    );
    return row?.status ?? null;
  } catch (error) {
    if (error instanceof SynclineError && error.details['sqlState'] === INVALID_PARAMETER) return null;
    throw error;
  }
}
