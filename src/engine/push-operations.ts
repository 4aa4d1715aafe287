import { SynclineError } from '../core/errors.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader, BaseRow } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { ProductionWriter, PushOperation } from '../core/push-ports.ts';
import type { RefusalCause, RowChange, RowKey } from '../core/rows/change.ts';
import { cellComparer, productionComparer } from '../core/rows/compare-cells.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { Cell, PostgresText, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { productionReader } from './production-rows.ts';

/** Changes of one table that are turned into operations together. */
export const CHANGES_PER_BATCH = 500;

export interface OperationContext {
  readonly writer: ProductionWriter;
  readonly base: BaseReader;
  readonly maskingKey: MaskingKey | undefined;
  /** Whether inserts are looked up too: with equal values they are there already. It costs a reading of every key. */
  readonly lookUpInserts: boolean;
  readonly signal: AbortSignal;
}

/** What becomes of a change: an operation with its precondition, nothing because production has it already, or a no. */
export type PreparedChange =
  | { readonly kind: 'operation'; readonly change: RowChange; readonly operation: PushOperation }
  | { readonly kind: 'already'; readonly change: RowChange }
  | {
      readonly kind: 'refused';
      readonly change: RowChange;
      readonly cause: RefusalCause;
      readonly message: string;
    };

/**
 * Compiles the preparation of a table's changes. Updates and deletes are held against production's rows as they are
 * now: what production changed since it was last seen is refused, by the keyed hash where the column is masked. The
 * values that were found become the operation's precondition, so that nothing can slip in between.
 */
export function operationMaker(
  record: PulledTableRecord,
  { writer, base, maskingKey, lookUpInserts, signal }: OperationContext,
): (changes: readonly RowChange[]) => Promise<PreparedChange[]> {
  const { table } = record;
  const columns = table.columns.map(({ source }) => source);
  const codecs = columns.map((column) => codecFor(column.type));
  const keyColumns = keyColumnsOf(table);
  const find = base.finder(record);
  const read = productionReader({ record, maskingKey });
  const changed = productionComparer(table, record.mask === null ? [] : maskedColumns(record.mask));
  const sameValue = cellComparer(table);
  const text = (index: number, cell: Cell): PostgresText =>
    cell === null ? null : (codecs[index]?.encodePostgres(cell) ?? null);

  const keyText = (key: RowKey): Record<string, string> =>
    Object.fromEntries(
      keyColumns.map((index, place) => [columns[index]?.name ?? '', text(index, key[place] ?? null) ?? '']),
    );

  async function production(changes: readonly RowChange[]): Promise<Map<string, PostgresTextRow>> {
    if (changes.length === 0) return new Map();
    const names = columns.map((column) => column.name);
    const keyNames = keyColumns.map((index) => names[index] ?? '');
    const rows = await writer.readByKey({
      table: table.source.name,
      keyColumns: keyNames,
      columns: names,
      keys: changes.map((change) =>
        keyColumns.map((index, place) => text(index, change.key[place] ?? null) ?? ''),
      ),
      signal,
    });
    return new Map(
      rows.map((row) => {
        const cells = row.slice(keyNames.length);
        const key = keyColumns.map((index) => {
          const value = cells[index];
          return value == null ? null : (codecs[index]?.decodePostgres(value) ?? null);
        });
        return [identity(key), cells] as const;
      }),
    );
  }

  /** Whether a row of production holds these cells, written in whatever way. */
  function holds(found: PostgresTextRow, indexes: readonly number[], cells: readonly Cell[]): boolean {
    return indexes.every((index, place) => {
      const value = found[index] ?? null;
      const there = value === null ? null : (codecs[index]?.decodePostgres(value) ?? null);
      const given = cells[place] ?? null;
      return there === null || given === null ? there === given : sameValue(index, given, there);
    });
  }

  const inserted = columns.flatMap((column, index) =>
    column.generatedExpression === undefined ? [index] : [],
  );

  function insert(
    change: Extract<RowChange, { op: 'insert' }>,
    found: PostgresTextRow | undefined,
  ): PreparedChange {
    if (found !== undefined) {
      const cells = inserted.map((index) => change.after[index] ?? null);
      return holds(found, inserted, cells)
        ? { kind: 'already', change }
        : {
            kind: 'refused',
            change,
            cause: 'exists-in-production',
            message: 'a row with this key is in production, with other values',
          };
    }
    const set = inserted.map(
      (index) => [columns[index]?.name ?? '', text(index, change.after[index] ?? null)] as const,
    );
    const operation: PushOperation = {
      op: 'insert',
      table: table.source.name,
      key: keyText(change.key),
      expect: {},
      set: Object.fromEntries(set),
    };
    return { kind: 'operation', change, operation };
  }

  function prepare(
    change: Exclude<RowChange, { op: 'insert' }>,
    found: PostgresTextRow | undefined,
    before: BaseRow,
  ): PreparedChange {
    if (found === undefined) {
      return change.op === 'delete'
        ? { kind: 'already', change }
        : {
            kind: 'refused',
            change,
            cause: 'missing-in-production',
            message: 'the row was deleted in production',
          };
    }
    const now = read(found);
    const concerned = change.op === 'delete' ? columns.map((_, index) => index) : change.columns;
    const moved = concerned.filter((index) => changed(before, { cells: now.masked, seen: now.seen }, index));
    const raw = (index: number): PostgresText => found[index] ?? null;
    if (change.op === 'update' && holds(found, change.columns, change.after))
      return { kind: 'already', change };
    if (moved.length > 0) {
      const names = moved.map((index) => columns[index]?.name ?? '').join(', ');
      return {
        kind: 'refused',
        change,
        cause: 'changed-in-production',
        message: `production changed ${names} since`,
      };
    }
    const generated =
      change.op === 'update'
        ? change.columns.filter((index) => columns[index]?.generatedExpression !== undefined)
        : [];
    if (generated.length > 0) {
      return { kind: 'refused', change, cause: 'not-allowed', message: 'production generates the column' };
    }
    const operation: PushOperation = {
      op: change.op,
      table: table.source.name,
      key: keyText(change.key),
      expect: Object.fromEntries(concerned.map((index) => [columns[index]?.name ?? '', raw(index)])),
      set:
        change.op === 'delete'
          ? {}
          : Object.fromEntries(
              change.columns.map((index, place) => [
                columns[index]?.name ?? '',
                text(index, change.after[place] ?? null),
              ]),
            ),
    };
    return { kind: 'operation', change, operation };
  }

  return async (changes) => {
    const existing = await production(
      lookUpInserts ? changes : changes.filter((change) => change.op !== 'insert'),
    );
    return changes.map((change) => {
      if (change.op === 'insert') return insert(change, existing.get(identity(change.key)));
      const before = find(change.key);
      if (before === undefined) throw new SynclineError('INTERNAL', 'A changed row has no base.');
      return prepare(change, existing.get(identity(change.key)), before);
    });
  };
}

function identity(cells: readonly Cell[]): string {
  return Buffer.from(encodeRow(cells)).toString('latin1');
}
