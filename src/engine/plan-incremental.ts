import { SynclineError } from '../core/errors.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import type { SchemaNote } from '../core/schema/local-schema.ts';
import { planKeyOf } from './plan-key.ts';
import { planPull, type PullPlan } from './plan-pull.ts';
import type { IncrementalRun } from './pull-incremental.ts';
import type { PullReport } from './pull-report.ts';

/** What the report says of a plan. */
export interface PlanOutline {
  readonly planKey: string;
  readonly partialCatalog: boolean;
  readonly notes: readonly SchemaNote[];
  readonly warnings: readonly string[];
}

export function outlineOf({ catalog, notes, warnings }: PullPlan, planKey: string): PlanOutline {
  return { planKey, partialCatalog: catalog.completeness === 'partial', notes, warnings };
}

/**
 * Makes sure that the base's rows can be held against production's: tables, columns and masking must be those of the last
 * pull. They surely are while catalog and rules are the same; else it is planned anew, from samples. Throws
 * FULL_PULL_NEEDED.
 */
export async function planIncremental(
  run: IncrementalRun,
  snapshot: ProductionSnapshot,
): Promise<PlanOutline> {
  const { previous, rules, signal, tracker } = run;
  const masked = run.maskingKey !== undefined;
  const planKey = planKeyOf(await snapshot.catalog(signal), rules, masked);
  if (planKey === previous.planKey) {
    // Written by a pull as a PullReport; the ledger is Syncline's own file.
    const { partialCatalog, notes } = JSON.parse(previous.report) as PullReport;
    return { planKey, partialCatalog, notes, warnings: [] };
  }
  const plan = await planPull(snapshot, rules, {
    masked,
    now: run.startedAt,
    signal,
    onTable: (table, tablesDone, tablesTotal) => tracker.update({ table, tablesDone, tablesTotal }),
  });
  requireSamePlan(run, plan);
  return outlineOf(plan, planKey);
}

/** The rows in the base were made by another plan: they cannot be compared with what this one would make. */
function requireSamePlan({ previous, target }: IncrementalRun, plan: PullPlan): void {
  const before = new Map(previous.tables.map((record) => [record.table.key, record] as const));
  const altered = plan.tables
    .filter(({ local, mask, filter }) => {
      const record = before.get(local.key);
      return (
        record?.table.createSql !== local.createSql ||
        JSON.stringify(record.mask) !== JSON.stringify(mask ?? null) ||
        JSON.stringify(record.filter) !== JSON.stringify(filter)
      );
    })
    .map(({ local }) => local.key);
  const planned = new Set(plan.tables.map(({ local }) => local.key));
  const dropped = previous.tables.map(({ table }) => table.key).filter((key) => !planned.has(key));
  if (altered.length + dropped.length === 0) return;
  throw new SynclineError(
    'FULL_PULL_NEEDED',
    `Schema, masking or conditions are others than at the last pull: ${[...altered, ...dropped].join(', ')}.`,
    { target, tables: [...altered, ...dropped] },
  );
}
