import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseRow } from '../core/local-ports.ts';
import { compileTableMask } from '../core/masking/compile.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { ProductionSnapshot, RowBatch, RowCondition } from '../core/ports.ts';
import type { Table } from '../core/schema/model.ts';
import type { Cell, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { rowDigest } from '../core/values/digest.ts';
import { rowDecoder } from './decode-rows.ts';
import { seenHasher } from './seen-hashes.ts';

export interface ReadProduction {
  readonly record: PulledTableRecord;
  readonly snapshot: ProductionSnapshot;
  /** Only rows that meet these. */
  readonly where?: readonly RowCondition[];
  readonly maskingKey: MaskingKey | undefined;
  readonly signal: AbortSignal;
}

/** The rows of a table as production has them, in the columns that were pulled. */
export async function* productionRows({
  record,
  snapshot,
  where = [],
  signal,
}: ReadProduction): AsyncGenerator<RowBatch> {
  const columns = record.table.columns.map((column) => column.source.name);
  yield* snapshot.readRows({ table: record.table.source, columns, where, signal });
}

/** A production row as a pull would write it, and what tells whether production changed it. */
export interface ReadRow {
  /** As it came: in memory only. */
  readonly raw: readonly Cell[];
  readonly masked: readonly Cell[];
  /** The keyed hashes of the masked columns. */
  readonly seen: Uint8Array | null;
  /** Two rows have one identity when they are the same in production. */
  readonly identity: string;
}

export interface ProductionReader {
  (row: PostgresTextRow): ReadRow;
  /** What a base row would give, had it just been read. */
  identityOf(row: BaseRow): string;
}

/** Compiles the reading of a table's rows as its last pull did. */
export function productionReader({
  record,
  maskingKey,
}: Pick<ReadProduction, 'record' | 'maskingKey'>): ProductionReader {
  const { table, mask } = record;
  const sources = table.columns.map((column) => column.source);
  const decode = rowDecoder(sources);
  const source: Table = { ...table.source, columns: sources };
  const maskRow: (row: readonly Cell[]) => readonly Cell[] =
    mask === null || maskingKey === undefined ? (row) => row : compileTableMask(mask, source, maskingKey);
  const names = sources.map((column) => column.name);
  const hash = seenHasher(mask, names, maskingKey);
  const maskedNames = new Set(mask === null ? [] : maskedColumns(mask));
  const plain = sources
    .map((column, index) => ({ index, codec: codecFor(column.type), name: column.name }))
    .filter(({ name }) => !maskedNames.has(name));
  const identify = (cells: readonly Cell[], seen: Uint8Array | null): string => {
    const comparable = plain.map(({ index, codec }) => {
      const cell = cells[index] ?? null;
      return cell === null ? null : codec.comparable(cell);
    });
    return Buffer.from(rowDigest([...comparable, seen])).toString('latin1');
  };
  const read = (row: PostgresTextRow): ReadRow => {
    const raw = decode(row);
    const masked = maskRow(raw);
    const seen = hash(row);
    return { raw, masked, seen, identity: identify(masked, seen) };
  };
  return Object.assign(read, { identityOf: (row: BaseRow) => identify(row.cells, row.seen) });
}
