import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { LocalInspection, Stage, SwitchResult } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Production, ProductionSnapshot } from '../core/ports.ts';
import { checkStage } from './check-stage.ts';
import { describeTable, recordTable } from './describe-pull.ts';
import { loadTables, type TableLoad } from './load-tables.ts';
import { countLocalEdits } from './local-edits.ts';
import { createLeakCheck } from '../core/masking/leak-check.ts';
import { planPull, type PlannedTable, type PullPlan } from './plan-pull.ts';
import type { OnProgress } from './progress.ts';
import type { CheckResult, PullReport } from './pull-report.ts';
import { trackPull, type PullTracker } from './pull-tracker.ts';
import { requireAllRows } from './require-all-rows.ts';
import { backupPath, basePath, pruneBackups, pruneBases } from './state-files.ts';
import type { EngineContext } from './workspace.ts';

export interface PullOptions {
  readonly production: Production;
  /** Absent for a raw pull. */
  readonly maskingKey?: MaskingKey;
  readonly replaceLocalEdits: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** A pull under way. */
interface PullRun extends EngineContext, PullOptions {
  readonly id: string;
  readonly startedAt: number;
  readonly stagePath: string;
  readonly found: LocalInspection;
  readonly tracker: PullTracker;
}

/**
 * Pulls production into the local database: all of it or nothing. The caller holds the workspace's lock and has
 * settled unfinished runs.
 *
 * Throws REMOTE_ errors from connecting and reading, CONFIG_ and MASKING_ errors from planning, LOCAL_EDITS when
 * unpushed edits would be replaced and nobody agreed, LOCAL_ errors and DISK_FULL from writing, CANCELLED. After any
 * of them the local database is as it was.
 */
export async function pull(context: EngineContext, options: PullOptions): Promise<PullReport> {
  const { ledger, local, paths, clock, log } = context;
  const found = local.inspect(paths.local);
  if (found.exists) local.requireSound(paths.local);
  const id = context.newRunId();
  const run: PullRun = {
    ...context,
    ...options,
    id,
    found,
    startedAt: clock(),
    stagePath: basePath(paths, id),
    tracker: trackPull(clock, options.onProgress),
  };
  ledger.begin({
    id,
    operation: 'pull',
    target: run.target,
    startedAt: run.startedAt,
    stagePath: run.stagePath,
  });
  let switched: Switched;
  try {
    switched = await readAndSwitch(run);
  } catch (thrown) {
    const error = toSynclineError(thrown);
    local.remove(run.stagePath);
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Pull ${id} ended: ${error.code}: ${error.message}`);
    throw error;
  }
  // The new database is in place. Should writing that down fail, the next start finds it out and completes it.
  return record(run, switched);
}

/** All that leads to the switch, and the switch itself. Whatever it throws, the local database is the old one. */
async function readAndSwitch(run: PullRun): Promise<Switched> {
  const { production, signal, tracker } = run;
  tracker.enter('connect');
  requireAllRows(await production.probe(signal));
  tracker.enter('snapshot');
  const snapshot = await production.openSnapshot(signal);
  try {
    const plan = await planUnderProgress(run, snapshot);
    const edits = confirmEdits(run, plan);
    const backup = await backUp(run);
    const { loads, checks } = await fillStage(run, plan, snapshot);
    return switchLocal(run, { snapshot, plan, edits, backup, loads, checks });
  } finally {
    await snapshot.close();
  }
}

async function planUnderProgress(run: PullRun, snapshot: ProductionSnapshot): Promise<PullPlan> {
  const { tracker, signal } = run;
  tracker.enter('plan');
  const plan = await planPull(snapshot, run.rules, {
    masked: run.maskingKey !== undefined,
    signal,
    onTable: (table, tablesDone, tablesTotal) => tracker.update({ table, tablesDone, tablesTotal }),
  });
  const rowsTotal = plan.tables.reduce((sum, table) => sum + table.rows, 0);
  tracker.update({ tablesDone: 0, tablesTotal: plan.tables.length, rowsTotal });
  run.log('info', `Plan: ${plan.tables.length} tables, ${rowsTotal} rows.`);
  return plan;
}

/** How many local edits this pull replaces; asks for consent by raising LOCAL_EDITS. */
function confirmEdits(run: PullRun, plan: PullPlan): number {
  const edits = countLocalEdits(run, run.found, run.ledger.pulled(run.target), plan.tables);
  if (edits > 0 && !run.replaceLocalEdits) {
    throw new SynclineError(
      'LOCAL_EDITS',
      `${edits} local ${edits === 1 ? 'row' : 'rows'} would be replaced that did not come from the last pull.`,
      { edits },
    );
  }
  return edits;
}

async function backUp(run: PullRun): Promise<string | undefined> {
  const { local, paths } = run;
  run.tracker.enter('backup');
  if (!run.found.exists) return undefined;
  local.checkWritable(paths.local);
  const destination = backupPath(paths, run.id, run.startedAt);
  await local.backup(paths.local, destination, run.signal);
  pruneBackups(local, paths, run.rules.file.local.backups);
  return destination;
}

async function fillStage(
  run: PullRun,
  plan: PullPlan,
  snapshot: ProductionSnapshot,
): Promise<{ loads: TableLoad[]; checks: CheckResult[] }> {
  const { tracker, signal, maskingKey } = run;
  tracker.enter('stage');
  const stage: Stage = run.local.createStage(
    run.stagePath,
    plan.tables.map((planned) => planned.local),
  );
  try {
    const leaks =
      plan.masks === undefined || maskingKey === undefined
        ? undefined
        : createLeakCheck({ plan: plan.masks, key: maskingKey });
    tracker.enter('load');
    const loads = await loadTables(readingOrder(plan, snapshot), {
      snapshot,
      stage,
      maskingKey,
      leaks,
      tracker,
      signal,
    });
    tracker.enter('check');
    signal.throwIfAborted();
    const checks = await checkStage({ stage, plan, loads, snapshot, leaks, signal });
    stage.finish();
    return { loads, checks };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

/**
 * Parents first, as the plan has them, in a snapshot. Without one, children first: a parent that is inserted together
 * with its children while the tables are read is then read too.
 */
function readingOrder({ tables }: PullPlan, snapshot: ProductionSnapshot): readonly PlannedTable[] {
  return snapshot.consistent ? tables : tables.toReversed();
}

interface Loaded {
  readonly snapshot: ProductionSnapshot;
  readonly plan: PullPlan;
  readonly edits: number;
  readonly backup: string | undefined;
  readonly loads: readonly TableLoad[];
  readonly checks: readonly CheckResult[];
}

interface Switched {
  readonly report: PullReport;
  readonly result: SwitchResult;
}

function switchLocal(run: PullRun, loaded: Loaded): Switched {
  const { local, ledger, paths, tracker } = run;
  const { plan, loads } = loaded;
  const loadOf = new Map(loads.map((load) => [load.table, load] as const));
  tracker.enter('switch');
  const report = describe(run, loaded);
  const created = !run.found.exists;
  const result = local.switchTo({
    localPath: paths.local,
    stagePath: run.stagePath,
    tables: plan.tables.map((planned) => planned.local),
    create: created,
    signal: run.signal,
    onTable: (table) => tracker.update({ table }),
    beforeCommit: (schemaVersions) =>
      ledger.prepare({
        run: run.id,
        target: run.target,
        localPath: paths.local,
        created,
        schemaVersions,
        basePath: run.stagePath,
        maskingKey: run.maskingKey?.fingerprint ?? null,
        tables: plan.tables.map((planned) => recordTable(planned, loadOf.get(planned.local.key))),
        report: JSON.stringify(report),
      }),
  });
  return { report, result };
}

function record(run: PullRun, { report, result }: Switched): PullReport {
  const { local, ledger, paths, tracker, clock } = run;
  tracker.enter('record');
  const finishedAt = clock();
  const complete: PullReport = {
    ...report,
    finishedAt: new Date(finishedAt).toISOString(),
    durations: tracker.finish(),
    warnings: [...report.warnings, ...describeSwitch(result)],
  };
  ledger.complete(run.id, {
    finishedAt,
    fingerprint: local.fingerprint(paths.local),
    report: JSON.stringify(complete),
  });
  pruneBases(local, paths, ledger.neededBases());
  run.log('info', `Pull ${run.id} is done: ${report.totals.rows} rows in ${report.totals.tables} tables.`);
  return complete;
}

function describeSwitch(result: SwitchResult): string[] {
  return [
    ...result.danglingElsewhere.map(
      ({ table, rows }) => `${rows} rows of ${table}, which is not pulled, refer to rows that are gone.`,
    ),
    ...result.dropped.map((object) => `The ${object} no longer fits and was dropped; the backup has it.`),
  ];
}

function describe(run: PullRun, { snapshot, plan, edits, backup, loads, checks }: Loaded): PullReport {
  const loadOf = new Map(loads.map((load) => [load.table, load] as const));
  const tables = plan.tables.map((planned) => describeTable(planned, loadOf.get(planned.local.key)));
  const withoutKey = tables.filter((table) => table.withoutKey);
  return {
    run: run.id,
    target: run.target,
    address: run.production.address,
    startedAt: new Date(run.startedAt).toISOString(),
    finishedAt: new Date(run.clock()).toISOString(),
    durations: run.tracker.finish(),
    snapshot: { id: snapshot.id, consistent: snapshot.consistent },
    partialCatalog: plan.catalog.completeness === 'partial',
    masked: run.maskingKey !== undefined,
    ...(run.maskingKey === undefined ? {} : { maskingKey: run.maskingKey.fingerprint }),
    tables,
    totals: {
      tables: tables.length,
      rows: tables.reduce((sum, table) => sum + table.rows, 0),
      bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
      maskedColumns: tables.reduce(
        (sum, table) => sum + table.columns.filter((column) => column.transformer !== 'keep').length,
        0,
      ),
    },
    checks,
    notes: plan.notes,
    warnings: [
      ...plan.warnings,
      ...withoutKey.map(({ table }) => `${table} has no primary key: it is replaced whole by every pull.`),
      ...(snapshot.consistent
        ? []
        : [
            'The tables were read one after the other, not at one instant. A connection string reads one snapshot.',
          ]),
      ...(plan.catalog.completeness === 'full'
        ? []
        : [
            'Unique constraints, checks and indexes could not be read. The kit or a connection string gives them.',
          ]),
    ],
    local: {
      path: run.paths.local,
      created: !run.found.exists,
      ...(backup === undefined ? {} : { backup }),
      replacedEdits: edits,
    },
  };
}
