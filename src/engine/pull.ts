import { setImmediate } from 'node:timers/promises';
import { toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { Stage } from '../core/local-ports.ts';
import { createLeakCheck } from '../core/masking/leak-check.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { checkStage } from './check-stage.ts';
import { describeSwitch, recordTable, reportOf, type LoadedPull } from './describe-pull.ts';
import { pruneUndo } from './keep-undo.ts';
import { loadTables } from './load-tables.ts';
import { keepOldRows, type OldRows } from './old-rows.ts';
import { outlineOf } from './plan-incremental.ts';
import { planKeyOf } from './plan-key.ts';
import { planPull, type PlannedTable, type PullPlan } from './plan-pull.ts';
import type { PullReport } from './pull-report.ts';
import type { PullOptions, PullRun } from './pull-run.ts';
import { trackPull } from './pull-tracker.ts';
import { requireAllRows } from './require-all-rows.ts';
import { backupPath, basePath, pruneBackups, pruneBases } from './state-files.ts';
import { withSnapshot } from './with-snapshot.ts';
import { trackingAfter, type EngineContext } from './workspace.ts';

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
  const [id, startedAt] = [context.newRunId(), clock()];
  const run: PullRun = {
    ...context,
    ...options,
    id,
    startedAt,
    stagePath: basePath(paths, id),
    backupPath: backupPath(paths, id, startedAt),
    found,
    previous: ledger.lastPull(),
    tracker: trackPull(clock, options.onProgress),
  };
  ledger.begin({ id, operation: 'pull', target: run.target, startedAt, stagePath: run.stagePath });
  let switched: Switched;
  try {
    switched = await switchLocal(run, await readAndStage(run));
  } catch (thrown) {
    const error = toSynclineError(thrown);
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Pull ${id} ended: ${error.code}: ${error.message}`);
    // The local database is as it was, so that a backup of it would only push out an older one.
    for (const path of [run.stagePath, run.backupPath]) attempt(run, () => local.remove(path));
    const state = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
    attempt(run, () => ledger.end(id, state, clock(), toErrorRecord(error)));
    throw error;
  }
  return record(run, switched);
}

/** All that leads to the switch: everything that is read of production, and nothing that touches the local database. */
async function readAndStage(run: PullRun): Promise<LoadedPull> {
  const { production, signal, tracker, local, paths, found } = run;
  tracker.enter('connect');
  requireAllRows(await production.probe(signal));
  tracker.enter('snapshot');
  return withSnapshot(production, signal, async (snapshot) => {
    const position = await snapshot.changeLog?.position(signal);
    const plan = await planUnderProgress(run, snapshot);
    const outline = outlineOf(plan, planKeyOf(plan.catalog, run.rules, run.maskingKey !== undefined));
    tracker.enter('backup');
    if (found.exists) local.checkWritable(paths.local);
    const oldRows = await keepOldRows(run, plan.tables, found.fingerprint);
    const { loads, checks } = await fillStage(run, plan, snapshot);
    return {
      snapshot: { id: snapshot.id, consistent: snapshot.consistent },
      plan,
      outline,
      marks: { ...(position === undefined ? {} : { position }), tables: {} },
      oldRows,
      loads,
      checks,
    };
  });
}

async function planUnderProgress(run: PullRun, snapshot: ProductionSnapshot): Promise<PullPlan> {
  const { tracker, signal } = run;
  tracker.enter('plan');
  const plan = await planPull(snapshot, run.rules, {
    masked: run.maskingKey !== undefined,
    now: run.startedAt,
    signal,
    onTable: (table, tablesDone, tablesTotal) => tracker.update({ table, tablesDone, tablesTotal }),
  });
  const rowsTotal = plan.tables.reduce((sum, table) => sum + table.rows, 0);
  tracker.update({ tablesDone: 0, tablesTotal: plan.tables.length, rowsTotal });
  run.log('info', `Plan: ${plan.tables.length} tables, ${rowsTotal} rows.`);
  return plan;
}

async function fillStage(
  run: PullRun,
  plan: PullPlan,
  snapshot: ProductionSnapshot,
): Promise<Pick<LoadedPull, 'loads' | 'checks'>> {
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
 * with its children while the tables are read is then read too. Filtered tables come before those, parents first: what
 * is missing of them is asked for by key anyway.
 */
function readingOrder({ tables }: PullPlan, snapshot: ProductionSnapshot): readonly PlannedTable[] {
  if (snapshot.consistent) return tables;
  const isFiltered = ({ where }: PlannedTable): boolean => where.length > 0;
  return [...tables.filter(isFiltered), ...tables.filter((table) => !isFiltered(table)).toReversed()];
}

interface Switched {
  readonly report: PullReport;
  readonly fingerprint: string;
}

async function switchLocal(run: PullRun, loaded: LoadedPull): Promise<Switched> {
  const { local, ledger, paths, tracker, found, previous } = run;
  const { plan, loads } = loaded;
  const loadOf = new Map(loads.map((load) => [load.table, load] as const));
  const created = !found.exists;
  let oldRows: OldRows = loaded.oldRows;
  // The last turn in which a cancellation can be heard: from here on nothing waits for anybody.
  await setImmediate(undefined, { signal: run.signal });
  tracker.enter('switch');
  const result = await local.switchTo({
    localPath: paths.local,
    stagePath: run.stagePath,
    tables: plan.tables.map((planned) => planned.local),
    create: created,
    formerIndexes: (previous?.tables ?? []).flatMap(({ table }) => table.indexes.map(({ name }) => name)),
    ...trackingAfter(run, run.id),
    signal: run.signal,
    onLocked: async () => {
      const fingerprint = local.fingerprint(paths.local);
      // Somebody may have written since the edits were counted and backed up.
      if (fingerprint !== oldRows.fingerprint) oldRows = await keepOldRows(run, plan.tables, fingerprint);
    },
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
        planKey: loaded.outline.planKey,
        marks: loaded.marks,
        ...trackingAfter(run, run.id),
        held: [],
        undo: {
          kind: 'file',
          path: oldRows.backup ?? null,
          rows: loads.reduce((sum, load) => sum + load.rows, 0),
        },
        report: JSON.stringify(reportOf(run, { ...loaded, oldRows })),
      }),
  });
  const report = reportOf(run, { ...loaded, oldRows });
  return {
    report: { ...report, warnings: [...report.warnings, ...describeSwitch(result)] },
    fingerprint: result.fingerprint,
  };
}

/** The new database is in place. Should writing that down fail, the next start finds it out and completes it. */
function record(run: PullRun, { report, fingerprint }: Switched): PullReport {
  const { local, ledger, paths, tracker, clock, log } = run;
  tracker.enter('record');
  const finishedAt = clock();
  const complete: PullReport = {
    ...report,
    finishedAt: new Date(finishedAt).toISOString(),
    durations: tracker.finish(),
  };
  attempt(run, () => {
    ledger.complete(run.id, { finishedAt, fingerprint, report: JSON.stringify(complete) });
    pruneUndo(run);
    pruneBases(local, paths, ledger.neededBases());
    const needed = ledger.undoable().flatMap(({ path }) => path ?? []);
    pruneBackups(local, paths, run.rules.file.local.backups, needed);
  });
  log('info', `Pull ${run.id} is done: ${report.totals.rows} rows in ${report.totals.tables} tables.`);
  return complete;
}

/** What is only tidying up, and must not hide how the pull itself ended. */
function attempt({ log }: PullRun, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    const { code, message } = toSynclineError(thrown);
    log('warn', `${code}: ${message} The next start tries again.`);
  }
}
