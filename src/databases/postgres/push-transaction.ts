import { SynclineError } from '../../core/errors.ts';
import type { PushFailure, PushOperation } from '../../core/push-ports.ts';
import { tableKey } from '../../core/schema/model.ts';
import { quoteTable } from './identifiers.ts';
import {
  advanceSequencesSql,
  applySql,
  COLUMN_TYPES_SQL,
  parametersOf,
  presentSql,
  SEQUENCE_COLUMNS_SQL,
  shapeOf,
  type ColumnTypes,
  type OperationShape,
} from './push-sql.ts';
import type { Session } from './session.ts';

/** Most operations of one statement. */
const BATCH_OPERATIONS = 1000;

/** Most failures that are told; the push is refused by the first already. */
const MOST_FAILURES = 100;

/** SQLSTATEs of a row that is there already. */
const UNIQUE_VIOLATION = '23505';

/** Applies operations inside a transaction that somebody else begins and ends. */
export interface PushTransaction {
  /** Applies a batch and returns its failures; what failed was not applied, and the transaction goes on. */
  apply(operations: readonly PushOperation[], firstIndex: number): Promise<PushFailure[]>;
  /** Lets constraints speak that wait for the end of the transaction, and moves sequences on. */
  settle(): Promise<PushFailure[]>;
}

export function pushTransaction(session: Session, signal: AbortSignal): PushTransaction {
  const typesOf = new Map<string, ColumnTypes>();
  const inserted = new Map<string, PushOperation['table']>();

  async function columnTypes(table: PushOperation['table']): Promise<ColumnTypes> {
    const key = tableKey(table);
    const known = typesOf.get(key);
    if (known !== undefined) return known;
    const rows = await session.query<{ name: string; type: string }>(
      {
        text: COLUMN_TYPES_SQL,
        values: [table.schema, table.name],
        activity: `describing ${key}`,
        table: key,
      },
      signal,
    );
    const types = new Map(rows.map((row) => [row.name, row.type] as const));
    typesOf.set(key, types);
    return types;
  }

  const run = async (text: string): Promise<void> => {
    await session.query({ text, activity: 'pushing' }, signal);
  };

  /** Runs statements that may fail; when they do, the transaction is as it was before them. */
  async function attempt<Result>(work: () => Promise<Result>): Promise<Result | SynclineError> {
    await run('savepoint syncline');
    try {
      const result = await work();
      await run('release savepoint syncline');
      return result;
    } catch (error) {
      if (!(error instanceof SynclineError) || !isAboutRows(error) || session.broken) throw error;
      await run('rollback to savepoint syncline');
      await run('release savepoint syncline');
      return error;
    }
  }

  /** The operations that missed their row, by their place in the batch. */
  async function applyBatch(
    shape: OperationShape,
    operations: readonly PushOperation[],
  ): Promise<{ place: number; cause: 'changed' | 'missing' }[] | SynclineError> {
    const types = await columnTypes(shape.table);
    const key = tableKey(shape.table);
    const values = parametersOf(shape, operations);
    const statement = { values, activity: `pushing ${shape.op}s to ${key}`, table: key };
    return attempt(async () => {
      const rows = await session.query<{ n: string }>({ ...statement, text: applySql(shape, types) }, signal);
      if (shape.op === 'insert' || rows.length === operations.length) return [];
      const met = new Set(rows.map((row) => Number(row.n)));
      const present = await session.query<{ n: string }>(
        { ...statement, text: presentSql(shape, types) },
        signal,
      );
      const there = new Set(present.map((row) => Number(row.n)));
      return operations.flatMap((_, place) =>
        met.has(place + 1)
          ? []
          : [{ place, cause: there.has(place + 1) ? ('changed' as const) : ('missing' as const) }],
      );
    });
  }

  async function applyShape(
    shape: OperationShape,
    operations: readonly PushOperation[],
    firstIndex: number,
  ): Promise<PushFailure[]> {
    const result = await applyBatch(shape, operations);
    if (!(result instanceof SynclineError)) {
      return result.map(({ place, cause }) => ({
        index: firstIndex + place,
        cause,
        message: cause === 'changed' ? 'the row was changed in production' : 'the row is not in production',
      }));
    }
    if (operations.length === 1) return [refusal(result, shape, firstIndex)];
    // One of them is to blame: find out which, and whether others are too.
    const failures: PushFailure[] = [];
    for (const [place, operation] of operations.entries()) {
      if (failures.length >= MOST_FAILURES) break;
      failures.push(...(await applyShape(shape, [operation], firstIndex + place)));
    }
    return failures;
  }

  return {
    async apply(operations, firstIndex) {
      const failures: PushFailure[] = [];
      for (const { shape, members, start } of batchesOf(operations)) {
        if (shape.op === 'insert') inserted.set(tableKey(shape.table), shape.table);
        failures.push(...(await applyShape(shape, members, firstIndex + start)));
      }
      return failures;
    },
    async settle() {
      const result = await attempt(() => run('set constraints all immediate'));
      if (result instanceof SynclineError) return [refusal(result, undefined, -1)];
      for (const table of inserted.values()) await advanceSequences(session, table, signal);
      return [];
    },
  };
}

/** Whether the server refused rows, and did not fail itself: lost connections, deadlocks and full disks are no verdict. */
function isAboutRows(error: SynclineError): boolean {
  const { sqlState } = error.details;
  return typeof sqlState === 'string' && !/^(08|40|53|55|57|58|XX)/.test(sqlState);
}

async function advanceSequences(
  session: Session,
  table: PushOperation['table'],
  signal: AbortSignal,
): Promise<void> {
  const name = quoteTable(table);
  const activity = `moving the sequences of ${tableKey(table)} on`;
  const columns = await session.query<{ name: string }>(
    { text: SEQUENCE_COLUMNS_SQL, values: [name], activity },
    signal,
  );
  for (const column of columns) {
    const text = advanceSequencesSql(table, column.name);
    await session.query({ text, values: [name, column.name], activity }, signal);
  }
}

interface ShapedBatch {
  readonly shape: OperationShape;
  readonly members: readonly PushOperation[];
  readonly start: number;
}

/** Cuts operations, in their order, into runs of one shape and of bounded length. */
function* batchesOf(operations: readonly PushOperation[]): Generator<ShapedBatch> {
  let start = 0;
  while (start < operations.length) {
    const [first] = operations.slice(start, start + 1);
    if (first === undefined) return;
    const shape = shapeOf(first);
    const mark = JSON.stringify(shape);
    let end = start + 1;
    while (end < operations.length && end - start < BATCH_OPERATIONS) {
      const next = operations[end];
      if (next === undefined || JSON.stringify(shapeOf(next)) !== mark) break;
      end += 1;
    }
    yield { shape, members: operations.slice(start, end), start };
    start = end;
  }
}

function refusal(error: SynclineError, shape: OperationShape | undefined, index: number): PushFailure {
  const { sqlState, constraint, columnName } = error.details;
  const exists = sqlState === UNIQUE_VIOLATION && shape?.op === 'insert';
  return {
    index,
    cause: exists ? 'exists' : 'refused',
    ...(typeof sqlState === 'string' ? { sqlState } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(typeof columnName === 'string' ? { column: columnName } : {}),
    message: describe(String(sqlState), typeof constraint === 'string' ? constraint : undefined),
  };
}

/** What a SQLSTATE of a refused row means (Postgres's appendix A), in words. */
function describe(sqlState: string, constraint: string | undefined): string {
  const named = constraint === undefined ? '' : ` "${constraint}"`;
  const meaning: Readonly<Record<string, string>> = {
    '23502': 'a column must not be NULL',
    '23503': `the foreign key${named} does not allow it`,
    '23505': `the unique constraint${named} has the value already`,
    '23514': `the check${named} does not allow it`,
    '23P01': `the exclusion constraint${named} does not allow it`,
    '22001': 'a value is too long for its column',
    '22003': 'a number is out of range for its column',
    '22P02': "a value is not of its column's type",
    '42501': 'the role lacks the right, or row level security hides the row',
    P0001: 'a trigger or function raised an error',
  };
  return meaning[sqlState] ?? `the server refused it (SQLSTATE ${sqlState})`;
}
