/** One guarded change of one row through plain PostgREST, exactly as often as it was meant: once. */
import { SynclineError } from '../../core/errors.ts';
import type { PushFailure, PushOperation, TextByColumn } from '../../core/push-ports.ts';
import { tableKey, type Table } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import { codecFor } from '../../core/values/codec.ts';
import { FATES, UNIQUE_VIOLATION } from '../refusal-words.ts';
import { tablePath } from './count-rows.ts';
import { preconditionOf } from './exact-filters.ts';
import { readRowsByKey } from './read-rows-by-key.ts';
import type { RestAnswer } from './rest-client.ts';
import { restFailure } from './rest-errors.ts';
import { isVerdict, restRefusal } from './rest-refusals.ts';
import type { RestSession } from './rest-session.ts';
import { withRetries } from './retry.ts';
import { printer, typeOf } from './written-tables.ts';

/** The row that an operation is about, as far as it is told about it; undefined when it is not there. */
type Row = ReadonlyMap<string, PostgresText> | undefined;

/** A request that is on its way is not cancelled: nobody could say what became of it. */
const NEVER = new AbortController().signal;

/**
 * Undefined when the operation was applied. Throws REMOTE_ errors and CANCELLED when it surely was not, and may be tried
 * again; the signal ends it between two tries.
 */
export async function writeRow(
  session: RestSession,
  table: Table,
  operation: PushOperation,
  { index, signal }: { readonly index: number; readonly signal: AbortSignal },
): Promise<PushFailure | undefined> {
  const { filters, isExact } = preconditionOf(table, operation.key, operation.expect);
  const fail = (cause: 'changed' | 'missing'): PushFailure => ({ index, cause, message: FATES[cause] });
  const doubt = (message: string): PushFailure => ({ index, cause: 'in-doubt', message });
  const suppressed: PushFailure = { index, cause: 'refused', message: FATES.suppressed };
  const look = (): Promise<Row> => readRow(session, table, operation);

  /** What became of a request whose answer was lost; `again` when the row is as it was before it. */
  function fateIn(row: Row): 'applied' | 'again' | PushFailure {
    const { op, set, expect } = operation;
    if (op === 'delete') {
      if (row === undefined) return 'applied';
      return isAsExpected(table, row, expect) ? 'again' : fail('changed');
    }
    if (row === undefined) return op === 'insert' ? 'again' : fail('missing');
    if (holds(table, row, set)) return 'applied';
    if (op === 'update' && isAsExpected(table, row, expect)) return 'again';
    return doubt('the answer was lost, and the row is neither as it was nor as it was to be');
  }

  const nullColumn = jsonNull(table, operation.set);
  if (nullColumn !== undefined) {
    const message = "the API cannot tell json's null from NULL";
    return { index, cause: 'refused', column: nullColumn, message };
  }
  if (!isExact && operation.op !== 'insert') {
    const before = await look();
    if (before === undefined) return fail('missing');
    if (!isAsExpected(table, before, operation.expect)) return fail('changed');
  }

  return withRetries(session.retry, signal, async () => {
    const answer = await send(session, table, operation, filters);
    if (answer.status >= 200 && answer.status < 300 && Array.isArray(answer.data)) {
      if (answer.data.length > 0) return { ok: true, result: undefined };
      // No row was met, or a trigger let it pass by. (A row that was changed is told whatever it holds now: conditions
      // by column, unlike those in `or`, are not applied again to what comes back.)
      if (operation.op === 'insert') return { ok: true, result: suppressed };
      const row = await look();
      if (row === undefined)
        return { ok: true, result: operation.op === 'delete' ? undefined : fail('missing') };
      if (operation.op === 'update' && holds(table, row, operation.set))
        return { ok: true, result: undefined };
      return { ok: true, result: isAsExpected(table, row, operation.expect) ? suppressed : fail('changed') };
    }
    if (isVerdict(answer)) {
      const refused = restRefusal(answer, index);
      const exists =
        operation.op === 'insert' && refused.sqlState === UNIQUE_VIOLATION && (await look()) !== undefined;
      return { ok: true, result: exists ? { ...refused, cause: 'exists', message: FATES.exists } : refused };
    }
    const failure = restFailure(
      answer,
      {
        activity: `pushing to ${tableKey(table.name)}`,
        table: tableKey(table.name),
        address: session.address,
      },
      NEVER,
      session.clock(),
    );
    const error =
      failure?.error ?? new SynclineError('REMOTE_PROTOCOL', 'The answer is not what was asked for.');
    // The answer was lost, but perhaps not the request.
    const fate = await look().then(fateIn, () => doubt('the answer was lost, and the row cannot be read'));
    if (fate === 'applied') return { ok: true, result: undefined };
    if (fate !== 'again') return { ok: true, result: fate };
    return { ok: false, ...failure, error, again: failure?.again ?? false };
  });
}

function send(
  session: RestSession,
  table: Table,
  { op, set }: PushOperation,
  filters: readonly (readonly [string, string])[],
): Promise<RestAnswer> {
  const [first = '*'] = table.primaryKey?.columns ?? [];
  const request = {
    select: `k0:${JSON.stringify(first)}::text`,
    ...(op === 'delete' ? {} : { body: bodyOf(table, set) }),
    ...(op === 'insert' ? {} : { filters }),
  };
  return session.send(
    {
      ...request,
      build(client) {
        const rows = client.schema(table.name.schema).from(tablePath(table));
        if (op === 'insert') return rows.insert({}).select('*');
        return op === 'update' ? rows.update({}).select('*') : rows.delete().select('*');
      },
    },
    NEVER,
  );
}

/**
 * A JSON object of texts, which Postgres reads with each type's own input function; json stands in it as it is, so that
 * not a digit of it is lost.
 */
function bodyOf(table: Table, set: TextByColumn): string {
  const members = Object.entries(set).map(([column, text]) => {
    const isJson = text !== null && typeOf(table, column).kind === 'json';
    return `${JSON.stringify(column)}:${isJson ? text : JSON.stringify(text)}`;
  });
  return `{${members.join(',')}}`;
}

/** The first column that is to hold json's own null: in a body it would become NULL. */
function jsonNull(table: Table, set: TextByColumn): string | undefined {
  return Object.entries(set).find(
    ([column, text]) => text?.trim() === 'null' && typeOf(table, column).kind === 'json',
  )?.[0];
}

async function readRow(
  session: RestSession,
  table: Table,
  { key, set, expect }: PushOperation,
): Promise<Row> {
  const keyColumns = Object.keys(key);
  const columns = [...new Set([...Object.keys(set), ...Object.keys(expect)])];
  const keys = [Object.values(key)];
  const [row] = await readRowsByKey(session, table, { keyColumns, columns, keys, signal: NEVER });
  return row && new Map(columns.map((column, at) => [column, row[keyColumns.length + at] ?? null] as const));
}

/** Exactly: to the last digit and letter. */
function isAsExpected(table: Table, row: ReadonlyMap<string, PostgresText>, expect: TextByColumn): boolean {
  return Object.entries(expect).every(([column, text]) => {
    const print = printer(typeOf(table, column));
    return print(text) === (row.get(column) ?? null);
  });
}

/** Whether the row has the values that were to be set, however the server prints them. */
function holds(table: Table, row: ReadonlyMap<string, PostgresText>, set: TextByColumn): boolean {
  return Object.entries(set).every(([column, text]) => {
    const now = row.get(column) ?? null;
    if (text === null || now === null) return text === now;
    const codec = codecFor(typeOf(table, column));
    try {
      const [there, given] = [now, text].map((each) => codec.comparable(codec.decodePostgres(each)));
      return Buffer.compare(bytesOf(there), bytesOf(given)) === 0;
    } catch (error) {
      if (error instanceof SynclineError) return text === now;
      throw error;
    }
  });
}

function bytesOf(cell: unknown): Uint8Array {
  return cell instanceof Uint8Array ? cell : Buffer.from(`${typeof cell}:${String(cell)}`);
}
