import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseRow } from '../core/local-ports.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { ProductionWriter, PushOperation, TextByColumn } from '../core/push-ports.ts';
import type { RefusalCause, RowKey } from '../core/rows/change.ts';
import { productionComparer } from '../core/rows/compare-cells.ts';
import type { PostgresText, PostgresTextRow, Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { productionReader } from './production-rows.ts';
import { keyCells, keyNames, type PushedOperation } from './push-inverse.ts';
import { rowName, type RowsUndoRun } from './undo-run.ts';

/** An operation of the push, turned back. */
export interface TurnedBack {
  readonly record: PulledTableRecord;
  readonly pushed: PushedOperation;
  readonly key: RowKey;
  /** Production's row as it is and as it will be, masked; null is none. */
  readonly now: Row | null;
  readonly then: Row | null;
  readonly kind:
    | { readonly kind: 'operation'; readonly operation: PushOperation }
    /** Production is as it was before the push. */
    | { readonly kind: 'already' }
    | { readonly kind: 'stale'; readonly cause: RefusalCause; readonly message: string };
}

/**
 * Compiles the turning back of a table's pushed operations. Production's rows are held against what they were right after
 * the push: by value, or by the keyed hash where a column is masked. Where the push was cut off before they were read
 * back, by what was sent. An update goes back in the columns that were pushed and no others.
 */
export function turnBack(
  { kept, maskingKey, signal }: RowsUndoRun,
  writer: ProductionWriter,
  record: PulledTableRecord,
): (operations: readonly PushedOperation[]) => Promise<TurnedBack[]> {
  const { table } = record;
  const columns = table.columns.map(({ source }) => source);
  const codecs = columns.map((column) => codecFor(column.type));
  const names = columns.map(({ name }) => name);
  const key = keyNames(table);
  const read = productionReader({ record, maskingKey });
  const changed = productionComparer(table, record.mask === null ? [] : maskedColumns(record.mask));
  const asText = (row: PostgresTextRow): TextByColumn =>
    Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]));

  const sameText = (index: number, a: PostgresText, b: PostgresText): boolean => {
    const [left, right] = [a, b].map((text) =>
      text === null ? null : (codecs[index]?.decodePostgres(text) ?? null),
    );
    return Buffer.from(encodeRow([left ?? null])).equals(Buffer.from(encodeRow([right ?? null])));
  };
  /** Whether the row holds these texts, in the columns that they name and that are pulled. */
  const holds = (row: TextByColumn, texts: TextByColumn): boolean =>
    names.every((name, index) => !(name in texts) || sameText(index, row[name] ?? null, texts[name] ?? null));

  function asLeft(pushed: PushedOperation, now: PostgresTextRow, left: BaseRow | null): boolean {
    if (left === null) return holds(asText(now), pushed.after);
    const { masked, seen } = read(now);
    return names.every(
      (name, index) =>
        (pushed.op === 'update' && !(name in pushed.after)) || !changed(left, { cells: masked, seen }, index),
    );
  }

  const masked = (row: TextByColumn): Row => read(names.map((name) => row[name] ?? null)).masked;

  function turn(pushed: PushedOperation, row: PostgresTextRow | undefined): TurnedBack {
    const rowKey = keyCells(table, pushed.key);
    const left = kept.find(record, rowKey)?.base.after ?? null;
    const now = row === undefined ? undefined : asText(row);
    const result = (kind: TurnedBack['kind'], then: TextByColumn | undefined): TurnedBack => ({
      record,
      pushed,
      key: rowKey,
      now: now === undefined ? null : masked(now),
      then: then === undefined ? null : masked(then),
      kind,
    });
    const stale = (cause: RefusalCause, message: string): TurnedBack =>
      result({ kind: 'stale', cause, message }, now);
    const operation = (op: PushOperation['op'], expect: TextByColumn, set: TextByColumn): TurnedBack =>
      result(
        {
          kind: 'operation',
          operation: { op, table: table.source.name, key: pushed.key, expect, set },
        },
        op === 'delete' ? undefined : { ...now, ...set },
      );
    if (pushed.op === 'delete') {
      if (row === undefined || now === undefined) return operation('insert', {}, pushed.before);
      if (holds(now, pushed.before)) return result({ kind: 'already' }, now);
      return stale('exists-in-production', 'production has another row with this key since');
    }
    if (row === undefined || now === undefined) {
      return pushed.op === 'insert'
        ? result({ kind: 'already' }, undefined)
        : stale('missing-in-production', 'the row was deleted in production since');
    }
    if (asLeft(pushed, row, left)) {
      if (pushed.op === 'insert') return operation('delete', now, {});
      const expect = Object.keys(pushed.before).map((name) => [name, now[name] ?? null] as const);
      return operation('update', Object.fromEntries(expect), pushed.before);
    }
    if (pushed.op === 'update' && holds(now, pushed.before)) return result({ kind: 'already' }, now);
    return stale('changed-in-production', 'production changed the row since');
  }

  return async (operations) => {
    const rows = await writer.readByKey({
      table: table.source.name,
      keyColumns: key,
      columns: names,
      keys: operations.map((pushed) => key.map((name) => pushed.key[name] ?? '')),
      signal,
    });
    const found = new Map(
      rows.map((row) => {
        const texts = Object.fromEntries(key.map((name, place) => [name, row[place] ?? '']));
        return [rowName(table.key, keyCells(table, texts)), row.slice(key.length)] as const;
      }),
    );
    return operations.map((pushed) =>
      turn(pushed, found.get(rowName(table.key, keyCells(table, pushed.key)))),
    );
  };
}
