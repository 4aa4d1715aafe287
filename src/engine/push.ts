import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionWriter, PushOperation } from '../core/push-ports.ts';
import type { TableKey } from '../core/schema/model.ts';
import { pruneUndo } from './keep-undo.ts';
import { OPERATIONS, planPush, preparer, reportOf, type Prepare } from './plan-push.ts';
import { requireConsent } from './push-guards.ts';
import { keepPushInverse, type PushInverse } from './push-inverse.ts';
import { operationMaker } from './push-operations.ts';
import { inDoubt, serverRefusal } from './push-outcome.ts';
import type { PushReport } from './push-report.ts';
import type { Selection } from './selection.ts';
import {
  countOf,
  sentLog,
  tableCounter,
  totalsOf,
  without,
  type SentLog,
  type SentPart,
} from './sent-changes.ts';
import { settlePushes } from './settle-pushes.ts';
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
  /** Whether the user agreed to a push above the limits of the workspace file. */
  readonly confirmed?: boolean;
  /** Whether the user agreed to a push that is not atomic, where nothing better is there. */
  readonly rowByRow?: boolean;
  /** Tables whose rules ask for an approval, and that have it for this push. */
  readonly approved?: readonly TableKey[];
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
  /** Writes down that the push begins, once. */
  readonly begin: () => void;
}

/** What a push came to; `done` is what production has now and has to be taken in. */
interface Pushed {
  readonly report: PushReport;
  readonly done: readonly SentPart[];
  /** Rows to be inserted were there already: they have to be looked up, and the rest tried again. */
  readonly again?: true;
}

/**
 * Brings local changes since the last sync to production: by columns, each with a precondition on production's row, all
 * in one transaction or not at all (row by row where the user agreed to that). One refused change refuses the push. What
 * an earlier push, of which the end was not heard, has brought to production is taken in first.
 *
 * Throws LOCAL_NOT_FOUND when nothing was pulled, MASKING_KEY_MISSING when the last pull had another key,
 * TARGET_PROTECTED, PUSH_NOT_ATOMIC and PUSH_NEEDS_CONFIRMATION when something was not agreed to, REHEARSAL_UNAVAILABLE,
 * PUSH_IN_DOUBT when the answer to the commit was lost and nobody can tell yet, and REMOTE_ errors, after which
 * production is as it was.
 */
export async function push(context: EngineContext, options: PushOptions): Promise<PushReport> {
  const { ledger, local, paths, clock, log, target } = context;
  requirePrevious(context, options.maskingKey);
  await settlePushes(context, options);
  const id = context.newRunId();
  const incomingPath = basePath(paths, id);
  const state = { isBegun: false };
  const begin = (): void => {
    if (state.isBegun) return;
    ledger.begin({ id, operation: 'push', target, startedAt: clock(), stagePath: incomingPath });
    state.isBegun = true;
  };
  const previous = requirePrevious(context, options.maskingKey);
  const run: PushRun = { ...context, ...options, id, previous, incomingPath, begin };
  const inverses: PushInverse[] = [];
  const keepInverse = (): PushInverse => {
    const inverse = keepPushInverse(run);
    inverses.push(inverse);
    return inverse;
  };
  try {
    const lookUpInserts = options.mode === 'plan' || run.writer.guarantee === 'row-by-row';
    let pushed = await planAndSend(run, { lookUpInserts, keepInverse });
    if (pushed.again) {
      // What was kept of the first try is dropped, and its file may be made anew.
      inverses.pop()?.close();
      pushed = await planAndSend(run, { lookUpInserts: true, keepInverse });
    }
    if (pushed.done.length > 0) return await takenIn(run, pushed, inverses.at(-1) ?? keepInverse());
    if (state.isBegun) ledger.end(id, ENDED_WELL.has(pushed.report.state) ? 'done' : 'failed', clock());
    return pushed.report;
  } catch (thrown) {
    const error = toSynclineError(thrown);
    const isCancelled = error.code === 'CANCELLED';
    log(isCancelled ? 'info' : 'error', `Push ${id} ended: ${error.code}: ${error.message}`);
    // One in doubt stays unfinished: the next run asks again.
    if (error.code !== 'PUSH_IN_DOUBT') {
      ledger.end(id, isCancelled ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    }
    throw error;
  } finally {
    for (const inverse of inverses) inverse.close();
    pruneUndo(context);
    pruneBases(local, paths, ledger.neededBases());
  }
}

const ENDED_WELL: ReadonlySet<PushReport['state']> = new Set(['rehearsed', 'nothing']);

/** Production has the rows, whatever happens here: what cannot be taken in now is taken in by the next run. */
async function takenIn(
  run: PushRun,
  { report, done }: Pushed,
  { recorder }: PushInverse,
): Promise<PushReport> {
  try {
    await takePushedRows({ ...run, undo: recorder, signal: new AbortController().signal }, done);
    return report;
  } catch (thrown) {
    const { code, message } = toSynclineError(thrown);
    run.log('error', `Push ${run.id} was not taken in: ${code}: ${message}`);
    const warning = `What was pushed could not be taken into the local database yet (${code}: ${message}) The next push or pull does that.`;
    return { ...report, warnings: [...report.warnings, warning] };
  }
}

interface Sending {
  /** Whether rows to be inserted are looked up first: somebody may have inserted them already. */
  readonly lookUpInserts: boolean;
  readonly keepInverse: () => PushInverse;
}

/** All that happens while the local file is read: it is closed again before anything is written to it. */
async function planAndSend(run: PushRun, { lookUpInserts, keepInverse }: Sending): Promise<Pushed> {
  const { local, paths, previous } = run;
  local.indexPseudonyms(previous.basePath, previous.tables.map(withMaskedColumns));
  const reader = local.readLocalChanges(paths.local, previous.basePath, previous.tables, previous.tracking);
  const base = local.openBase(previous.basePath);
  try {
    const prepare = preparer(run, { reader, base }, (record) =>
      operationMaker(record, { ...run, base, maskingKey: run.maskingKey, lookUpInserts }),
    );
    const plan = await planPush(run, reader, prepare);
    const report = reportOf(run, plan);
    if (plan.refused.length > 0) return { report: { ...report, state: 'refused' }, done: [] };
    if (run.mode === 'plan') {
      return { report: plan.operations === 0 ? { ...report, state: 'nothing' } : report, done: [] };
    }
    if (plan.operations === 0) return nothingToSend(run, report, plan.already);
    if (run.mode === 'push') requireConsent(run, report, base);
    run.begin();
    const inverse = run.mode === 'push' ? keepInverse() : undefined;
    return await send(run, report, { prepare, lookUpInserts, inverse });
  } finally {
    base.close();
    reader.close();
  }
}

/** What production has already, because an earlier push brought it there or somebody did the same, is taken in. */
function nothingToSend(run: PushRun, report: PushReport, already: readonly SentPart[]): Pushed {
  const nothing: PushReport = { ...report, state: 'nothing' };
  if (already.length === 0 || run.mode !== 'push') return { report: nothing, done: [] };
  run.begin();
  noteDone(run, already);
  const warning = `${countOf(already)} changes were in production already; they are taken in.`;
  return { report: { ...nothing, warnings: [...nothing.warnings, warning] }, done: already };
}

function noteDone({ ledger, id }: PushRun, done: readonly SentPart[]): void {
  ledger.applied(
    id,
    done.map(({ packed }) => packed),
  );
}

/** Some of what was sent. */
function someOf(sent: SentLog, indexes: readonly number[]): readonly SentPart[] {
  const some = sentLog();
  for (const index of indexes) {
    const change = sent.at(index);
    if (change !== undefined) some.add(change);
  }
  return some.parts();
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

/** What is sent, and how. */
interface Load {
  readonly prepare: Prepare;
  readonly lookUpInserts: boolean;
  /** Absent for a rehearsal. */
  readonly inverse: PushInverse | undefined;
}

async function send(run: PushRun, report: PushReport, load: Load): Promise<Pushed> {
  const { lookUpInserts, inverse } = load;
  const { ledger, writer, id } = run;
  const sent = sentLog();
  const already = sentLog();
  let witness: string | undefined;
  const outcome = await inDoubt(
    run,
    () => witness,
    () =>
      writer.push({
        id,
        operations: operationsOf(load, sent, already),
        rehearse: run.mode === 'rehearse',
        who: run.who,
        beforeCommit: (named) => {
          inverse?.keep();
          const parts = [...sent.parts(), ...already.parts()];
          ledger.witness(
            id,
            named,
            parts.map(({ packed }) => packed),
          );
          witness = named;
        },
        onApplied: (index) => noteDone(run, someOf(sent, [index])),
        onProgress: run.onProgress,
        signal: run.signal,
      }),
  ).catch((error: unknown) => {
    if (!(error instanceof SynclineError && error.code === 'PUSH_IN_DOUBT')) inverse?.drop();
    throw error;
  });
  switch (outcome.state) {
    case 'rehearsed':
      return { report: { ...report, state: 'rehearsed' }, done: [] };
    case 'refused': {
      inverse?.drop();
      const again = !lookUpInserts && outcome.failures.some(({ cause }) => cause === 'exists');
      const refused = outcome.failures.map((failure) => serverRefusal(failure, sent));
      return { report: { ...report, state: 'refused', refused }, done: [], ...(again ? { again } : {}) };
    }
    case 'partial': {
      const done = someOf(sent, outcome.applied);
      const doubted = outcome.failures.flatMap(({ cause, index }) => (cause === 'in-doubt' ? [index] : []));
      // What may have been applied can be undone as well: production's row tells then.
      inverse?.keepOnly([...outcome.applied, ...doubted]);
      run.log('warn', `Push ${id} was applied in part: ${countOf(done)} changes.`);
      const counter = tableCounter();
      for (const { packed } of done) counter.count(packed.table, packed.op, packed.count);
      const tables = counter.tables();
      const refused = outcome.failures.map((failure) => serverRefusal(failure, sent));
      const left = without(report.tables, tables);
      return {
        report: { ...report, state: 'partial', tables, totals: totalsOf(tables), left, refused },
        done,
      };
    }
    case 'committed':
      run.log('info', `Push ${id} was committed: ${sent.length} changes.`);
      return { report: { ...report, state: 'pushed' }, done: [...sent.parts(), ...already.parts()] };
  }
}

/** What was planned is prepared anew: production's rows are read again, and must still be as they were seen. */
async function* operationsOf(
  { prepare, inverse }: Load,
  sent: SentLog,
  already: SentLog,
): AsyncGenerator<PushOperation[]> {
  for (const op of OPERATIONS) {
    for await (const batch of prepare(op, 'passed')) {
      const operations: (readonly [PulledTableRecord, PushOperation])[] = [];
      for (const [record, prepared] of batch) {
        if (prepared.kind === 'already') already.add([record, prepared.change]);
        if (prepared.kind === 'already') continue;
        if (prepared.kind !== 'operation') {
          const { key } = record.table;
          throw new SynclineError('REMOTE_CHANGED', `${key} was changed in production meanwhile.`, {
            table: key,
          });
        }
        operations.push([record, prepared.operation]);
        sent.add([record, prepared.change]);
      }
      if (operations.length === 0) continue;
      await inverse?.record(operations);
      yield operations.map(([, operation]) => operation);
    }
  }
}
