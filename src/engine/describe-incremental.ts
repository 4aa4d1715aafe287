import type { AppliedTable } from '../core/incoming-port.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import type { PullPlan } from './plan-pull.ts';
import type { FoundChanges, IncrementalRun } from './pull-incremental.ts';
import type { PulledTable, PullReport } from './pull-report.ts';
import { reportHead } from './report-head.ts';

interface IncrementalOutcome {
  readonly plan: PullPlan;
  readonly snapshot: Pick<ProductionSnapshot, 'id' | 'consistent'>;
  readonly tables: readonly FoundChanges[];
  readonly applied: readonly AppliedTable[];
}

/** The report of an incremental pull, and the tables as they stand after it. */
export function describeIncremental(
  run: IncrementalRun,
  { plan, snapshot, tables: found, applied }: IncrementalOutcome,
): { readonly report: PullReport; readonly tables: readonly PulledTableRecord[] } {
  const readOf = new Map(found.map((changes) => [changes.record.table.key, changes.read] as const));
  const appliedOf = new Map(applied.map((table) => [table.table, table] as const));
  const records = run.previous.tables.map((record) => ({
    ...record,
    rows: readOf.get(record.table.key) ?? record.rows,
  }));
  const tables = records.map((record) => describeTable(record, appliedOf.get(record.table.key)));
  const held = applied.reduce((sum, table) => sum + table.held, 0);
  const keyless = records.filter(({ table }) => table.primaryKey.length === 0).map(({ table }) => table.key);
  const report: PullReport = {
    ...reportHead(run, plan, snapshot, tables),
    mode: 'incremental',
    checks: [
      { name: 'foreign keys', status: 'passed', detail: 'the changed rows refer to rows that are there' },
      {
        name: 'changes',
        status: 'passed',
        detail: 'every row of production was compared with what was last seen: none can be missed',
      },
    ],
    warnings: [
      ...plan.warnings,
      ...(held === 0
        ? []
        : [`${held} rows were changed on both sides and left alone: they wait for a decision.`]),
      ...keyless.map((table) => `${table} has no primary key: only a full pull brings its changes.`),
    ],
    local: { path: run.paths.local, created: false, replacedEdits: 0 },
  };
  return { report, tables: records };
}

function describeTable(record: PulledTableRecord, applied: AppliedTable | undefined): PulledTable {
  const changes = {
    inserted: applied?.inserted ?? 0,
    updated: applied?.updated ?? 0,
    deleted: applied?.deleted ?? 0,
    held: applied?.held ?? 0,
  };
  return {
    table: record.table.key,
    localName: record.table.name,
    rows: changes.inserted + changes.updated + changes.deleted,
    bytes: 0,
    withoutKey: record.table.primaryKey.length === 0,
    columns: record.columns,
    changes,
  };
}
