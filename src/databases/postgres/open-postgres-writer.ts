import { setTimeout as delay } from 'node:timers/promises';
import { SynclineError } from '../../core/errors.ts';
import type { ProductionWriter, PushFailure, PushOutcome, PushRequest } from '../../core/push-ports.ts';
import { tableKey } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import { parseConnectionString } from './connection-options.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';
import type { PostgresOptions } from './open-postgres.ts';
import { COLUMN_TYPES_SQL } from './push-sql.ts';
import { pushTransaction } from './push-transaction.ts';
import { connectSession, type Session } from './session.ts';
import { APPLY_SETTINGS_SQL } from './snapshot-sessions.ts';

const CONNECT_TIMEOUT_MILLISECONDS = 15_000;

/** How often, and with which pause in milliseconds, a commit in doubt is asked about while it still goes on. */
const OUTCOME_ATTEMPTS = 20;
const OUTCOME_PAUSE = 500;

/** Writes through a connection string: every push is one transaction. */
export function openPostgresWriter(options: PostgresOptions): ProductionWriter {
  const connection = parseConnectionString(options.connectionString, options.rootCertificate);
  const timeout = options.connectTimeoutMilliseconds ?? CONNECT_TIMEOUT_MILLISECONDS;

  async function withSession<Result>(
    signal: AbortSignal,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const session = await connectSession(connection, timeout, signal);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  return {
    guarantee: 'transaction',
    readByKey: ({ table, keyColumns, columns, keys, signal }) =>
      withSession(signal, async (session) => {
        const key = tableKey(table);
        await begin(session, 'begin read only', signal);
        const types = await session.query<{ name: string; type: string }>(
          {
            text: COLUMN_TYPES_SQL,
            values: [table.schema, table.name],
            activity: `describing ${key}`,
            table: key,
          },
          signal,
        );
        const typeOf = new Map(types.map((row) => [row.name, row.type] as const));
        const selected = [...keyColumns, ...columns].map((column) => `t.${quoteIdentifier(column)}::text`);
        const matches = keyColumns.map(
          (column, index) => `t.${quoteIdentifier(column)} = v.k${index}::${typeOf.get(column) ?? 'text'}`,
        );
        const parameters = keyColumns.map((_, index) => `$${index + 1}::text[]`).join(', ');
        const names = keyColumns.map((_, index) => `k${index}`).join(', ');
        const rows = await session.query<{ cells: PostgresText[] }>(
          {
            text: `select array[${selected.join(', ')}] as cells from unnest(${parameters}) as v(${names})
                   join ${quoteTable(table)} as t on ${matches.join(' and ')}`,
            values: keyColumns.map((_, index) => keys.map((each) => each[index] ?? null)),
            activity: `reading ${key} by key`,
            table: key,
          },
          signal,
        );
        return rows.map((row) => row.cells);
      }),
    push: (request) => withSession(request.signal, (session) => push(session, request)),
    outcome: (_, witness, signal) => withSession(signal, (session) => outcomeOf(session, witness, signal)),
    close: () => Promise.resolve(),
  };
}

async function begin(session: Session, text: string, signal: AbortSignal): Promise<void> {
  await session.query({ text, activity: 'beginning a transaction' }, signal);
  await session.query({ text: APPLY_SETTINGS_SQL, activity: 'preparing a transaction' }, signal);
}

async function push(session: Session, request: PushRequest): Promise<PushOutcome> {
  const { signal } = request;
  const end = (text: string): Promise<unknown> =>
    session.query({ text, activity: 'ending the push' }, signal);
  await begin(session, 'begin', signal);
  await session.query({ text: 'set constraints all deferred', activity: 'preparing the push' }, signal);
  const transaction = pushTransaction(session, signal);
  const failures: PushFailure[] = [];
  let operations = 0;
  for await (const batch of request.operations) {
    failures.push(...(await transaction.apply(batch, operations)));
    operations += batch.length;
    request.onProgress(operations);
  }
  if (failures.length === 0) failures.push(...(await transaction.settle()));
  if (failures.length > 0 || request.rehearse) {
    await end('rollback');
    return failures.length > 0 ? { state: 'refused', failures } : { state: 'rehearsed', operations };
  }
  const [row] = await session.query<{ xid: string }>(
    { text: 'select pg_catalog.pg_current_xact_id()::text as xid', activity: 'naming the push' },
    signal,
  );
  request.beforeCommit(row?.xid ?? '');
  await end('commit');
  return { state: 'committed', operations };
}

/** The server remembers the fate of its recent transactions (`pg_xact_status`). */
async function outcomeOf(
  session: Session,
  witness: string,
  signal: AbortSignal,
): Promise<'committed' | 'absent' | 'unknown'> {
  for (let attempt = 0; attempt < OUTCOME_ATTEMPTS; attempt += 1) {
    const [row] = await session.query<{ status: string | null }>(
      {
        text: 'select pg_catalog.pg_xact_status($1::xid8) as status',
        values: [witness],
        activity: 'asking for the outcome',
      },
      signal,
    );
    if (row?.status === 'committed') return 'committed';
    if (row?.status === 'aborted') return 'absent';
    if (row?.status !== 'in progress') return 'unknown';
    await delay(OUTCOME_PAUSE, undefined, { signal });
  }
  throw new SynclineError('REMOTE_UNAVAILABLE', 'The server has not decided about the push yet.');
}
