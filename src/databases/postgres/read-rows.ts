import { to as copyTo } from 'pg-copy-streams';
import type { ReadRows, RowBatch } from '../../core/ports.ts';
import { tableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { whereSql } from './condition-sql.ts';
import { copyTextParser } from './copy-text.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';
import type { Session, Statement } from './session.ts';
import { throwIfCancelled } from './session.ts';
import type { SnapshotSessions } from './snapshot-sessions.ts';

/** A batch ends at whichever comes first. */
const BATCH_ROWS = 2_000;
const BATCH_BYTES = 1024 * 1024;

/** How long the server may take to stop after a cancel request, before the connection is cut. */
const STOP_MILLISECONDS = 5_000;

/**
 * Streams a table through COPY, in the order of its primary key. The server waits while the consumer is busy; when the
 * iteration ends early or the signal fires, the statement is cancelled and the session is free for the next one.
 */
export async function* readRows(sessions: SnapshotSessions, request: ReadRows): AsyncGenerator<RowBatch> {
  const { signal } = request;
  const table = tableKey(request.table.name);
  const statement: Statement = { text: copySql(request), activity: `reading ${table}`, table };
  const session = await sessions.acquire(signal);
  let clean = false;
  try {
    yield* copyBatches(session, statement, copyTextParser(table, request.columns.length), signal);
    clean = true;
  } finally {
    await sessions.release(session, clean);
  }
}

/** `COPY (SELECT ...) TO STDOUT` for a request. The names and values are quoted; the limit is the only number. */
export function copySql({ table, columns, limit, where }: Omit<ReadRows, 'signal'>): string {
  const qualified = (column: string): string => `t.${quoteIdentifier(column)}`;
  const key = table.primaryKey?.columns ?? [];
  const order = key.length > 0 ? ` order by ${key.map(qualified).join(', ')}` : '';
  const bound = limit === undefined ? '' : ` limit ${Math.max(0, Math.trunc(limit))}`;
  const select = `select ${columns.map(qualified).join(', ')} from ${quoteTable(table.name)} as t${whereSql(table, where)}${order}${bound}`;
  return `copy (${select}) to stdout with (format text, encoding 'UTF8')`;
}

async function* copyBatches(
  session: Session,
  statement: Statement,
  parser: ReturnType<typeof copyTextParser>,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  throwIfCancelled(signal);
  const stream = session.copy(copyTo(statement.text));
  const progress = { over: false };
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      progress.over = true;
      resolve();
    };
    stream.once('end', settle);
    // Also keeps a failure between two reads from being an uncaught one; the iterator reports it.
    stream.once('error', settle);
  });
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= stopCopy(session, ended);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const batcher = rowBatcher();
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      throwIfCancelled(signal);
      const { rows, bytes } = parser.push(chunk as Buffer);
      yield* batcher.add(rows, bytes);
    }
    throwIfCancelled(signal);
    parser.end();
    yield* batcher.rest();
  } catch (thrown) {
    throw session.failure(thrown, statement, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    if (!progress.over) {
      stop();
      stream.resume();
    }
    await stopping;
  }
}

/** Cancels a COPY and waits until the stream has ended, one way or the other. */
async function stopCopy(session: Session, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => session.destroy(), STOP_MILLISECONDS);
  try {
    // The request must have been dealt with before the next statement begins, or it would hit that one.
    await session.cancel();
    await ended;
  } finally {
    clearTimeout(timer);
  }
}

interface RowBatcher {
  add(rows: readonly PostgresTextRow[], bytes: number): Iterable<RowBatch>;
  rest(): Iterable<RowBatch>;
}

/** Gathers rows into batches. The bytes of a chunk are spread evenly over its rows. */
function rowBatcher(): RowBatcher {
  let gathered: PostgresTextRow[] = [];
  let gatheredBytes = 0;
  const take = (): RowBatch => {
    const batch = { rows: gathered, bytes: Math.round(gatheredBytes) };
    gathered = [];
    gatheredBytes = 0;
    return batch;
  };
  return {
    *add(rows, bytes) {
      const each = rows.length > 0 ? bytes / rows.length : 0;
      for (const row of rows) {
        gathered.push(row);
        gatheredBytes += each;
        if (gathered.length >= BATCH_ROWS || gatheredBytes >= BATCH_BYTES) yield take();
      }
    },
    *rest() {
      if (gathered.length > 0) yield take();
    },
  };
}
