import { SynclineError } from '../core/errors.ts';
import type { LeakCheck } from '../core/masking/leak-check.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Stage } from '../core/local-ports.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import type { TableKey } from '../core/schema/model.ts';
import { parentBringer } from './parents/bring-parents.ts';
import type { PlannedTable } from './plan-pull.ts';
import type { PullTracker } from './pull-tracker.ts';
import { tableLoader, type TableLoader } from './table-loader.ts';

/** What arrived for one table. */
export interface TableLoad {
  readonly table: TableKey;
  /** All rows that were staged. */
  readonly rows: number;
  /** Those of them that the pull asked for; the others came because rows refer to them. */
  readonly matched: number;
  readonly bytes: number;
}

export interface LoadOptions {
  readonly snapshot: ProductionSnapshot;
  readonly stage: Stage;
  readonly maskingKey: MaskingKey | undefined;
  /** Absent for a raw pull. */
  readonly leaks: LeakCheck | undefined;
  readonly tracker: PullTracker;
  readonly signal: AbortSignal;
}

/**
 * Reads, masks and stages every table, a batch at a time: memory is bounded by the batch, not by the table. Where a
 * table is filtered, the rows of it that others refer to are brought along.
 */
export async function loadTables(
  tables: readonly PlannedTable[],
  options: LoadOptions,
): Promise<TableLoad[]> {
  const { tracker } = options;
  const loading = prepare(tables, options);
  const bytesOf = new Map<TableKey, number>();
  const update = (): void => {
    const counts = [...loading.loaders.values()].map((loader) => loader.counts);
    const parents = counts.reduce((sum, each) => sum + each.parents, 0);
    const matched = counts.reduce((sum, each) => sum + each.matched, 0);
    const planned = tables.reduce((sum, table) => sum + table.rows, 0);
    tracker.update({
      rowsDone: matched + parents,
      rowsTotal: Math.max(planned, matched) + parents,
      bytes: [...bytesOf.values()].reduce((sum, each) => sum + each, 0),
    });
  };
  for (const [tablesDone, planned] of tables.entries()) {
    const { key } = planned.local;
    tracker.update({ table: key, tablesDone });
    bytesOf.set(
      key,
      await loadTable(planned, options, loading, (bytes) => {
        bytesOf.set(key, bytes);
        update();
      }),
    );
    loading.finished.add(key);
    tracker.update({ tablesDone: tablesDone + 1 });
  }
  return tables.map(({ local: { key } }) => {
    const { matched = 0, parents = 0 } = loading.loaders.get(key)?.counts ?? {};
    return { table: key, rows: matched + parents, matched, bytes: bytesOf.get(key) ?? 0 };
  });
}

interface Loading {
  readonly loaders: ReadonlyMap<TableKey, TableLoader>;
  readonly bringer: ReturnType<typeof parentBringer>;
  /** Tables that were read to their end. */
  readonly finished: Set<TableKey>;
}

function prepare(tables: readonly PlannedTable[], options: LoadOptions): Loading {
  const { snapshot, stage, signal } = options;
  const locals = tables.map(({ local }) => local);
  const filtered = new Set(tables.filter(({ where }) => where.length > 0).map(({ local }) => local.key));
  const loaders = new Map<TableKey, TableLoader>();
  const finished = new Set<TableKey>();
  const bringer = parentBringer({
    tables: locals,
    // Without one instant, a row that refers to a table that was read already may be newer than that reading.
    mayMiss: (parent) =>
      filtered.has(parent) || (filtered.size > 0 && !snapshot.consistent && finished.has(parent)),
    has: stage.has,
    take: ({ key }, rows) => loaders.get(key)?.parents(rows),
    snapshot,
    signal,
  });
  for (const planned of tables) {
    const { key } = planned.local;
    const saw: Parameters<typeof tableLoader>[3] = (text, masked) => bringer.saw(key, text, masked);
    loaders.set(key, tableLoader(planned, locals, options, saw));
  }
  return { loaders, bringer, finished };
}

async function loadTable(
  { local, columns, where }: PlannedTable,
  { snapshot, stage, signal }: LoadOptions,
  { loaders, bringer }: Loading,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const loader = loaders.get(local.key);
  if (loader === undefined) throw new SynclineError('INTERNAL', `There is no loader of ${local.key}.`);
  let bytes = 0;
  if (columns.length > 0) {
    for await (const batch of snapshot.readRows({ table: local.source, columns, where, signal })) {
      signal.throwIfAborted();
      loader.matched(batch.rows);
      bytes += batch.bytes;
      await bringer.bring();
      onBytes(bytes);
    }
  }
  stage.finishTable(local);
  return bytes;
}
