import { SynclineError } from '../../core/errors.ts';
import type { PushFailure, PushOperation } from '../../core/push-ports.ts';
import { tableKey } from '../../core/schema/model.ts';
import { FATES, UNIQUE_VIOLATION } from '../refusal-words.ts';
import { copyField, copyRows } from './copy-rows.ts';
import { groupedBatches, orderedBatches, type OperationBatch } from './push-batches.ts';
import { isAboutStatement, isRefusal, refusal } from './push-failures.ts';
import { advanceSequences, noteReached, type ReachedBySequence } from './push-sequences.ts';
import { applySql, copySql, parametersOf, presentSql } from './push-sql.ts';
import { describePushTable, type PushTable } from './push-table.ts';
import type { Session } from './session.ts';

/** Most failures that are told; the push is refused by the first already. */
const MOST_FAILURES = 100;

/** Fewer inserts than this are not worth a COPY. */
const LEAST_COPIED = 50;

/** Applies operations inside a transaction that somebody else begins and ends. */
export interface PushTransaction {
  /** Applies operations, of which the first has this index. What fails is not applied, and the transaction goes on. */
  apply(operations: readonly PushOperation[], firstIndex: number): Promise<void>;
  /** Lets constraints speak that wait for the end of the transaction, and moves sequences on. */
  settle(): Promise<void>;
  readonly failures: readonly PushFailure[];
  /** Whether nothing is to be learnt from going on. */
  readonly isOver: boolean;
}

/** What one statement did: everything, or something else than it was meant to. */
type Effect = 'whole' | Unmet | SynclineError;

interface Unmet {
  /** Places in the batch of operations that met no row; undefined when it cannot be told which they are. */
  readonly places: readonly number[] | undefined;
}

export function pushTransaction(
  session: Session,
  { rehearse, signal }: { readonly rehearse: boolean; readonly signal: AbortSignal },
): PushTransaction {
  const tables = new Map<string, PushTable>();
  const reached: ReachedBySequence = new Map();
  const failures: PushFailure[] = [];
  let isOver = false;

  function fail(failure: PushFailure): void {
    failures.push(failure);
    if (failures.length >= MOST_FAILURES || isAboutStatement(failure)) isOver = true;
  }

  async function run(text: string): Promise<void> {
    await session.query({ text, activity: 'pushing' }, signal);
  }

  /** Does the work; where its effect is not the whole one, the transaction is as it was before. */
  async function attempt(work: () => Promise<Effect>): Promise<Effect> {
    await run('savepoint syncline');
    let effect: Effect;
    try {
      effect = await work();
    } catch (error) {
      if (!(error instanceof SynclineError) || !isRefusal(error) || session.broken) throw error;
      effect = error;
    }
    if (effect !== 'whole') await run('rollback to savepoint syncline');
    await run('release savepoint syncline');
    return effect;
  }

  async function tableOf(batch: OperationBatch): Promise<PushTable> {
    const name = batch.shape.table;
    const key = JSON.stringify([name.schema, name.name]);
    const table = tables.get(key) ?? (await describePushTable(session, name, signal));
    tables.set(key, table);
    return table;
  }

  async function applyBatch(batch: OperationBatch): Promise<'whole' | Unmet> {
    const { shape, operations } = batch;
    const table = await tableOf(batch);
    const key = tableKey(shape.table);
    const about = { activity: `pushing ${shape.op}s to ${key}`, table: key };
    if (shape.op === 'insert') {
      const made =
        operations.length >= LEAST_COPIED && table.takesCopy
          ? await copyRows(session, { ...about, text: copySql(shape) }, copyData(batch), signal)
          : (
              await session.query(
                { ...about, text: applySql(shape, table), values: parametersOf(batch) },
                signal,
              )
            ).length;
      if (made !== operations.length) return { places: undefined };
      noteReached(reached, table, operations);
      return 'whole';
    }
    const statement = { ...about, text: applySql(shape, table), values: parametersOf(batch) };
    const rows = await session.query<{ n: string }>(statement, signal);
    const met = new Set(rows.map((row) => Number(row.n)));
    if (met.size !== rows.length) return { places: undefined };
    const places = operations.flatMap((_, place) => (met.has(place + 1) ? [] : [place]));
    return places.length === 0 ? 'whole' : { places };
  }

  /** Why one operation did not do what it was meant to. */
  async function explain(
    batch: OperationBatch,
    effect: Unmet | SynclineError,
    index: number,
  ): Promise<PushFailure> {
    const { shape } = batch;
    const isInsert = shape.op === 'insert';
    const refused = effect instanceof SynclineError ? refusal(effect, index) : undefined;
    if (refused !== undefined && !(isInsert && refused.sqlState === UNIQUE_VIOLATION)) return refused;
    const found = await session.query<{ expected: boolean }>(
      {
        text: presentSql(shape, await tableOf(batch)),
        values: parametersOf(batch),
        activity: `looking at ${tableKey(shape.table)}`,
      },
      signal,
    );
    if (refused !== undefined) {
      return found.length === 0 ? refused : { ...refused, cause: 'exists', message: FATES.exists };
    }
    if (found.length === 0 && !isInsert) {
      return { index, cause: 'missing', message: FATES.missing };
    }
    if (found.length > 1) return { index, cause: 'refused', message: 'the key names more than one row' };
    return isInsert || found.some(({ expected }) => expected)
      ? { index, cause: 'refused', message: FATES.suppressed }
      : { index, cause: 'changed', message: FATES.changed };
  }

  /** Finds out which operations of a batch fail, and applies the others. */
  async function applyApart(batch: OperationBatch, firstIndex: number): Promise<void> {
    if (isOver) return;
    const effect = await attempt(() => applyBatch(batch));
    if (effect === 'whole') return;
    const [place] = batch.places;
    if (batch.operations.length === 1 && place !== undefined) {
      fail(await explain(batch, effect, firstIndex + place));
      return;
    }
    const unmet = effect instanceof SynclineError ? undefined : effect.places;
    const parts =
      unmet === undefined
        ? halves(batch)
        : [
            partOf(batch, (at) => !unmet.includes(at)),
            ...unmet.map((at) => partOf(batch, (each) => each === at)),
          ];
    for (const part of parts) await applyApart(part, firstIndex);
  }

  return {
    async apply(operations, firstIndex) {
      if (isOver) return;
      const effect = await attempt(async () => {
        for (const batch of groupedBatches(operations)) {
          const applied = await applyBatch(batch);
          if (applied !== 'whole') return applied;
        }
        return 'whole';
      });
      if (effect === 'whole') return;
      for (const batch of orderedBatches(operations)) await applyApart(batch, firstIndex);
    },
    async settle() {
      const effect = await attempt(async () => {
        await run('set constraints all immediate');
        return 'whole';
      });
      if (effect instanceof SynclineError) fail(refusal(effect, -1));
      else
        for (const failure of await advanceSequences(session, reached, { rehearse, signal })) fail(failure);
    },
    failures,
    get isOver() {
      return isOver;
    },
  };
}

function copyData({ shape, operations }: OperationBatch): string {
  const { set: columns } = shape;
  let data = '';
  for (const { set } of operations) {
    let line = '';
    for (const [place, column] of columns.entries()) {
      line += (place === 0 ? '' : '\t') + copyField(set[column] ?? null);
    }
    data += `${line}\n`;
  }
  return data;
}

function partOf(
  { shape, operations, places }: OperationBatch,
  isIn: (at: number) => boolean,
): OperationBatch {
  return {
    shape,
    operations: operations.filter((_, at) => isIn(at)),
    places: places.filter((_, at) => isIn(at)),
  };
}

function halves(batch: OperationBatch): OperationBatch[] {
  const middle = Math.ceil(batch.operations.length / 2);
  return [partOf(batch, (at) => at < middle), partOf(batch, (at) => at >= middle)];
}
