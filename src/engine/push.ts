import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionWriter, PushFailure, PushOperation } from '../core/push-ports.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import { keyShower } from './collect-changes.ts';
import { pruneUndo } from './keep-undo.ts';
import { OPERATIONS, planPush, preparer, reportOf, type Prepare } from './plan-push.ts';
import { inDoubt } from './push-in-doubt.ts';
import { keepPushInverse, type PushInverse } from './push-inverse.ts';
import { operationMaker } from './push-operations.ts';
import type { PushReport } from './push-report.ts';
import type { Selection } from './selection.ts';
import { takePushedRows } from './take-pushed-rows.ts';
import { basePath, pruneBases } from './state-files.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import type { EngineContext } from './workspace.ts';

export interface PushOptions {
  readonly writer: ProductionWriter;
  /** Where production is, without any secret. */
  readonly address: string;
  /** The key of the last pull; absent when that was raw. */
  readonly maskingKey?: MaskingKey;
  /** `plan` only looks; `rehearse` does it on the server and rolls back. */
  readonly mode: 'plan' | 'rehearse' | 'push';
  /** What of the local changes is pushed; all when absent. */
  readonly selection?: Selection;
  /** Whether the user armed the protected target, by its name. */
  readonly armed: boolean;
  /** Who pushes, for production's record. */
  readonly who: string;
  readonly signal: AbortSignal;
  readonly onProgress: (operations: number) => void;
}

/** A push under way. */
export interface PushRun extends EngineContext, PushOptions {
  readonly id: string;
  readonly previous: PulledTarget;
  readonly incomingPath: string;
}

/**
 * Brings local changes since the last sync to production: by columns, each with a precondition on production's row,
 * all in one transaction or not at all. One refused change refuses the push.
 *
 * Throws LOCAL_NOT_FOUND when nothing was pulled, MASKING_KEY_MISSING when the last pull had another key,
 * TARGET_PROTECTED when a protected target was not armed, PUSH_IN_DOUBT when the answer to the commit was lost and
 * nobody can tell, and REMOTE_ errors, after which production is as it was.
 */
export async function push(context: EngineContext, options: PushOptions): Promise<PushReport> {
  const { ledger, local, paths, clock } = context;
  const previous = requirePrevious(context, options.maskingKey);
  const id = context.newRunId();
  const run: PushRun = { ...context, ...options, id, previous, incomingPath: basePath(paths, id) };
  let inverse: PushInverse | undefined;
  try {
    const { report, sent } = await planAndSend(run, () => (inverse ??= keepPushInverse(run)));
    if (sent !== undefined && inverse !== undefined) await takePushedRows(run, sent, inverse.recorder);
    return report;
  } catch (thrown) {
    const error = toSynclineError(thrown);
    context.log(
      error.code === 'CANCELLED' ? 'info' : 'error',
      `Push ${id} ended: ${error.code}: ${error.message}`,
    );
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    throw error;
  } finally {
    inverse?.close();
    pruneUndo(context);
    pruneBases(local, paths, ledger.neededBases());
  }
}

type Sent = readonly (readonly [PulledTableRecord, RowChange])[];

/** All that happens while the local file is read: it is closed again before anything is written to it. */
async function planAndSend(
  run: PushRun,
  keepInverse: () => PushInverse,
): Promise<{ readonly report: PushReport; readonly sent?: Sent }> {
  const { local, paths, previous, ledger, target, clock, id } = run;
  local.indexPseudonyms(previous.basePath, previous.tables.map(withMaskedColumns));
  const reader = local.readLocalChanges(paths.local, previous.basePath, previous.tables, previous.tracking);
  const base = local.openBase(previous.basePath);
  try {
    const prepare = preparer(run, reader, (record) =>
      operationMaker(record, { ...run, base, maskingKey: run.maskingKey }),
    );
    const plan = await planPush(run, prepare);
    const report = reportOf(run, plan);
    if (plan.refused.length > 0) return { report: { ...report, state: 'refused' } };
    if (plan.operations === 0) return { report: { ...report, state: 'nothing' } };
    if (run.mode === 'plan') return { report };
    if (run.mode === 'push') requireArmed(run, run.armed);
    ledger.begin({ id, operation: 'push', target, startedAt: clock(), stagePath: run.incomingPath });
    return await send(run, report, prepare, run.mode === 'push' ? keepInverse() : undefined);
  } finally {
    base.close();
    reader.close();
  }
}

/** Throws TARGET_PROTECTED. */
export function requireArmed({ rules, target }: EngineContext, armed: boolean): void {
  if (armed || !(rules.file.targets[target]?.protected ?? true)) return;
  throw new SynclineError('TARGET_PROTECTED', `${target} is protected, and was not armed for this push.`, {
    target,
  });
}

function requirePrevious(
  { ledger, target }: EngineContext,
  maskingKey: MaskingKey | undefined,
): PulledTarget {
  const previous = ledger.pulled(target);
  if (previous === undefined) throw new SynclineError('LOCAL_NOT_FOUND', `${target} was never pulled.`);
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'The last pull had another masking key, or none: production cannot be compared without that key.',
    );
  }
  return previous;
}

async function send(
  run: PushRun,
  report: PushReport,
  prepare: Prepare,
  inverse: PushInverse | undefined,
): Promise<{ readonly report: PushReport; readonly sent?: Sent }> {
  const { ledger, writer, clock } = run;
  const sent: (readonly [PulledTableRecord, RowChange])[] = [];
  let witness: string | undefined;
  const outcome = await inDoubt(
    run,
    () => witness,
    () =>
      writer.push({
        id: run.id,
        operations: operationsOf(prepare, sent, inverse),
        rehearse: run.mode === 'rehearse',
        who: run.who,
        beforeCommit: (named) => {
          witness = named;
          inverse?.keep();
          ledger.witness(run.id, named);
        },
        onProgress: run.onProgress,
        signal: run.signal,
      }),
  ).catch((error: unknown) => {
    if (!(error instanceof SynclineError && error.code === 'PUSH_IN_DOUBT')) inverse?.drop();
    throw error;
  });
  switch (outcome.state) {
    case 'rehearsed':
      ledger.end(run.id, 'done', clock());
      return { report: { ...report, state: 'rehearsed' } };
    case 'refused': {
      inverse?.drop();
      ledger.end(run.id, 'failed', clock());
      const refused = outcome.failures.map((failure) => serverRefusal(failure, sent));
      return { report: { ...report, state: 'refused', refused } };
    }
    case 'partial':
      throw new SynclineError('INTERNAL', 'A push in one transaction cannot be applied in part.');
    case 'committed':
      run.log('info', `Push ${run.id} was committed: ${sent.length} changes.`);
      return { report: { ...report, state: 'pushed' }, sent };
  }
}

/** What was planned is prepared anew: production's rows are read again, and must still be as they were seen. */
async function* operationsOf(
  prepare: Prepare,
  sent: (readonly [PulledTableRecord, RowChange])[],
  inverse: PushInverse | undefined,
): AsyncGenerator<PushOperation[]> {
  for (const op of OPERATIONS) {
    for await (const batch of prepare(op)) {
      const operations: (readonly [PulledTableRecord, PushOperation])[] = [];
      for (const [record, prepared] of batch) {
        if (prepared.kind === 'already') continue;
        if (prepared.kind !== 'operation') {
          throw new SynclineError(
            'REMOTE_CHANGED',
            `${record.table.key} was changed in production meanwhile.`,
            {
              table: record.table.key,
            },
          );
        }
        operations.push([record, prepared.operation]);
        sent.push([record, prepared.change]);
      }
      if (operations.length === 0) continue;
      await inverse?.record(operations);
      yield operations.map(([, operation]) => operation);
    }
  }
}

function serverRefusal(
  failure: PushFailure,
  sent: readonly (readonly [PulledTableRecord, RowChange])[],
): RefusedChange {
  const entry = sent[failure.index];
  const cause = {
    changed: 'changed-in-production',
    missing: 'missing-in-production',
    exists: 'exists-in-production',
    refused: 'refused-by-server',
  } as const;
  return {
    table: entry?.[0].table.key ?? '',
    key: entry === undefined ? [] : keyShower(entry[0])(entry[1].key),
    op: entry?.[1].op ?? 'update',
    ...(failure.column === undefined ? {} : { column: failure.column }),
    cause: cause[failure.cause],
    message: failure.message,
  };
}
