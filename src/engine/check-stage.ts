import { setImmediate } from 'node:timers/promises';
import { SynclineError } from '../core/errors.ts';
import type { Stage } from '../core/local-ports.ts';
import type { LeakCheck } from '../core/masking/leak-check.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { leakChecks } from './leak-checks.ts';
import type { TableLoad } from './load-tables.ts';
import type { PullPlan } from './plan-pull.ts';
import type { CheckResult } from './pull-report.ts';

/** Rows looked at before other work of this thread gets a turn. */
const ROWS_BETWEEN_TURNS = 20_000;

export interface StagedPull {
  readonly stage: Stage;
  readonly plan: PullPlan;
  readonly loads: readonly TableLoad[];
  readonly snapshot: ProductionSnapshot;
  /** Absent for a raw pull. */
  readonly leaks: LeakCheck | undefined;
  readonly signal: AbortSignal;
}

/**
 * Makes sure of the stage before the local database is touched. Throws what a failed check means: REMOTE_CHANGED,
 * FOREIGN_KEY_VIOLATIONS, CONSTRAINT_VIOLATION, MASKING_LEAK. Returns what was checked, and what was not.
 */
export async function checkStage({
  stage,
  plan,
  loads,
  snapshot,
  leaks,
  signal,
}: StagedPull): Promise<CheckResult[]> {
  return [
    await checkCatalog(plan, snapshot, signal),
    checkCounts(stage, plan, loads, snapshot),
    checkReferences(stage, plan),
    checkIntegrity(stage),
    ...(await checkLeaks(stage, plan, leaks, signal)),
  ];
}

/** Without one snapshot, a table may have been altered between the plan and its last row. */
async function checkCatalog(
  plan: PullPlan,
  snapshot: ProductionSnapshot,
  signal: AbortSignal,
): Promise<CheckResult> {
  const name = 'production kept its schema';
  if (snapshot.consistent) {
    return { name, status: 'passed', detail: 'all tables were read in one snapshot' };
  }
  const now = await snapshot.catalog(signal);
  if (withoutEstimates(now.tables) !== withoutEstimates(plan.catalog.tables)) {
    throw new SynclineError('REMOTE_CHANGED', "Production's schema was altered during the pull.");
  }
  return { name, status: 'passed', detail: 'the schema is the same after the pull as before' };
}

function withoutEstimates(tables: PullPlan['catalog']['tables']): string {
  return JSON.stringify(tables.map((table) => ({ ...table, estimatedRows: null })));
}

function checkCounts(
  stage: Stage,
  plan: PullPlan,
  loads: readonly TableLoad[],
  snapshot: ProductionSnapshot,
): CheckResult {
  const name = 'row counts';
  const moved: string[] = [];
  let parents = 0;
  for (const planned of plan.tables) {
    const staged = stage.countRows(planned.local);
    const load = loads.find(({ table }) => table === planned.local.key);
    const [arrived, matched] = [load?.rows ?? 0, load?.matched ?? 0];
    parents += arrived - matched;
    if (staged !== arrived || (snapshot.consistent && matched !== planned.rows)) {
      throw new SynclineError(
        'REMOTE_CHANGED',
        `Table ${planned.local.key} had ${planned.rows} rows to read; ${matched} came, ${arrived} in all, and ${staged} were staged.`,
        { table: planned.local.key },
      );
    }
    if (matched !== planned.rows)
      moved.push(`${planned.local.key} (${planned.rows} when counted, ${matched} read)`);
  }
  const filtered = plan.tables.filter(({ where }) => where.length > 0).length;
  const beside =
    filtered === 0
      ? ''
      : `; ${filtered} of them only those that meet their conditions, and ${parents} rows to which others refer`;
  const detail =
    moved.length === 0
      ? `${plan.tables.length} tables have as many rows as production${beside}`
      : `every row that was read is there; production wrote meanwhile: ${moved.join(', ')}`;
  return { name, status: 'passed', detail };
}

function checkReferences(stage: Stage, plan: PullPlan): CheckResult {
  const name = 'foreign keys';
  const dangling = stage.danglingReferences();
  if (dangling.length > 0) {
    throw new SynclineError(
      'FOREIGN_KEY_VIOLATIONS',
      `Rows refer to missing rows: ${dangling.map((found) => `${found.table} to ${found.parent} (${found.rows})`).join(', ')}.`,
      { tables: dangling.map((found) => found.table) },
    );
  }
  const keys = plan.tables.reduce((sum, { local }) => sum + local.source.foreignKeys.length, 0);
  return { name, status: 'passed', detail: `${keys} foreign keys, no dangling reference` };
}

function checkIntegrity(stage: Stage): CheckResult {
  const problems = stage.integrityProblems();
  if (problems.length > 0) {
    throw new SynclineError('CONSTRAINT_VIOLATION', `SQLite's own check found ${problems.length} problems.`);
  }
  return { name: 'integrity', status: 'passed', detail: "SQLite's own check found nothing" };
}

async function checkLeaks(
  stage: Stage,
  plan: PullPlan,
  leaks: LeakCheck | undefined,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  if (leaks === undefined) {
    return [{ name: 'masking', status: 'skipped', detail: 'the pull was raw: nothing was masked' }];
  }
  for (const { local } of plan.tables) {
    let rows = 0;
    for (const row of stage.texts(local)) {
      leaks.inspect(local.key, row);
      rows += 1;
      // So that a cancellation can be heard.
      if (rows % ROWS_BETWEEN_TURNS === 0) await setImmediate(undefined, { signal });
    }
  }
  return leakChecks(leaks);
}
