import type { ChangeMethod } from '../core/changes-port.ts';
import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { HeldRow } from '../core/incoming-port.ts';
import type { HeldRecord, PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { RowCounts } from '../core/local-ports.ts';
import { PLAIN } from '../core/masking/seal.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { describeIncremental } from './describe-incremental.ts';
import { findChanges } from './changes/find-changes.ts';
import type { FindChanges, Found } from './changes/found-changes.ts';
import { watermarksOf } from './changes/watermark.ts';
import { planIncremental, type PlanOutline } from './plan-incremental.ts';
import { finishUndo, pruneUndo } from './keep-undo.ts';
import type { PullReport } from './pull-report.ts';
import type { PullOptions } from './pull-run.ts';
import { trackPull, type PullTracker } from './pull-tracker.ts';
import { requireAllRows } from './require-all-rows.ts';
import { basePath, pruneBases, undoPath } from './state-files.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import { withSnapshot } from './with-snapshot.ts';
import { trackingAfter, trackingFrom, type EngineContext } from './workspace.ts';

export interface IncrementalOptions extends PullOptions {
  /** The only way in which changes may be found; the best that there is when absent. */
  readonly method?: ChangeMethod;
}

/** An incremental pull under way. */
export interface IncrementalRun extends EngineContext, Omit<IncrementalOptions, 'method'> {
  readonly method: ChangeMethod | undefined;
  readonly id: string;
  readonly startedAt: number;
  readonly incomingPath: string;
  readonly previous: PulledTarget;
  readonly tracker: PullTracker;
}

/** What was found of production, before anything is applied. */
export interface FoundIncremental extends Found {
  readonly plan: PlanOutline;
  readonly snapshot: Pick<ProductionSnapshot, 'id' | 'consistent'>;
}

/**
 * Brings production's changes since the last pull into the local database: rows of local edits stay, changes to
 * different columns of one row merge, and rows that both sides changed in the same column are held. All or nothing.
 *
 * Changes are found by the best method that the target offers: see {@link findChanges}. Throws FULL_PULL_NEEDED when there is nothing to start from, or when schema, rules or masking key are others than
 * those of the last pull; and what a full pull throws.
 */
export async function pullIncremental(
  context: EngineContext,
  options: IncrementalOptions,
): Promise<PullReport> {
  const { ledger, local, paths, clock, log } = context;
  const previous = requirePrevious(context, options);
  const [id, startedAt] = [context.newRunId(), clock()];
  const incomingPath = basePath(paths, id);
  const run: IncrementalRun = {
    ...context,
    ...options,
    method: options.method,
    id,
    startedAt,
    incomingPath,
    previous,
    tracker: trackPull(clock, options.onProgress),
  };
  ledger.begin({ id, operation: 'pull', target: run.target, startedAt, stagePath: incomingPath });
  let applied: Applied;
  try {
    applied = apply(run, await findAll(run));
  } catch (thrown) {
    const error = toSynclineError(thrown);
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Pull ${id} ended: ${error.code}: ${error.message}`);
    for (const path of [incomingPath, undoPath(paths, id)]) local.remove(path);
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    throw error;
  }
  return record(run, applied);
}

/** What to start from. */
function requirePrevious(
  { ledger, local, paths, target }: EngineContext,
  { maskingKey }: PullOptions,
): PulledTarget {
  const previous = ledger.pulled(target);
  const needed = (why: string): SynclineError => new SynclineError('FULL_PULL_NEEDED', why, { target });
  if (previous === undefined) throw needed(`${target} was never pulled.`);
  if (!local.inspect(paths.local).exists) throw needed('The local database is missing.');
  if (ledger.lastPull()?.run !== previous.run)
    throw needed('The local database was last filled from another target.');
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) {
    throw needed('The last pull was masked with another key, or not at all.');
  }
  return previous;
}

async function findAll(run: IncrementalRun): Promise<FoundIncremental> {
  const { production, signal, tracker, previous, local } = run;
  tracker.enter('connect');
  requireAllRows(await production.probe(signal));
  tracker.enter('snapshot');
  return withSnapshot(production, signal, async (snapshot) => {
    tracker.enter('plan');
    const plan = await planIncremental(run, snapshot);
    tracker.enter('stage');
    const records = previous.tables.filter(({ table }) => table.primaryKey.length > 0);
    const incoming = local.createIncoming(run.incomingPath, records);
    const base = local.openBase(previous.basePath);
    try {
      tracker.enter('load');
      tracker.update({ tablesDone: 0, tablesTotal: records.length });
      const found = await findChanges(searchOf(run, { snapshot, base, incoming, records }));
      incoming.finish();
      return { plan, snapshot: { id: snapshot.id, consistent: snapshot.consistent }, ...found };
    } catch (error) {
      incoming.discard();
      throw error;
    } finally {
      base.close();
    }
  });
}

function searchOf(
  run: IncrementalRun,
  open: Pick<FindChanges, 'snapshot' | 'base' | 'incoming' | 'records'>,
): FindChanges {
  const { ledger, previous, rules, target, tracker } = run;
  return {
    ...open,
    marks: previous.marks,
    held: ledger.held(target),
    maskingKey: run.maskingKey,
    watermarks: watermarksOf(rules),
    method: run.method,
    now: run.startedAt,
    signal: run.signal,
    onRead: (table, tablesDone, rowsDone) => tracker.update({ table, tablesDone, rowsDone }),
  };
}

interface Applied {
  readonly report: PullReport;
  readonly fingerprint: string;
  readonly tables: readonly PulledTableRecord[];
}

function apply(run: IncrementalRun, found: FoundIncremental): Applied {
  const { local, ledger, paths, previous, tracker } = run;
  const held: HeldRecord[] = [];
  const { tracking } = trackingAfter(run, run.id);
  const clean = local.fingerprint(paths.local) === previous.fingerprint;
  const changed = found.tables.filter(({ counts }) => hasChanges(counts)).map(({ record }) => record);
  tracker.enter('switch');
  const undo = local.createUndoLog(undoPath(paths, run.id), PLAIN);
  let outcome: { readonly report: PullReport; readonly tables: readonly PulledTableRecord[] } | undefined;
  let result: ReturnType<typeof local.applyIncoming>;
  try {
    result = local.applyIncoming({
      localPath: paths.local,
      basePath: previous.basePath,
      incomingPath: run.incomingPath,
      tables: changed.map(withMaskedColumns),
      allTables: previous.tables,
      ...(tracking === undefined ? {} : { tracking: trackingFrom(previous, tracking) }),
      undo,
      signal: run.signal,
      onHeld: (row) => held.push(heldRecord(row)),
      beforeCommit(schemaVersions, applied) {
        outcome = describeIncremental(run, { ...found, applied });
        ledger.prepare({
          run: run.id,
          target: run.target,
          localPath: paths.local,
          created: false,
          schemaVersions,
          basePath: previous.basePath,
          maskingKey: previous.maskingKey,
          tables: outcome.tables,
          planKey: found.plan.planKey,
          marks: found.marks,
          ...(tracking === undefined ? {} : { tracking }),
          held,
          undo: finishUndo(undo),
          report: JSON.stringify(outcome.report),
        });
      },
    });
  } finally {
    undo.close();
  }
  if (outcome === undefined) throw new SynclineError('INTERNAL', 'The rows were applied without a record.');
  return { ...outcome, fingerprint: clean && held.length === 0 ? result.fingerprint : '' };
}

function hasChanges({ inserted, updated, deleted }: RowCounts): boolean {
  return inserted + updated + deleted > 0;
}

function heldRecord({ table, kind, key, columns, production }: HeldRow): HeldRecord {
  return {
    table,
    kind,
    key: Buffer.from(encodeRow(key)).toString('base64'),
    columns,
    cells: production === null ? null : Buffer.from(encodeRow(production.cells)).toString('base64'),
    seen: production?.seen == null ? null : Buffer.from(production.seen).toString('base64'),
  };
}

/** The rows are in place. Should a step fail from here on, the next start finds it out and completes it. */
function record(run: IncrementalRun, { report, fingerprint, tables }: Applied): PullReport {
  const { local, ledger, paths, previous, tracker, clock, log } = run;
  tracker.enter('record');
  local.advanceBase(
    previous.basePath,
    run.incomingPath,
    tables.filter(({ table }) => table.primaryKey.length > 0),
  );
  const finishedAt = clock();
  const complete = { ...report, finishedAt: new Date(finishedAt).toISOString(), durations: tracker.finish() };
  ledger.complete(run.id, { finishedAt, fingerprint, report: JSON.stringify(complete) });
  pruneUndo(run);
  pruneBases(local, paths, ledger.neededBases());
  log('info', `Incremental pull ${run.id} is done: ${complete.totals.rows} rows changed.`);
  return complete;
}
