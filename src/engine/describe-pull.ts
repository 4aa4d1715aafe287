import type { PulledTableRecord } from '../core/ledger-port.ts';
import { seenColumnOf } from '../core/local-ports.ts';
import type { TableLoad } from './load-tables.ts';
import type { PlannedTable } from './plan-pull.ts';
import type { PulledColumn, PulledTable } from './pull-report.ts';

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

export function describeTable(planned: PlannedTable, load: TableLoad | undefined): PulledTable {
  return {
    table: planned.local.key,
    localName: planned.local.name,
    rows: load?.rows ?? 0,
    bytes: load?.bytes ?? 0,
    withoutKey: planned.local.primaryKey.length === 0,
    columns: describeColumns(planned),
  };
}

export function recordTable(planned: PlannedTable, load: TableLoad | undefined): PulledTableRecord {
  return {
    table: planned.local,
    seenColumn: seenColumnOf(planned.local),
    columns: describeColumns(planned),
    mask: planned.mask ?? null,
    rows: load?.rows ?? 0,
  };
}
