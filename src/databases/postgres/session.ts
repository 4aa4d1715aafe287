import { Socket } from 'node:net';
import pg from 'pg';
import type { CopyStreamQuery, CopyToStreamQuery } from 'pg-copy-streams';
import { SynclineError } from '../../core/errors.ts';
import { sendCancelRequest } from './cancel-request.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { postgresError } from './postgres-errors.ts';

/** One statement: its text, what it is for (`reading users`), and the table it concerns, for messages. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly activity: string;
  readonly table?: string;
}

/** One connection. Statements run one at a time; failures are SynclineErrors of the REMOTE_ family or CANCELLED. */
export interface Session {
  query<Row extends object>(statement: Statement, signal: AbortSignal): Promise<readonly Row[]>;
  /** Hands a COPY to the connection; whoever reads the stream reports its failures through {@link Session.failure}. */
  copy<Stream extends CopyToStreamQuery | CopyStreamQuery>(stream: Stream): Stream;
  failure(thrown: unknown, statement: Statement, signal: AbortSignal): SynclineError;
  /** Cancels the statement that runs, if any; when the server does not obey in a while the connection is cut. */
  cancel(): Promise<void>;
  /** Cuts the connection at once. */
  destroy(): void;
  readonly broken: boolean;
  close(): Promise<void>;
}

/** How long a server may take to obey a cancel request, or to say goodbye. */
const GRACE_MILLISECONDS = 5_000;

/** The key is there once `pg` has connected, but not in its types. */
interface KeyHolder {
  readonly processID?: number | null;
  readonly secretKey?: number | null;
}

/**
 * Connects. Throws REMOTE_UNREACHABLE, REMOTE_UNAUTHORIZED, REMOTE_TLS, REMOTE_TLS_REQUIRED or CANCELLED; the signal
 * ends the attempt at any point.
 */
export async function connectSession(
  options: ConnectionOptions,
  connectTimeoutMilliseconds: number,
  signal: AbortSignal,
): Promise<Session> {
  const activity = 'connecting';
  throwIfCancelled(signal);
  const socket = new Socket();
  const client = new pg.Client({
    host: options.host,
    port: options.port,
    ...(options.database !== undefined && { database: options.database }),
    ...(options.user !== undefined && { user: options.user }),
    ...(options.password !== undefined && { password: options.password }),
    ...(options.options !== undefined && { options: options.options }),
    ssl: options.tls ?? false,
    application_name: 'syncline',
    connectionTimeoutMillis: connectTimeoutMilliseconds,
    keepAlive: true,
    stream: () => socket,
  });
  let broken = false;
  // Failures reach whoever waits for a statement; without a listener they would end the process as well.
  client.on('error', () => (broken = true));
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
  } catch (thrown) {
    socket.destroy();
    throw postgresError(thrown, { activity, address: options.address, cancelled: signal.aborted });
  } finally {
    signal.removeEventListener('abort', abort);
  }

  const destroy = (): void => {
    broken = true;
    socket.destroy();
  };

  async function cancel(): Promise<void> {
    const { processID, secretKey } = client as KeyHolder;
    if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
    await sendCancelRequest(options, { processId: processID, secretKey }, GRACE_MILLISECONDS);
  }

  function failure(thrown: unknown, statement: Statement, statementSignal: AbortSignal): SynclineError {
    return postgresError(thrown, {
      activity: statement.activity,
      address: options.address,
      ...(statement.table !== undefined && { table: statement.table }),
      cancelled: statementSignal.aborted,
    });
  }

  return {
    async query<Row extends object>(
      statement: Statement,
      statementSignal: AbortSignal,
    ): Promise<readonly Row[]> {
      throwIfCancelled(statementSignal);
      const guard = cancelOnAbort({ cancel, destroy }, statementSignal);
      try {
        const values = statement.values ? [...statement.values] : undefined;
        // Without values this is the simple protocol; with them an unnamed statement, which poolers take as well.
        const result = await client.query<Row>(statement.text, values);
        return result.rows;
      } catch (thrown) {
        throw failure(thrown, statement, statementSignal);
      } finally {
        guard.release();
      }
    },
    copy: (stream) => client.query(stream),
    failure,
    cancel,
    destroy,
    get broken() {
      return broken;
    },
    async close() {
      const timer = setTimeout(destroy, GRACE_MILLISECONDS);
      try {
        if (!broken) await client.end();
      } catch {
        // It is going away in any case.
      } finally {
        clearTimeout(timer);
        destroy();
      }
    },
  };
}

/** Cancels the running statement when the signal fires, and cuts the connection if that has no effect in time. */
export function cancelOnAbort(
  session: Pick<Session, 'cancel' | 'destroy'>,
  signal: AbortSignal,
): { release: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    timer = setTimeout(() => session.destroy(), GRACE_MILLISECONDS);
    void session.cancel();
  };
  signal.addEventListener('abort', abort, { once: true });
  return {
    release: () => {
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
    },
  };
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SynclineError('CANCELLED', 'The operation was cancelled.');
}
