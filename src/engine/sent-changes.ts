/** Changes on their way to production: in memory, and as the ledger keeps them until they are taken in. */
import type { PulledTableRecord, SentRecord } from '../core/ledger-port.ts';
import type { RowChange } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { Row } from '../core/values/cell.ts';
import { decodeRow, encodeRow } from '../core/values/row-encoding.ts';
import type { PushedTable } from './push-report.ts';

export type SentChange = readonly [PulledTableRecord, RowChange];

export function sentRecord([record, change]: SentChange): SentRecord {
  return {
    table: record.table.key,
    op: change.op,
    key: encoded(change.key),
    ...(change.op === 'update' ? { columns: change.columns } : {}),
    ...(change.op === 'delete' ? {} : { after: encoded(change.after) }),
  };
}

/** What was sent, of tables that are still pulled. What the rows were before is not kept. */
export function sentChanges(
  kept: readonly SentRecord[],
  tables: readonly PulledTableRecord[],
): readonly SentChange[] {
  const byKey = new Map(tables.map((record) => [record.table.key, record] as const));
  return kept.flatMap((sent): SentChange[] => {
    const record = byKey.get(sent.table);
    return record === undefined ? [] : [[record, changeFrom(sent)]];
  });
}

function changeFrom({ op, key: kept, columns = [], after: set }: SentRecord): RowChange {
  const key = decoded(kept);
  const after = set === undefined ? [] : decoded(set);
  switch (op) {
    case 'insert':
      return { op, key, after };
    case 'update':
      return { op, key, columns, before: [], after };
    case 'delete':
      return { op, key, before: [] };
  }
}

function encoded(row: Row): string {
  return Buffer.from(encodeRow(row)).toString('base64');
}

function decoded(text: string): Row {
  return decodeRow(Buffer.from(text, 'base64'));
}

/** Counts changes by table, in the order in which tables come. */
export function tableCounter(): {
  count(table: TableKey, op: RowChange['op']): void;
  tables(): readonly PushedTable[];
} {
  const counts = new Map<TableKey, { inserted: number; updated: number; deleted: number }>();
  return {
    count(table, op) {
      const count = counts.get(table) ?? { inserted: 0, updated: 0, deleted: 0 };
      counts.set(table, count);
      count[COUNTED[op]] += 1;
    },
    tables: () => [...counts].map(([table, count]) => ({ table, ...count })),
  };
}

export function totalsOf(tables: readonly PushedTable[]): Omit<PushedTable, 'table'> {
  const totals = { inserted: 0, updated: 0, deleted: 0 };
  for (const table of tables) {
    totals.inserted += table.inserted;
    totals.updated += table.updated;
    totals.deleted += table.deleted;
  }
  return totals;
}

/** What of `all` is not in `done`, by table. */
export function without(all: readonly PushedTable[], done: readonly PushedTable[]): readonly PushedTable[] {
  return all
    .map(({ table, inserted, updated, deleted }) => {
      const part = done.find((each) => each.table === table);
      return {
        table,
        inserted: inserted - (part?.inserted ?? 0),
        updated: updated - (part?.updated ?? 0),
        deleted: deleted - (part?.deleted ?? 0),
      };
    })
    .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0);
}

const COUNTED = { insert: 'inserted', update: 'updated', delete: 'deleted' } as const;
