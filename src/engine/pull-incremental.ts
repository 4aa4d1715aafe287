import type { ChangeMethod } from '../core/changes-port.ts';
import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { HeldRow } from '../core/incoming-port.ts';
import type { Comparison, HeldRecord, PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import { PLAIN } from '../core/masking/seal.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { describeIncremental } from './describe-incremental.ts';
import type { Found } from './changes/found-changes.ts';
import type { PlanOutline } from './plan-incremental.ts';
import { findIncoming, startRun } from './find-incoming.ts';
import { finishUndo, pruneUndo } from './keep-undo.ts';
import type { CheckResult, PullReport } from './pull-report.ts';
import type { PullOptions } from './pull-run.ts';
import type { PullTracker } from './pull-tracker.ts';
import type { ResolvedSelection } from './resolve-selection.ts';
import type { Selection } from './selection.ts';
import { pruneBases, undoPath } from './state-files.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import { trackingAfter, trackingFrom, type EngineContext } from './workspace.ts';

export interface IncrementalOptions extends PullOptions {
  /** The only way in which changes may be found; the best that there is when absent. */
  readonly method?: ChangeMethod;
  /** What of production is searched; all when absent. */
  readonly selection?: Selection;
}

/** An incremental pull under way. */
export interface IncrementalRun extends EngineContext, Omit<IncrementalOptions, 'method' | 'selection'> {
  readonly method: ChangeMethod | undefined;
  readonly selection: ResolvedSelection | undefined;
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
  /** Of the masking of what was found. */
  readonly checks: readonly CheckResult[];
}

/**
 * Brings production's changes since the last pull into the local database: rows of local edits stay, changes to
 * different columns of one row merge, and rows that both sides changed in the same column are held. All or nothing.
 *
 * Changes are found by the best method that the target offers, of all of production or of what is selected: see
 * {@link findChanges}. Throws FULL_PULL_NEEDED when there is nothing to start from, or when schema, rules or masking key
 * are others than those of the last pull; SELECTION_INVALID; and what a full pull throws.
 */
export async function pullIncremental(
  context: EngineContext,
  options: IncrementalOptions,
): Promise<PullReport> {
  const { ledger, local, paths, clock, log } = context;
  const run = startRun(context, options);
  const { id, startedAt, incomingPath } = run;
  ledger.begin({ id, operation: 'pull', target: run.target, startedAt, stagePath: incomingPath });
  let applied: Applied;
  try {
    applied = apply(run, await findIncoming(run));
  } catch (thrown) {
    const error = toSynclineError(thrown);
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Pull ${id} ended: ${error.code}: ${error.message}`);
    for (const path of [incomingPath, undoPath(paths, id)]) local.remove(path);
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    throw error;
  }
  return record(run, applied);
}

interface Applied {
  readonly report: PullReport;
  readonly fingerprint: string;
  readonly tables: readonly PulledTableRecord[];
  /** What was known of tables that were not looked at. */
  readonly comparisons: readonly Comparison[];
}

function apply(run: IncrementalRun, found: FoundIncremental): Applied {
  const { local, ledger, paths, previous, tracker } = run;
  const held: HeldRecord[] = [...found.stillHeld];
  const { tracking } = trackingAfter(run, run.id);
  const clean = local.fingerprint(paths.local) === previous.fingerprint;
  tracker.enter('switch');
  const undo = local.createUndoLog(undoPath(paths, run.id), PLAIN);
  let outcome: { readonly report: PullReport; readonly tables: readonly PulledTableRecord[] } | undefined;
  let result: ReturnType<typeof local.applyIncoming>;
  try {
    result = local.applyIncoming({
      localPath: paths.local,
      basePath: previous.basePath,
      incomingPath: run.incomingPath,
      tables: changedTables(found).map(withMaskedColumns),
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
  const read = new Set(found.tables.map(({ record }) => record.table.key));
  const comparisons = ledger.comparisons(run.target).filter(({ table }) => !read.has(table));
  return { ...outcome, comparisons, fingerprint: clean && held.length === 0 ? result.fingerprint : '' };
}

/** The tables of which anything has come. */
export function changedTables({ tables }: FoundIncremental): readonly PulledTableRecord[] {
  return tables
    .filter(({ counts: { inserted, updated, deleted } }) => inserted + updated + deleted > 0)
    .map(({ record }) => record);
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
function record(run: IncrementalRun, { report, fingerprint, tables, comparisons }: Applied): PullReport {
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
  ledger.saveComparisons(run.target, comparisons);
  pruneUndo(run);
  pruneBases(local, paths, ledger.neededBases());
  log('info', `Incremental pull ${run.id} is done: ${complete.totals.rows} rows changed.`);
  return complete;
}
