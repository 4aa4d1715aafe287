import { SynclineError } from '../../core/errors.ts';
import type { ProductionWriter, PushFailure, PushOutcome, PushRequest } from '../../core/push-ports.ts';
import type { SupabaseOptions } from './open-rest-session.ts';
import { openRestSession } from './open-rest-session.ts';
import { readRowsByKey } from './read-rows-by-key.ts';
import type { RestSession } from './rest-session.ts';
import { writeRow } from './write-row.ts';
import { writtenTables, type WrittenTables } from './written-tables.ts';

/**
 * Writes through plain PostgREST: one request a row, each with what is expected of the row as its condition, so that a
 * row is changed as it was meant or not at all; the whole is not atomic. It ends at the first failure.
 *
 * What is weaker than through the kit or a connection string, beside that: where the type of an expected column has no
 * exact equality (numeric's scale, citext's case, json, ...) the row is read right before it is written, and a change
 * by somebody else in that moment is overwritten if only such columns changed; rows that refer to each other in a circle
 * cannot be made; values of GENERATED ALWAYS identity columns are refused; and sequences are not moved past inserted
 * values.
 *
 * `because` says, for people, why nothing better is possible.
 */
export function openRestWriter(options: SupabaseOptions, because: string): ProductionWriter {
  const session = openRestSession(options);
  const tables = writtenTables(session);
  return {
    guarantee: 'row-by-row',
    because,
    catalog: (schemas, signal) => tables.catalog(schemas, signal),
    readByKey: async ({ table, ...request }) =>
      readRowsByKey(session, await tables.table(table, request.signal), request),
    push: (request) => push(session, tables, request),
    // Nobody remembers: each row's answer is looked up when it is lost.
    outcome: () => Promise.resolve('unknown'),
    close: () => Promise.resolve(),
  };
}

async function push(session: RestSession, tables: WrittenTables, request: PushRequest): Promise<PushOutcome> {
  const { signal, rehearse, operations, onApplied, onProgress } = request;
  if (rehearse) {
    throw new SynclineError('REHEARSAL_UNAVAILABLE', 'The plain API cannot take back what it does.');
  }
  const applied: number[] = [];
  let index = 0;
  let failure: PushFailure | undefined;
  try {
    for await (const portion of operations) {
      for (const operation of portion) {
        if (signal.aborted) throw new SynclineError('CANCELLED', 'The operation was cancelled.');
        const table = await tables.table(operation.table, signal);
        failure = await writeRow(session, table, operation, { index, signal });
        if (failure !== undefined) break;
        applied.push(index);
        onApplied?.(index);
        index += 1;
        onProgress(index);
      }
      if (failure !== undefined) break;
    }
  } catch (error) {
    // The rest was not sent. Where something was applied before, that has to be told above all.
    if (applied.length === 0 || !(error instanceof SynclineError)) throw error;
    failure = { index, cause: 'refused', message: `it was not done: ${error.message}` };
  }
  if (failure === undefined) return { state: 'committed', operations: index };
  return applied.length === 0 && failure.cause !== 'in-doubt'
    ? { state: 'refused', failures: [failure] }
    : { state: 'partial', applied, failures: [failure] };
}
