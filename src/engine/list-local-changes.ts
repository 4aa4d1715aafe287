import type { PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { FoundChange, LocalChangesReader } from '../core/local-changes-port.ts';
import type { RowCounts } from '../core/local-ports.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { TableKey } from '../core/schema/model.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import type { ChangesReport, ListedChange, TableChanges } from './changes-report.ts';
import { changeCollector, keyShower, pushObstacle } from './collect-changes.ts';
import { rowShower } from './shown-row.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import type { EngineContext } from './workspace.ts';

export interface ListOptions {
  /** All that were pulled when absent. */
  readonly tables?: readonly TableKey[];
  /** Rows of each table that are passed over, and the most that are listed. */
  readonly offset?: number;
  readonly limit?: number;
}

export const LISTED_ROWS = 100;

/**
 * What was changed locally since the last sync, row by row, from the two files alone. Nothing where nothing was pulled. The
 * caller holds the workspace's lock.
 */
export function listLocalChanges(context: EngineContext, options: ListOptions): ChangesReport {
  const { local, ledger, paths, target } = context;
  const nothing: ChangesReport = { side: 'local', tables: [], warnings: [] };
  const pulled = ledger.pulled(target);
  if (pulled === undefined || !local.inspect(paths.local).exists) return nothing;
  if (local.fingerprint(paths.local) === pulled.fingerprint) return nothing;
  const counts = local.countLocalChanges(paths.local, pulled.basePath, pulled.tables, pulled.tracking);
  const changed = pulled.tables.filter(
    ({ table }) => hasAny(counts.get(table.key)) && (options.tables?.includes(table.key) ?? true),
  );
  if (changed.length === 0) return nothing;
  local.indexPseudonyms(pulled.basePath, pulled.tables.map(withMaskedColumns));
  const reader = local.readLocalChanges(paths.local, pulled.basePath, pulled.tables, pulled.tracking);
  try {
    const tables = changed.map((record): TableChanges => {
      const count = counts.get(record.table.key) ?? { inserted: 0, updated: 0, deleted: 0 };
      const rows =
        pushObstacle(reader, record) === undefined
          ? listRows(context, pulled, { reader, record, options })
          : [];
      const more = count.inserted + count.updated + count.deleted - (options.offset ?? 0) - rows.length;
      return { table: record.table.key, counts: count, rows, more: Math.max(0, more) };
    });
    const warnings = changed.flatMap((record) => {
      const obstacle = pushObstacle(reader, record);
      return obstacle === undefined ? [] : [`${obstacle.table} cannot be pushed: ${obstacle.message}.`];
    });
    return { side: 'local', tables: tables.toSorted((a, b) => (a.table < b.table ? -1 : 1)), warnings };
  } finally {
    reader.close();
  }
}

function hasAny(counts: RowCounts | undefined): boolean {
  return counts !== undefined && counts.inserted + counts.updated + counts.deleted > 0;
}

interface Listing {
  readonly reader: LocalChangesReader;
  readonly record: PulledTableRecord;
  readonly options: ListOptions;
}

function listRows(
  { ledger, target, rules }: EngineContext,
  { tables }: PulledTarget,
  { reader, record, options: { offset = 0, limit = LISTED_ROWS } }: Listing,
): ListedChange[] {
  const collect = changeCollector(reader, record, tables, rules);
  const keyIndexes = keyColumnsOf(record.table);
  const [show, showKey] = [rowShower(record), keyShower(record)];
  const held = new Set(
    ledger.held(target).flatMap(({ table, key }) => (table === record.table.key ? [key] : [])),
  );
  const listed: ListedChange[] = [];
  let passed = 0;
  for (const found of changesOf(reader, record)) {
    if (listed.length >= limit) break;
    const collected = collect(found);
    if (collected === undefined || passed++ < offset) continue;
    const row = found.op === 'insert' ? found.local : found.base.cells;
    const key = keyIndexes.map((index) => row[index] ?? null);
    const after = found.op === 'delete' ? null : show(found.local);
    const before = found.op === 'insert' ? null : show(found.base.cells);
    listed.push({
      table: record.table.key,
      op: found.op,
      key: showKey(key),
      columns: differing(before, after),
      before,
      after,
      ...(collected.kind === 'refused' ? { refused: collected.refused } : {}),
      ...(held.has(Buffer.from(encodeRow(key)).toString('base64')) ? { held: true } : {}),
    });
  }
  return listed;
}

function* changesOf(reader: LocalChangesReader, record: PulledTableRecord): Generator<FoundChange> {
  for (const op of ['insert', 'update', 'delete'] as const) yield* reader.changes(record, op);
}

/** The columns in which two shown rows differ; all of them where one is missing. */
export function differing(before: ListedChange['before'], after: ListedChange['after']): string[] {
  return (after ?? before ?? [])
    .filter((_, index) => before === null || after === null || before[index]?.text !== after[index]?.text)
    .map(({ column }) => column);
}
