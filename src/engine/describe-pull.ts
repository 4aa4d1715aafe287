import type { PulledTableRecord, SyncMarks } from '../core/ledger-port.ts';
import { seenColumnOf, type SwitchResult } from '../core/local-ports.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { foldName } from '../core/schema/identifiers.ts';
import type { TableLoad } from './load-tables.ts';
import type { OldRows } from './old-rows.ts';
import type { PlanOutline } from './plan-incremental.ts';
import type { PlannedTable, PullPlan } from './plan-pull.ts';
import type { CheckResult, PulledColumn, PulledTable, PullReport } from './pull-report.ts';
import type { PullRun } from './pull-run.ts';
import { reportHead } from './report-head.ts';

/** What happened to each column of a planned table, in its order. */
export function describeColumns({ columns, mask }: Pick<PlannedTable, 'columns' | 'mask'>): PulledColumn[] {
  const masks = new Map(mask?.columns.map((column) => [column.column, column] as const));
  return columns.map((column) => {
    const found = masks.get(column);
    return found === undefined
      ? { column, transformer: 'keep', reason: 'rule', detail: 'pulled raw, as asked' }
      : { column, transformer: found.transformer, reason: found.reason.source, detail: found.reason.detail };
  });
}

export function recordTable(planned: PlannedTable, load: TableLoad | undefined): PulledTableRecord {
  return {
    table: planned.local,
    seenColumn: seenColumnOf(planned.local),
    columns: describeColumns(planned),
    ...(planned.filter === undefined ? {} : { filter: planned.filter }),
    mask: planned.mask ?? null,
    rows: load?.rows ?? 0,
  };
}

/** A pull that is ready to be switched to. */
export interface LoadedPull {
  readonly snapshot: Pick<ProductionSnapshot, 'id' | 'consistent'>;
  readonly plan: PullPlan;
  readonly outline: PlanOutline;
  /** Taken before the rows were read. */
  readonly marks: SyncMarks;
  readonly oldRows: OldRows;
  readonly loads: readonly TableLoad[];
  readonly checks: readonly CheckResult[];
}

export function reportOf(run: PullRun, loaded: LoadedPull): PullReport {
  const { snapshot, plan, oldRows, loads, checks } = loaded;
  const loadOf = new Map(loads.map((load) => [load.table, load] as const));
  const tables = plan.tables.map((planned) => describeTable(planned, loadOf.get(planned.local.key)));
  return {
    ...reportHead(run, loaded.outline, snapshot, tables),
    mode: 'full',
    checks,
    warnings: warningsOf(run, loaded, tables),
    local: {
      path: run.paths.local,
      created: !run.found.exists,
      ...(oldRows.backup === undefined ? {} : { backup: oldRows.backup }),
      replacedEdits: oldRows.edits,
    },
  };
}

function describeTable(planned: PlannedTable, load: TableLoad | undefined): PulledTable {
  return {
    table: planned.local.key,
    localName: planned.local.name,
    rows: load?.rows ?? 0,
    bytes: load?.bytes ?? 0,
    withoutKey: planned.local.primaryKey.length === 0,
    ...(planned.where.length === 0
      ? {}
      : { filtered: { matched: load?.matched ?? 0, parents: (load?.rows ?? 0) - (load?.matched ?? 0) } }),
    columns: describeColumns(planned),
  };
}

function warningsOf(
  { found, previous, maskingKey }: PullRun,
  { plan, snapshot, oldRows }: LoadedPull,
  tables: readonly PulledTable[],
): string[] {
  const present = new Set(found.tables.map(foldName));
  const pulled = new Set(plan.tables.map(({ local }) => foldName(local.name)));
  const leftOver = (previous?.tables ?? [])
    .map(({ table }) => table.name)
    .filter((name) => present.has(foldName(name)) && !pulled.has(foldName(name)));
  return [
    ...plan.warnings,
    ...(maskingKey !== undefined && oldRows.backup !== undefined && previous?.maskingKey === null
      ? ['The backup holds the rows of the raw pull before this one, unmasked.']
      : []),
    ...tables
      .filter((table) => table.withoutKey)
      .map(({ table }) => `${table} has no primary key: it is replaced whole by every pull.`),
    ...leftOver.map((name) => `${name} is not pulled any more: the local table was left as it is.`),
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
  ];
}

/** What the switch did beside replacing rows. */
export function describeSwitch({ danglingElsewhere, dropped }: SwitchResult): string[] {
  return [
    ...danglingElsewhere.map(
      ({ table, rows }) => `${rows} rows of ${table}, which is not pulled, refer to rows that are gone.`,
    ),
    ...dropped.map((object) => `The ${object} no longer fits and was dropped; the backup has it.`),
  ];
}
