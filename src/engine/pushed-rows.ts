/** What was sent, as the taking in asks for it. */
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader } from '../core/local-ports.ts';
import type { RowChange, RowKey } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { Row } from '../core/values/cell.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { changesOf, type SentPart } from './sent-changes.ts';

export interface PushedRows {
  /** The row as it was sent: a new row, or the base's with what was changed. */
  readonly find: (table: TableKey, key: RowKey) => Row | undefined;
  close(): void;
}

/**
 * Rows are asked for in the order in which they were read back, which is that of the parts: one part at a time is in
 * memory, and only what is asked for out of that order leads around all of them.
 */
export function pushedRows(
  base: BaseReader,
  byTable: ReadonlyMap<PulledTableRecord, readonly SentPart[]>,
): PushedRows {
  const finders = new Map(
    [...byTable].map(([record, parts]) => [record.table.key, partFinder(parts)] as const),
  );
  const findBase = new Map(
    [...byTable.keys()].map((record) => [record.table.key, base.finder(record)] as const),
  );
  return {
    find(table, key) {
      const change = finders.get(table)?.(key);
      if (change === undefined || change.op === 'delete') return undefined;
      if (change.op === 'insert') return change.after;
      return withChange(findBase.get(table)?.(key)?.cells ?? [], change);
    },
    close: () => base.close(),
  };
}

function partFinder(parts: readonly SentPart[]): (key: RowKey) => RowChange | undefined {
  let place = -1;
  let changes = new Map<string, RowChange>();
  // Where rows are known by a masked key, most are not among what was sent.
  let all: ReadonlySet<string> | undefined;
  return (key) => {
    const name = identity(key);
    if (all?.has(name) === false) return undefined;
    for (let looked = 0; looked <= parts.length; looked += 1) {
      const change = changes.get(name);
      if (change !== undefined) return change;
      place = (place + 1) % parts.length;
      const part = parts[place];
      changes = new Map(part === undefined ? [] : changesOf(part).map((each) => [identity(each.key), each]));
    }
    all ??= new Set(parts.flatMap((part) => changesOf(part).map((each) => identity(each.key))));
    return undefined;
  };
}

function withChange(before: Row, { columns, after }: Extract<RowChange, { op: 'update' }>): Row {
  const cells = [...before];
  for (const [place, column] of columns.entries()) cells[column] = after[place] ?? null;
  return cells;
}

/** One to one: different keys have different names. */
export function identity(key: RowKey): string {
  return Buffer.from(encodeRow(key)).toString('latin1');
}
