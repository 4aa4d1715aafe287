import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { BaseReader, RowCounts } from '../core/local-ports.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { rowTest } from '../core/rows/row-test.ts';
import { scopeOf } from '../core/rules/row-scopes.ts';
import { productionReader, productionRows } from './production-rows.ts';

export interface CompareRows {
  readonly record: PulledTableRecord;
  readonly base: BaseReader;
  readonly snapshot: ProductionSnapshot;
  readonly maskingKey: MaskingKey | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
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
  const { filter, table } = record;
  const isMeant =
    filter === undefined
      ? () => true
      : rowTest(
          table.columns.map(({ source }) => source),
          scopeOf(filter, table.source, rows.now),
        );
  for await (const batch of productionRows(rows)) {
    for (const row of batch.rows) {
      const { identity } = read(row);
      if ((surplus.get(identity) ?? 0) < 0 || isMeant(row)) count(identity, 1);
    }
  }
  let [inserted, deleted] = [0, 0];
  for (const sum of surplus.values()) {
    if (sum > 0) inserted += sum;
    else deleted -= sum;
  }
  return { inserted, updated: 0, deleted };
}
