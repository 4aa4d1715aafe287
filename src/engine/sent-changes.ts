/** Changes on their way to production: in memory, and as the ledger keeps them until they are taken in. */
import type { PulledTableRecord, SentRecord } from '../core/ledger-port.ts';
import type { RowChange } from '../core/rows/change.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { Cell, Row } from '../core/values/cell.ts';
import { decodeRow, encodeRow } from '../core/values/row-encoding.ts';
import type { PushedTable } from './push-report.ts';

export type SentChange = readonly [PulledTableRecord, RowChange];

/** Changes of one kind to one table, packed. */
export interface SentPart {
  readonly record: PulledTableRecord;
  readonly packed: SentRecord;
}

/** Changes in the order in which they were sent; only those that came last are kept as objects. */
export interface SentLog {
  readonly length: number;
  add(change: SentChange): void;
  at(index: number): SentChange | undefined;
  parts(): readonly SentPart[];
}

/** Most of one part: changes, and characters or bytes of their cells. */
const MOST_CHANGES = 1_000;
const MOST_SIZE = 1024 * 1024;

export function sentLog(): SentLog {
  const parts: SentPart[] = [];
  let [packed, size] = [0, 0];
  let waiting: RowChange[] = [];
  let of: PulledTableRecord | undefined;
  let unpacked: { readonly part: SentPart; readonly changes: readonly RowChange[] } | undefined;
  const pack = (): void => {
    if (of === undefined || waiting.length === 0) return;
    parts.push(packedPart(of, waiting));
    packed += waiting.length;
    [waiting, size] = [[], 0];
  };
  return {
    get length() {
      return packed + waiting.length;
    },
    add([record, change]) {
      const [first] = waiting;
      const isLike = first !== undefined && record === of && isOfShape(first, change);
      if (!isLike || waiting.length >= MOST_CHANGES || size >= MOST_SIZE) pack();
      of = record;
      waiting.push(change);
      size += sizeOf(change.key) + (change.op === 'delete' ? 0 : sizeOf(change.after));
    },
    at(index) {
      let from = 0;
      for (const part of parts) {
        if (index < from + part.packed.count) {
          if (unpacked?.part !== part) unpacked = { part, changes: changesOf(part) };
          const change = unpacked.changes[index - from];
          return change === undefined ? undefined : [part.record, change];
        }
        from += part.packed.count;
      }
      const change = waiting[index - from];
      return of === undefined || change === undefined ? undefined : [of, change];
    },
    parts() {
      pack();
      return parts;
    },
  };
}

export function countOf(parts: readonly SentPart[]): number {
  return parts.reduce((sum, { packed }) => sum + packed.count, 0);
}

/** What was sent, of tables that are still pulled. */
export function sentParts(
  kept: readonly SentRecord[],
  tables: readonly PulledTableRecord[],
): readonly SentPart[] {
  const byKey = new Map(tables.map((record) => [record.table.key, record] as const));
  return kept.flatMap((packed): SentPart[] => {
    const record = byKey.get(packed.table);
    return record === undefined ? [] : [{ record, packed }];
  });
}

/** A part's changes. What the rows were before is not kept. */
export function changesOf({
  record: { table },
  packed: { op, count, columns = [], rows },
}: SentPart): RowChange[] {
  const cells = decodeRow(Buffer.from(rows, 'base64'));
  const width = cells.length / count;
  const keyColumns = keyColumnsOf(table);
  return Array.from({ length: count }, (_, place): RowChange => {
    const row = cells.slice(place * width, (place + 1) * width);
    switch (op) {
      case 'insert':
        return { op, key: keyColumns.map((index) => row[index] ?? null), after: row };
      case 'update': {
        const [key, after] = [row.slice(0, keyColumns.length), row.slice(keyColumns.length)];
        return { op, key, columns, before: [], after };
      }
      case 'delete':
        return { op, key: row, before: [] };
    }
  });
}

function packedPart(record: PulledTableRecord, changes: readonly RowChange[]): SentPart {
  const [first] = changes;
  const cells: Cell[] = [];
  for (const change of changes) {
    // A new row has its key among its cells.
    if (change.op !== 'insert') cells.push(...change.key);
    if (change.op !== 'delete') cells.push(...change.after);
  }
  return {
    record,
    packed: {
      table: record.table.key,
      op: first?.op ?? 'insert',
      ...(first?.op === 'update' ? { columns: first.columns } : {}),
      count: changes.length,
      rows: Buffer.from(encodeRow(cells)).toString('base64'),
    },
  };
}

function isOfShape(a: RowChange, b: RowChange): boolean {
  if (a.op !== 'update' || b.op !== 'update') return a.op === b.op;
  return (
    a.columns.length === b.columns.length && a.columns.every((column, place) => column === b.columns[place])
  );
}

function sizeOf(row: Row): number {
  let size = 0;
  for (const cell of row) size += typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : 8;
  return size;
}

/** Counts changes by table, in the order in which tables come. */
export function tableCounter(): {
  count(table: TableKey, op: RowChange['op'], changes?: number): void;
  tables(): readonly PushedTable[];
} {
  const counts = new Map<TableKey, { inserted: number; updated: number; deleted: number }>();
  return {
    count(table, op, changes = 1) {
      const count = counts.get(table) ?? { inserted: 0, updated: 0, deleted: 0 };
      counts.set(table, count);
      count[COUNTED[op]] += changes;
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
