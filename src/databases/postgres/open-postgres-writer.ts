import { SynclineError } from '../../core/errors.ts';
import type {
  ProductionWriter,
  PushFailure,
  PushOperation,
  PushOutcome,
  PushRequest,
} from '../../core/push-ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { tableKey, type TableKey, type TableName } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import { CATALOG_SQL } from '../kit/catalog-sql.ts';
import { parseConnectionString } from './connection-options.ts';
import type { PostgresOptions } from './open-postgres.ts';
import { keptSession } from './kept-session.ts';
import { MOST_OPERATIONS } from './push-batches.ts';
import { endAbandoned, outcomeOf } from './push-outcome.ts';
import { readByKeySql } from './push-sql.ts';
import { describePushTable, type PushTable } from './push-table.ts';
import { pushTransaction, type PushTransaction } from './push-transaction.ts';
import { connectSession, throwIfCancelled, type Session } from './session.ts';
import { APPLY_SETTINGS_SQL } from './snapshot-sessions.ts';
import { applySettingsSql } from './transaction-settings.ts';

const CONNECT_TIMEOUT_MILLISECONDS = 15_000;

/** How long the answer to a commit is waited for, before it counts as lost. */
const COMMIT_MILLISECONDS = 60_000;

/** How long a lost push's locks are tried to be released. */
const RELEASE_MILLISECONDS = 5_000;

/**
 * What keeps texts exact, and production safe: it waits 3 seconds for a lock at most, and a push whose client is gone
 * holds its locks for 2 minutes at most. The search path and the time zone stay those of the role, because triggers and
 * defaults of production rely on them. Rows that row level security would hide raise an error.
 */
const PUSH_SETTINGS_SQL = applySettingsSql({
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
  row_security: 'off',
  lock_timeout: '3s',
  statement_timeout: '1h',
  idle_in_transaction_session_timeout: '2min',
  transaction_timeout: '0',
  jit: 'off',
});

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

  const reading = keptSession((signal) => connectSession(connection, timeout, signal));
  // What a table's key is compared by is asked for once.
  const described = new Map<TableKey, PushTable>();

  /** The server may not know yet that the client is gone, and would hold the push's locks until it does. */
  async function release(witness: string): Promise<void> {
    const soon = AbortSignal.timeout(RELEASE_MILLISECONDS);
    try {
      await withSession(soon, (session) => endAbandoned(session, witness, soon));
    } catch {
      // The network is away for longer: the server ends the transaction by itself.
    }
  }

  return {
    guarantee: 'transaction',
    catalog: (schemas, signal) =>
      reading.read(signal, async (session) => {
        const statement = { text: CATALOG_SQL, values: [schemas], activity: 'reading the catalog' };
        const [row] = await session.query<{ catalog: unknown }>(statement, signal);
        return parseCatalogDocument(row?.catalog);
      }),
    readByKey: (request) => reading.read(request.signal, (session) => readByKey(session, described, request)),
    writableColumns: (table, signal) =>
      reading.read(signal, (session) => writableColumns(session, table, signal)),
    async push(request) {
      let witness: string | undefined;
      try {
        return await withSession(request.signal, (session) =>
          push(session, request, (named) => (witness = named)),
        );
      } catch (error) {
        if (witness !== undefined && isLost(error)) await release(witness);
        throw error;
      }
    },
    outcome: (_, witness, signal) => withSession(signal, (session) => outcomeOf(session, witness, signal)),
    close: () => reading.close(),
  };
}

async function readByKey(
  session: Session,
  described: Map<TableKey, PushTable>,
  { table: name, keyColumns, columns, keys, signal }: Parameters<ProductionWriter['readByKey']>[0],
): Promise<readonly (readonly PostgresText[])[]> {
  const key = tableKey(name);
  await session.query({ text: 'begin read only', activity: 'beginning to read' }, signal);
  await session.query({ text: APPLY_SETTINGS_SQL, activity: 'preparing to read' }, signal);
  const table = described.get(key) ?? (await describePushTable(session, name, signal));
  described.set(key, table);
  const rows = await session.query<{ cells: PostgresText[] }>(
    {
      text: readByKeySql(table, keyColumns, columns),
      values: keyColumns.map((_, index) => keys.map((each) => each[index] ?? null)),
      activity: `reading ${key} by key`,
      table: key,
    },
    signal,
  );
  await session.query({ text: 'commit', activity: 'ending to read' }, signal);
  return rows.map((row) => row.cells);
}

async function writableColumns(
  session: Session,
  table: TableName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const columns = await session.query<{ name: string }>(
    {
      text: `select a.attname::text as name
        from pg_catalog.pg_attribute a
        join pg_catalog.pg_class c on c.oid = a.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = '' order by a.attnum`,
      values: [table.schema, table.name],
      activity: `describing ${tableKey(table)}`,
      table: tableKey(table),
    },
    signal,
  );
  return columns.map(({ name }) => name);
}

/** `onNamed` is told the transaction's name as soon as it has one. */
async function push(
  session: Session,
  request: PushRequest,
  onNamed: (witness: string) => void,
): Promise<PushOutcome> {
  const { signal, rehearse } = request;
  const run = (text: string, activity: string): Promise<readonly object[]> =>
    session.query({ text, activity }, signal);
  // Read committed: a row that another transaction changes meanwhile is held against its precondition anew.
  await run('begin isolation level read committed', 'beginning the push');
  await run(PUSH_SETTINGS_SQL, 'preparing the push');
  await run('set constraints all deferred', 'preparing the push');
  const witness = await nameTransaction(session, signal);
  onNamed(witness);
  const transaction = pushTransaction(session, { rehearse, signal });
  const operations = await applyAll(transaction, request);
  if (transaction.failures.length === 0) await transaction.settle();
  const { failures } = transaction;
  if (failures.length > 0 || rehearse) {
    await run('rollback', 'rolling the push back');
    return failures.length > 0
      ? { state: 'refused', failures: inOrder(failures) }
      : { state: 'rehearsed', operations };
  }
  throwIfCancelled(signal);
  request.beforeCommit(witness);
  await commit(session);
  return { state: 'committed', operations };
}

async function nameTransaction(session: Session, signal: AbortSignal): Promise<string> {
  const [row] = await session.query<{ xid: string }>(
    { text: 'select pg_catalog.pg_current_xact_id()::text as xid', activity: 'naming the push' },
    signal,
  );
  if (row === undefined)
    throw new SynclineError('REMOTE_PROTOCOL', 'The server did not name the transaction.');
  return row.xid;
}

function isLost(error: unknown): boolean {
  return error instanceof SynclineError && error.code === 'REMOTE_UNREACHABLE';
}

async function applyAll(transaction: PushTransaction, request: PushRequest): Promise<number> {
  let applied = 0;
  let waiting: PushOperation[] = [];
  const apply = async (): Promise<void> => {
    await transaction.apply(waiting, applied);
    applied += waiting.length;
    waiting = [];
    request.onProgress(applied);
  };
  for await (const operations of request.operations) {
    for (const operation of operations) waiting.push(operation);
    if (waiting.length >= MOST_OPERATIONS) await apply();
    if (transaction.isOver) break;
  }
  if (waiting.length > 0) await apply();
  return applied;
}

/** From here on nobody can cancel: an answer that does not come is a lost connection, and the outcome must be asked for. */
async function commit(session: Session): Promise<void> {
  const timer = setTimeout(() => session.destroy(), COMMIT_MILLISECONDS);
  try {
    const never = new AbortController().signal;
    await session.query({ text: 'commit', activity: 'committing the push' }, never);
  } finally {
    clearTimeout(timer);
  }
}

function inOrder(failures: readonly PushFailure[]): readonly PushFailure[] {
  return [...failures].sort((a, b) => a.index - b.index);
}
