import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader, BaseRow, RowCounts } from '../core/local-ports.ts';
import { compileTableMask } from '../core/masking/compile.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import type { Table } from '../core/schema/model.ts';
import type { Cell, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { rowDigest } from '../core/values/digest.ts';
import { rowDecoder } from './decode-rows.ts';
import { seenHasher } from './seen-hashes.ts';

export interface CompareRows {
  readonly record: PulledTableRecord;
  readonly base: BaseReader;
  readonly snapshot: ProductionSnapshot;
  readonly maskingKey: MaskingKey | undefined;
  readonly signal: AbortSignal;
}

/**
 * By primary key: each production row is looked up in the base. A masked cell is compared by the keyed hash of what
 * was seen, any other by its value. Rows of the base that nobody asked for are gone from production.
 */
export async function compareKeyed(rows: CompareRows): Promise<RowCounts> {
  const { record, base } = rows;
  const key = record.table.primaryKey.map((name) =>
    record.table.columns.findIndex((column) => column.name === name),
  );
  const find = base.finder(record);
  const read = productionRow(rows);
  let [inserted, updated, found] = [0, 0, 0];
  for await (const row of productionRows(rows)) {
    const { masked, identity } = read(row);
    const before = find(key.map((index) => masked[index] ?? null));
    if (before === undefined) {
      inserted += 1;
      continue;
    }
    found += 1;
    if (identity !== read.identityOf(before)) updated += 1;
  }
  return { inserted, updated, deleted: base.countRows(record) - found };
}

/** Without a key: as two multisets of rows. A changed row counts as one deleted and one inserted. */
export async function compareKeyless(rows: CompareRows): Promise<RowCounts> {
  const { record, base } = rows;
  const read = productionRow(rows);
  const surplus = new Map<string, number>();
  const count = (identity: string, by: number): void => {
    const sum = (surplus.get(identity) ?? 0) + by;
    if (sum === 0) surplus.delete(identity);
    else surplus.set(identity, sum);
  };
  base.eachRow(record, (row) => count(read.identityOf(row), -1));
  for await (const row of productionRows(rows)) count(read(row).identity, 1);
  let [inserted, deleted] = [0, 0];
  for (const sum of surplus.values()) {
    if (sum > 0) inserted += sum;
    else deleted -= sum;
  }
  return { inserted, updated: 0, deleted };
}

async function* productionRows({ record, snapshot, signal }: CompareRows): AsyncGenerator<PostgresTextRow> {
  const columns = record.table.columns.map((column) => column.source.name);
  for await (const batch of snapshot.readRows({ table: record.table.source, columns, signal }))
    yield* batch.rows;
}

interface ReadRow {
  (row: PostgresTextRow): { readonly masked: readonly Cell[]; readonly identity: string };
  /** What a base row would give, had it just been read. */
  identityOf(row: BaseRow): string;
}

/** Reads a production row as the pull did. Two rows have one identity when they are the same in production. */
function productionRow({ record, maskingKey }: CompareRows): ReadRow {
  const { table, mask } = record;
  const sources = table.columns.map((column) => column.source);
  const decode = rowDecoder(sources);
  const source: Table = { ...table.source, columns: sources };
  const maskRow: (row: readonly Cell[]) => readonly Cell[] =
    mask === null || maskingKey === undefined ? (row) => row : compileTableMask(mask, source, maskingKey);
  const names = sources.map((column) => column.name);
  const hash = seenHasher(mask, names, maskingKey);
  const masked = new Set(mask === null ? [] : maskedColumns(mask));
  const plain = sources
    .map((column, index) => ({ index, codec: codecFor(column.type), name: column.name }))
    .filter(({ name }) => !masked.has(name));
  const identify = (cells: readonly Cell[], seen: Uint8Array | null): string => {
    const comparable = plain.map(({ index, codec }) => {
      const cell = cells[index] ?? null;
      return cell === null ? null : codec.comparable(cell);
    });
    return Buffer.from(rowDigest([...comparable, seen])).toString('latin1');
  };
  const read = (row: PostgresTextRow): ReturnType<ReadRow> => {
    const cells = maskRow(decode(row));
    return { masked: cells, identity: identify(cells, hash(row)) };
  };
  return Object.assign(read, { identityOf: (row: BaseRow) => identify(row.cells, row.seen) });
}
