import type { KeyTexts } from '../../core/changes-port.ts';
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import { maskedColumns } from '../../core/masking/plan.ts';
import { compileTableMask } from '../../core/masking/compile.ts';
import type { RowKey } from '../../core/rows/change.ts';
import { scopeOf } from '../../core/rules/row-scopes.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { rowTest } from '../../core/rows/row-test.ts';
import type { Table } from '../../core/schema/model.ts';
import type { Cell, PostgresTextRow } from '../../core/values/cell.ts';
import { decodeRow, encodeRow } from '../../core/values/row-encoding.ts';
import { rowDecoder } from '../decode-rows.ts';
import { productionReader } from '../production-rows.ts';
import type { FindChanges } from './found-changes.ts';

export interface TakenRow {
  readonly key: RowKey;
  /** Whether the base has a row with this key. */
  readonly known: boolean;
}

/** Holds rows of one table against the base, and writes down what differs. */
export interface RowTaker {
  /** A row as production has it, in the columns that were pulled. */
  row(text: PostgresTextRow): TakenRow;
  /** A key that production does not have. */
  gone(key: RowKey): void;
  /** A key as the base knows it, which is masked where the column is. */
  keyOf(texts: KeyTexts): RowKey;
  /** The key's columns by production's names, in the key's order. */
  readonly keyColumns: readonly string[];
}

export interface TakerOptions {
  /** Whether a key may come more than once: what was written down of it before is then replaced or taken back. */
  readonly repeats: boolean;
  /** Whether the rows come because others refer to them: then they are meant whatever conditions the table has. */
  readonly brought?: boolean;
}

/** Whether production's own keys may be written down: they are personal data where a key column is masked. */
export function mayKeepKeys({ table, mask }: PulledTableRecord): boolean {
  const masked = new Set(mask === null ? [] : maskedColumns(mask));
  return keyColumnsOf(table).every((index) => !masked.has(table.columns[index]?.source.name ?? ''));
}

/** Whether keys can be told from their own columns alone: the mask of a date may look at another one. */
export function canNameKeys({ table, mask }: PulledTableRecord): boolean {
  const names = new Set(keyColumnsOf(table).map((index) => table.columns[index]?.source.name));
  return (mask?.columns ?? []).every(({ column, options }) => !names.has(column) || options.by === undefined);
}

/**
 * Compiles the taking of a table's rows. Rows that are held are always written down, because the base does not have them
 * as production does: those that nothing is heard of again are taken from the ledger's memory, so call it first.
 */
export function rowTaker(
  record: PulledTableRecord,
  finding: FindChanges,
  { repeats, brought = false }: TakerOptions = { repeats: false },
): RowTaker {
  const { base, incoming, maskingKey } = finding;
  const find = base.finder(record);
  const read = productionReader({ record, maskingKey });
  const keyIndexes = keyColumnsOf(record.table);
  const keyColumns = keyIndexes.map((index) => record.table.columns[index]?.source.name ?? '');
  const held = takeHeld(record, finding, brought);
  const isMeant = brought ? () => true : scopeTest(record, finding);
  const hasCome =
    record.filter === undefined ? () => false : incoming.has(record.table, record.table.primaryKey);
  return {
    keyColumns,
    row(text) {
      const row = read(text);
      const key = keyIndexes.map((index) => row.masked[index] ?? null);
      const before = find(key);
      // A row that is neither in the base nor meant is nobody's business, unless another row refers to it.
      if (before === undefined && !isMeant(text) && !held.has(identity(key)) && !hasCome(key)) {
        return { key, known: false };
      }
      const same = before !== undefined && row.identity === read.identityOf(before);
      if (!same || held.has(identity(key))) {
        incoming.row(record, row.masked, row.seen);
        finding.leaks?.observe(record.table.key, row.raw, row.masked);
        finding.parents?.saw(record.table.key, text, row.masked);
      } else if (repeats) incoming.forget(record, key);
      return { key, known: before !== undefined };
    },
    gone(key) {
      if (find(key) !== undefined || held.has(identity(key))) incoming.gone(record, key);
      else if (repeats) incoming.forget(record, key);
    },
    keyOf: keyReader(record, finding),
  };
}

/** Whether a row meets the conditions with which its table was pulled. */
function scopeTest(
  { table, filter }: PulledTableRecord,
  { now }: FindChanges,
): (text: PostgresTextRow) => boolean {
  if (filter === undefined) return () => true;
  const columns = table.columns.map(({ source }) => source);
  return rowTest(columns, scopeOf(filter, table.source, now));
}

/** What the ledger remembers of the rows that wait for a decision, as if production had told it anew. */
function takeHeld(
  record: PulledTableRecord,
  { held, incoming }: FindChanges,
  onlyKeys: boolean,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const each of held) {
    if (each.table !== record.table.key) continue;
    const key = decodeRow(Buffer.from(each.key, 'base64'));
    keys.add(identity(key));
    if (onlyKeys) continue;
    if (each.cells === null) incoming.gone(record, key);
    else {
      const seen = each.seen === null ? null : new Uint8Array(Buffer.from(each.seen, 'base64'));
      incoming.row(record, decodeRow(Buffer.from(each.cells, 'base64')), seen);
    }
  }
  return keys;
}

function keyReader(
  { table, mask }: PulledTableRecord,
  { maskingKey }: FindChanges,
): (texts: KeyTexts) => RowKey {
  const columns = keyColumnsOf(table).flatMap((index) => table.columns[index]?.source ?? []);
  const decode = rowDecoder(columns);
  const part: Table = { ...table.source, columns };
  const maskRow: (cells: readonly Cell[]) => readonly Cell[] =
    mask === null || maskingKey === undefined ? (cells) => cells : compileTableMask(mask, part, maskingKey);
  return (texts) => maskRow(decode(texts));
}

/** A key as text, for sets. */
export function identity(key: RowKey): string {
  return Buffer.from(encodeRow(key)).toString('latin1');
}
