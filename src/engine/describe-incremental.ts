import type { AppliedTable } from '../core/incoming-port.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { FoundChanges } from './changes/found-changes.ts';
import { OVERLAP_MINUTES } from './changes/watermark.ts';
import type { FoundIncremental, IncrementalRun } from './pull-incremental.ts';
import type { CheckResult, PulledTable, PullReport } from './pull-report.ts';
import { reportHead } from './report-head.ts';

interface IncrementalOutcome extends FoundIncremental {
  readonly applied: readonly AppliedTable[];
}

/** The report of an incremental pull, and the tables as they stand after it. */
export function describeIncremental(
  run: IncrementalRun,
  { plan, snapshot, checks, tables: found, stillHeld, warnings, applied }: IncrementalOutcome,
): { readonly report: PullReport; readonly tables: readonly PulledTableRecord[] } {
  const foundOf = new Map(found.map((changes) => [changes.record.table.key, changes] as const));
  const appliedOf = new Map(applied.map((table) => [table.table, table] as const));
  const records = run.previous.tables.map((record) => {
    const counts = foundOf.get(record.table.key)?.counts;
    return { ...record, rows: record.rows + (counts?.inserted ?? 0) - (counts?.deleted ?? 0) };
  });
  const tables = records.map((record) =>
    describeTable(record, foundOf.get(record.table.key), appliedOf.get(record.table.key)),
  );
  const held = applied.reduce((sum, table) => sum + table.held, stillHeld.length);
  const keyless = records
    .map(({ table }) => table)
    .filter(({ key, primaryKey }) => primaryKey.length === 0 && (run.selection?.tables.has(key) ?? true))
    .map(({ key }) => key);
  const report: PullReport = {
    ...reportHead(run, plan, snapshot, tables),
    mode: 'incremental',
    checks: [
      { name: 'foreign keys', status: 'passed', detail: 'the changed rows refer to rows that are there' },
      ...checks,
      ...promises(found),
    ],
    warnings: [
      ...plan.warnings,
      ...warnings,
      ...(held === 0
        ? []
        : [`${held} rows were changed on both sides and left alone: they wait for a decision.`]),
      ...keyless.map((table) => `${table} has no primary key: only a full pull brings its changes.`),
    ],
    local: { path: run.paths.local, created: false, replacedEdits: 0 },
  };
  return { report, tables: records };
}

/** What each method promises. */
const PROMISE: Readonly<Record<FoundChanges['method'], string>> = {
  'change-log': 'the change log told every change, however late it was committed: none can be missed',
  digests: 'stretches of rows with another digest than the last time were read: no other value can be missed',
  full: 'every row was compared with what was last seen: none can be missed',
  selection:
    'the selected rows were read, and those that have to do with them: of other rows nothing is said, and the next pull of everything finds their changes',
  watermark: `all keys were compared, but only rows with a later watermark: an update that did not move it, or was committed more than ${OVERLAP_MINUTES} minutes late, waits for the daily comparison of every row`,
};

/** A watermark is no proof, so its check counts as not made. */
function promises(found: readonly FoundChanges[]): CheckResult[] {
  const methods = [...new Set(found.map(({ method }) => method))];
  return methods.map((method) => {
    const tables = found.filter((each) => each.method === method).map(({ record }) => record.table.key);
    const status = method === 'watermark' ? 'skipped' : 'passed';
    return { name: `changes by ${method}`, status, detail: `${PROMISE[method]} (${tables.join(', ')})` };
  });
}

function describeTable(
  record: PulledTableRecord,
  found: FoundChanges | undefined,
  applied: AppliedTable | undefined,
): PulledTable {
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
    bytes: found?.bytes ?? 0,
    withoutKey: record.table.primaryKey.length === 0,
    columns: record.columns,
    changes,
    ...(found === undefined
      ? {}
      : {
          found: {
            method: found.method,
            read: found.read,
            ...(found.instead === undefined ? {} : { instead: found.instead }),
          },
        }),
  };
}
