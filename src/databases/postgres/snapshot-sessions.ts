import type { ConnectionOptions } from './connection-options.ts';
import type { Session } from './session.ts';
import { connectSession, throwIfCancelled } from './session.ts';
import { applySettingsSql } from './transaction-settings.ts';

/**
 * What makes Postgres's text output canonical whatever the role's and the database's own settings are, and keeps the
 * reading harmless: it waits 3 seconds for a lock at most, and a forgotten transaction ends. A statement is given hours,
 * because it lasts as long as its reader takes. Names that a server does not know yet are passed over.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: '',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
  // A table without a key comes in the order in which it lies, not from where another scan happens to be.
  synchronize_seqscans: 'off',
  // Rows that row level security would hide raise an error instead of being left out in silence.
  row_security: 'off',
  lock_timeout: '3s',
  statement_timeout: '6h',
  idle_in_transaction_session_timeout: '1h',
  transaction_timeout: '0',
  // Compiling the catalog's statement takes ten times as long as running it.
  jit: 'off',
};

export const APPLY_SETTINGS_SQL = applySettingsSql(SETTINGS);

const BEGIN_SQL = 'begin isolation level repeatable read read only';

/** Most connections that one snapshot opens. */
const MOST_SESSIONS = 4;

export interface SnapshotOrigin {
  readonly options: ConnectionOptions;
  readonly connectTimeoutMilliseconds: number;
}

/**
 * The connections of one snapshot. The first begins the transaction; when a reading begins while another goes on, a
 * second connection imports the same snapshot (pg_export_snapshot), so that readings may overlap without waiting.
 */
export interface SnapshotSessions {
  /** `pg_current_snapshot()`. */
  readonly id: string;
  /** A session that nobody else uses until it is released. */
  acquire(signal: AbortSignal): Promise<Session>;
  /** Gives a session back; `clean` says whether its transaction is still healthy. */
  release(session: Session, clean: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Connects and begins the transaction. Throws as {@link connectSession} does. */
export async function openSnapshotSessions(
  origin: SnapshotOrigin,
  signal: AbortSignal,
): Promise<SnapshotSessions> {
  const first = await beginSession(origin, undefined, signal);
  const sessions = new Set<Session>([first.session]);
  const idle: Session[] = [first.session];
  const waiting: ((session: Session | undefined) => void)[] = [];
  let closed = false;
  let opening = 0;

  function hand(session: Session): void {
    const next = waiting.shift();
    if (next) next(session);
    else idle.push(session);
  }

  async function another(acquireSignal: AbortSignal): Promise<Session | undefined> {
    if (sessions.size + opening >= MOST_SESSIONS) return undefined;
    opening += 1;
    try {
      const { session } = await beginSession(origin, first.exported, acquireSignal);
      sessions.add(session);
      return session;
    } catch (thrown) {
      // The server may be out of connections: then the readings follow one another.
      if (acquireSignal.aborted || sessions.size === 0) throw thrown;
      return undefined;
    } finally {
      opening -= 1;
    }
  }

  return {
    id: first.id,
    async acquire(acquireSignal) {
      throwIfCancelled(acquireSignal);
      const free = idle.pop();
      if (free) return free;
      const opened = await another(acquireSignal);
      if (opened) return opened;
      const handed = idle.pop() ?? (await nextReleased(waiting, acquireSignal));
      if (handed) return handed;
      throwIfCancelled(acquireSignal);
      throw new Error('The snapshot was closed while a reading waited for it.');
    },
    async release(session, clean) {
      if (!clean && !session.broken) {
        try {
          // Nothing was written, so going back to the beginning loses nothing and heals the transaction.
          await session.query({ text: 'rollback to savepoint beginning', activity: 'recovering' }, NEVER);
        } catch {
          session.destroy();
        }
      }
      // A broken session is handed on too: whoever uses it next learns that the connection is lost.
      if (!closed) hand(session);
    },
    async close() {
      closed = true;
      for (const wake of waiting.splice(0)) wake(undefined);
      // A session in the middle of a reading would say goodbye only when its rows have been taken.
      const busy = [...sessions].filter((session) => !idle.includes(session));
      for (const session of busy) session.destroy();
      await Promise.all(idle.map((session) => session.close()));
      sessions.clear();
    },
  };
}

/** Lends a session for as long as the work takes. */
export async function withSession<Result>(
  sessions: SnapshotSessions,
  signal: AbortSignal,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await sessions.acquire(signal);
  let clean = false;
  try {
    const result = await use(session);
    clean = true;
    return result;
  } finally {
    await sessions.release(session, clean);
  }
}

const NEVER = new AbortController().signal;

function nextReleased(
  waiting: ((session: Session | undefined) => void)[],
  signal: AbortSignal,
): Promise<Session | undefined> {
  return new Promise((resolve) => {
    const settle = (session: Session | undefined): void => {
      signal.removeEventListener('abort', abort);
      resolve(session);
    };
    const abort = (): void => {
      waiting.splice(waiting.indexOf(settle), 1);
      resolve(undefined);
    };
    waiting.push(settle);
    signal.addEventListener('abort', abort, { once: true });
  });
}

interface BegunSession {
  readonly session: Session;
  readonly id: string;
  readonly exported: string;
}

async function beginSession(
  origin: SnapshotOrigin,
  imported: string | undefined,
  signal: AbortSignal,
): Promise<BegunSession> {
  const session = await connectSession(origin.options, origin.connectTimeoutMilliseconds, signal);
  const activity = 'opening a snapshot';
  try {
    await session.query({ text: BEGIN_SQL, activity }, signal);
    if (imported !== undefined) {
      // The server's own name for the snapshot; the statement takes no parameters.
      await session.query(
        { text: `set transaction snapshot '${imported.replaceAll("'", "''")}'`, activity },
        signal,
      );
    }
    await session.query({ text: APPLY_SETTINGS_SQL, activity }, signal);
    const [names] = await session.query<{ id: string; exported: string }>(
      {
        text: 'select pg_catalog.pg_current_snapshot()::text as id, pg_catalog.pg_export_snapshot() as exported',
        activity,
      },
      signal,
    );
    await session.query({ text: 'savepoint beginning', activity }, signal);
    return { session, id: names?.id ?? '', exported: names?.exported ?? '' };
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}
