import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { RowKey } from '../../core/rows/change.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { productionRows } from '../production-rows.ts';
import { keyTextsOf } from './by-comparison.ts';
import type { FindChanges } from './found-changes.ts';
import { canNameKeys, identity, type RowTaker } from './row-taker.ts';

/** Rows that are asked for by key at once. */
const KEYS_AT_ONCE = 500;

/**
 * Reads rows of the base again, as production has them now, or notes that they are gone: by key, or, where keys are masked
 * here and production cannot be asked for them, by reading their whole table. Keys are the base's, by their identity.
 */
export async function refreshRows(
  finding: FindChanges,
  takerOf: (record: PulledTableRecord) => RowTaker,
  wanted: ReadonlyMap<TableKey, ReadonlyMap<string, RowKey>>,
): Promise<void> {
  for (const record of finding.records) {
    const keys = wanted.get(record.table.key);
    if (keys === undefined || keys.size === 0) continue;
    const there = new Set<string>();
    const taker = takerOf(record);
    for await (const rows of rowsOf(record, finding, { keys, taker })) {
      finding.incoming.batch(() => {
        for (const row of rows) there.add(identity(taker.row(row).key));
      });
      await finding.parents?.bring();
    }
    finding.incoming.batch(() => {
      for (const [name, key] of keys) if (!there.has(name)) taker.gone(key);
    });
  }
}

async function* rowsOf(
  record: PulledTableRecord,
  { snapshot, maskingKey, signal }: FindChanges,
  { keys, taker }: { readonly keys: ReadonlyMap<string, RowKey>; readonly taker: RowTaker },
): AsyncGenerator<readonly PostgresTextRow[]> {
  const textsOf = keyTextsOf(record);
  if (textsOf !== undefined) {
    const columns = record.table.columns.map(({ source }) => source.name);
    const all = [...keys.values()].map(textsOf);
    for (let start = 0; start < all.length; start += KEYS_AT_ONCE) {
      const asked = all.slice(start, start + KEYS_AT_ONCE);
      yield await snapshot.readByKey({ table: record.table.source, columns, keys: asked, signal });
    }
    return;
  }
  // Where not even a raw key tells the masked one, rows are taken that nobody asked for: they are production's all the same.
  const isNamed = canNameKeys(record);
  const indexes = taker.keyColumns.map((name) =>
    record.table.columns.findIndex(({ source }) => source.name === name),
  );
  const isWanted = (row: PostgresTextRow): boolean =>
    !isNamed || keys.has(identity(taker.keyOf(indexes.map((index) => row[index] ?? ''))));
  for await (const { rows } of productionRows({ record, snapshot, maskingKey, signal })) {
    yield rows.filter(isWanted);
  }
}
