import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader, RowCounts } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import { productionReader, productionRows } from './production-rows.ts';

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
  const key = keyColumnsOf(record.table);
  const find = base.finder(record);
  const read = productionReader(rows);
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
  const read = productionReader(rows);
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
