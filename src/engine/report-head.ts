import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Production, ProductionSnapshot } from '../core/ports.ts';
import type { PlanOutline } from './plan-incremental.ts';
import type { PulledTable, PullReport } from './pull-report.ts';
import type { PullTracker } from './pull-tracker.ts';
import type { EngineContext } from './workspace.ts';

/** A pull of either kind, as far as its report speaks of it. */
interface ReportedRun extends Pick<EngineContext, 'target' | 'clock'> {
  readonly id: string;
  readonly startedAt: number;
  readonly production: Production;
  readonly maskingKey?: MaskingKey;
  readonly tracker: PullTracker;
}

/** What the reports of full and incremental pulls say alike. */
export function reportHead(
  run: ReportedRun,
  { partialCatalog, notes }: Pick<PlanOutline, 'partialCatalog' | 'notes'>,
  snapshot: Pick<ProductionSnapshot, 'id' | 'consistent'>,
  tables: readonly PulledTable[],
): Omit<PullReport, 'mode' | 'checks' | 'warnings' | 'local'> {
  return {
    run: run.id,
    target: run.target,
    address: run.production.address,
    startedAt: new Date(run.startedAt).toISOString(),
    finishedAt: new Date(run.clock()).toISOString(),
    durations: run.tracker.finish(),
    snapshot,
    partialCatalog,
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
    notes,
  };
}
