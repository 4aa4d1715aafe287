import { compileTableMask } from '../core/masking/compile.ts';
import type { LeakCheck } from '../core/masking/leak-check.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { Stage } from '../core/local-ports.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import type { Table, TableKey } from '../core/schema/model.ts';
import type { Cell } from '../core/values/cell.ts';
import { rowDecoder } from './decode-rows.ts';
import type { PlannedTable } from './plan-pull.ts';
import type { PullTracker } from './pull-tracker.ts';
import { seenHasher } from './seen-hashes.ts';

/** What arrived for one table. */
export interface TableLoad {
  readonly table: TableKey;
  readonly rows: number;
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
 * Reads, masks and stages every table, a batch at a time: memory is bounded by the batch, not by the table. A raw
 * value lives from its arrival to its masking and goes nowhere else.
 */
export async function loadTables(
  tables: readonly PlannedTable[],
  options: LoadOptions,
): Promise<TableLoad[]> {
  const { tracker } = options;
  const loads: TableLoad[] = [];
  let rowsDone = 0;
  let bytes = 0;
  for (const [tablesDone, planned] of tables.entries()) {
    tracker.update({ table: planned.local.key, tablesDone });
    const load = await loadTable(planned, options, (newRows, newBytes) => {
      rowsDone += newRows;
      bytes += newBytes;
      tracker.update({ rowsDone, bytes });
    });
    loads.push(load);
    tracker.update({ tablesDone: tablesDone + 1 });
  }
  return loads;
}

async function loadTable(
  planned: PlannedTable,
  { snapshot, stage, maskingKey, leaks, signal }: LoadOptions,
  onRows: (rows: number, bytes: number) => void,
): Promise<TableLoad> {
  const { local, columns, mask } = planned;
  const source = asRead(planned);
  const decode = rowDecoder(source.columns);
  const hash = seenHasher(mask ?? null, columns, maskingKey);
  const maskRow: (row: readonly Cell[]) => readonly Cell[] =
    mask === undefined || maskingKey === undefined
      ? (row) => row
      : compileTableMask(mask, source, maskingKey);
  const write = stage.writer(local);
  let rows = 0;
  let bytes = 0;
  if (columns.length > 0) {
    for await (const batch of snapshot.readRows({ table: local.source, columns, signal })) {
      signal.throwIfAborted();
      stage.batch(() => {
        for (const row of batch.rows) {
          const raw = decode(row);
          const masked = maskRow(raw);
          leaks?.observe(local.key, raw, masked);
          write(masked, hash(row));
        }
      });
      rows += batch.rows.length;
      bytes += batch.bytes;
      onRows(batch.rows.length, batch.bytes);
    }
  }
  stage.finishTable(local);
  return { table: local.key, rows, bytes };
}

/** The production table with only the columns that are read. */
function asRead({ local }: PlannedTable): Table {
  return { ...local.source, columns: local.columns.map((column) => column.source) };
}
