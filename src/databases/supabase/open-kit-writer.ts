import { randomUUID } from 'node:crypto';
import { SynclineError } from '../../core/errors.ts';
import type {
  ProductionWriter,
  PushFailure,
  PushOperation,
  PushOutcome,
  PushRequest,
} from '../../core/push-ports.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import type { PushOutcome as KitOutcome } from '../kit/kit-answers.ts';
import { kitBatches, kitOperation, unspeakable } from './kit-batches.ts';
import { kitCalls, type KitCalls } from './kit-calls.ts';
import { kitFailures } from './kit-failures.ts';
import type { SupabaseOptions } from './open-rest-session.ts';
import { openRestSession } from './open-rest-session.ts';
import type { RestSession } from './rest-session.ts';
import { withRetries } from './retry.ts';
import { printer, typeOf, writtenTables, type WrittenTables } from './written-tables.ts';

/** Longer than the 120 seconds after which the kit's commit ends itself. */
const REQUEST_TIMEOUT_MILLISECONDS = 150_000;

/** How long it is tried to take back what was staged in vain. */
const DISCARD_MILLISECONDS = 5_000;

/** Keys of one reading. */
const KEYS_AT_ONCE = 500;

/** Most failures that are told. */
const MOST_FAILURES = 100;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const NEVER = new AbortController().signal;

/** Writes through the kit: operations are staged in batches, and applied by one call in one transaction. */
export function openKitWriter(options: SupabaseOptions): ProductionWriter {
  const session = openRestSession({ requestTimeoutMilliseconds: REQUEST_TIMEOUT_MILLISECONDS, ...options });
  const kit = kitCalls(session);
  const tables = writtenTables(session);
  return {
    guarantee: 'kit',
    catalog: (schemas, signal) => tables.catalog(schemas, signal),
    readByKey: (request) => readByKey(kit, tables, request),
    push: (request) => push(session, kit, request),
    outcome: (_, witness, signal) => outcomeOf(kit, witness, signal),
    close: () => Promise.resolve(),
  };
}

async function readByKey(
  kit: KitCalls,
  tables: WrittenTables,
  { table: name, keyColumns, columns, keys, signal }: Parameters<ProductionWriter['readByKey']>[0],
): Promise<readonly (readonly PostgresText[])[]> {
  const table = await tables.table(name, signal);
  // The kit takes keys in the order of the primary key's columns.
  const order = (table.primaryKey?.columns ?? keyColumns).map((column) => keyColumns.indexOf(column));
  const wanted = [...keyColumns, ...columns];
  const printers = wanted.map((column) => printer(typeOf(table, column)));
  const rows: (readonly PostgresText[])[] = [];
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
    const some = keys.slice(start, start + KEYS_AT_ONCE).map((key) => order.map((at) => key[at] ?? ''));
    const request = { table_schema: name.schema, table_name: name.name, columns: wanted, keys: some };
    for (const row of await kit.rows(request, signal)) {
      rows.push(row.map((text, at) => printers[at]?.(text) ?? null));
    }
  }
  return rows;
}

/** Every push has an id of its own, made here: the kit wants a UUID, and never applies one id twice. */
async function push(session: RestSession, kit: KitCalls, request: PushRequest): Promise<PushOutcome> {
  const { rehearse, signal, who } = request;
  const id = randomUUID();
  let staged: Staged;
  let outcome: KitOutcome;
  try {
    staged = await stageAll(kit, id, request);
    if (staged.failures.length > 0) {
      await discardQuietly(kit, id);
      return { state: 'refused', failures: staged.failures };
    }
    if (staged.batches === 0) return { state: rehearse ? 'rehearsed' : 'committed', operations: 0 };
    if (rehearse) {
      outcome = await commit(session, kit, { id, batches: staged.batches, rehearse, who, signal });
      await discardQuietly(kit, id);
      const failures = outcome.state === 'rehearsed' ? outcome.failures : [];
      if (outcome.state === 'rehearsed' && failures.length === 0) {
        return { state: 'rehearsed', operations: staged.operations };
      }
      return refusedOr(outcome, failures);
    }
    if (signal.aborted) throw new SynclineError('CANCELLED', 'The operation was cancelled.');
    request.beforeCommit(id);
  } catch (error) {
    await discardQuietly(kit, id);
    throw error;
  }
  // From here on nobody can cancel. A commit may be asked for again: the second finds it decided.
  outcome = await commit(session, kit, { id, batches: staged.batches, rehearse, who, signal: NEVER });
  if (outcome.state === 'committed') return { state: 'committed', operations: staged.operations };
  return refusedOr(outcome, outcome.state === 'refused' ? outcome.failures : []);
}

interface Staged {
  readonly batches: number;
  readonly operations: number;
  readonly failures: readonly PushFailure[];
}

async function stageAll(kit: KitCalls, id: string, request: PushRequest): Promise<Staged> {
  const failures: PushFailure[] = [];
  let [batches, operations] = [0, 0];
  const stage = async (batch: readonly PushOperation[]): Promise<void> => {
    for (const [at, operation] of batch.entries()) {
      const failure = unspeakable(operation, operations + at);
      if (failure !== undefined && failures.length < MOST_FAILURES) failures.push(failure);
    }
    if (failures.length === 0) {
      const { state } = await kit.stage(id, batches, batch.map(kitOperation), request.signal);
      if (state !== 'staged') throw lost();
    }
    batches += 1;
    operations += batch.length;
    request.onProgress(operations);
  };
  for await (const batch of kitBatches(request.operations)) await stage(batch);
  return { batches, operations, failures };
}

interface Commit {
  readonly id: string;
  readonly batches: number;
  readonly rehearse: boolean;
  readonly who: string;
  readonly signal: AbortSignal;
}

/** Commits until it is decided; another transaction may be in the way for a while. */
function commit(
  { retry }: RestSession,
  kit: KitCalls,
  { id, batches, rehearse, who, signal }: Commit,
): Promise<KitOutcome> {
  return withRetries(retry, signal, async () => {
    const outcome = await kit.commit(id, batches, { rehearse, who }, signal);
    if (outcome.state !== 'retry') return { ok: true, result: outcome };
    const error = new SynclineError(
      'REMOTE_UNAVAILABLE',
      `Another transaction was in the way of the push (SQLSTATE ${outcome.cause}).`,
      { sqlState: outcome.cause },
    );
    return { ok: false, error, again: true };
  });
}

function refusedOr(
  outcome: KitOutcome,
  failures: Parameters<typeof kitFailures>[0],
): Extract<PushOutcome, { state: 'refused' }> {
  if (failures.length === 0) throw lost(outcome.state);
  return { state: 'refused', failures: kitFailures(failures, MOST_FAILURES) };
}

/** Somebody gave the push up, or pruned what was staged, meanwhile. Nothing was applied. */
function lost(state = 'decided'): SynclineError {
  return new SynclineError(
    'REMOTE_UNAVAILABLE',
    `What was staged of the push is gone (${state}); nothing was applied.`,
  );
}

/** What was staged holds values: it is not left there. Should that fail, the kit forgets it by itself in time. */
async function discardQuietly(kit: KitCalls, id: string): Promise<void> {
  await kit.discard(id, AbortSignal.timeout(DISCARD_MILLISECONDS)).catch(() => undefined);
}

/**
 * A push that was only staged is given up, for good: no request of it that is still on its way can apply anything after
 * that. A commit that is running is waited for.
 */
async function outcomeOf(
  kit: KitCalls,
  witness: string,
  signal: AbortSignal,
): Promise<'committed' | 'absent' | 'unknown'> {
  if (!UUID.test(witness)) return 'unknown';
  const known = await kit.outcome(witness, signal);
  if (known === undefined) return 'unknown';
  const final = await kit.discard(witness, signal);
  if (final.state === 'committed') return 'committed';
  return known === null ? 'unknown' : 'absent';
}
