import type { KeyTexts } from '../../core/changes-port.ts';
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { FindChanges, TableFinding } from './found-changes.ts';
import { rowTaker, type RowTaker } from './row-taker.ts';
import { watermarkOf } from './watermark.ts';

/** Rows that are asked for by key at once. */
const KEYS_AT_ONCE = 500;

/**
 * Reads the rows whose watermark is at or after `from`, and all keys: so deletes are found, and inserts whose watermark is
 * older. An update that did not move the watermark is missed, and so is one that was committed long after it was made.
 */
export async function findByWatermark(
  record: PulledTableRecord,
  finding: FindChanges,
  from: string,
  onRead: (rows: number) => void,
): Promise<TableFinding> {
  const { incoming, snapshot, signal, watermarks, marks } = finding;
  const { key, source } = record.table;
  const taker = rowTaker(record, finding);
  const watermark = watermarkOf(record, finding);
  const columns = record.table.columns.map((column) => column.source.name);
  const where = [{ column: watermarks.get(key) ?? '', is: 'at-least', value: from }] as const;
  let [read, bytes] = [0, 0];
  for await (const batch of snapshot.readRows({ table: source, columns, where, signal })) {
    incoming.batch(() => {
      for (const text of batch.rows) {
        taker.row(text);
        watermark.saw(text);
      }
    });
    read += batch.rows.length;
    bytes += batch.bytes;
    onRead(read);
  }
  const keys = await compareKeys(record, finding, taker);
  const comparedAt = marks?.tables[key]?.watermark?.comparedAt ?? finding.now;
  return { read: read + keys.read, bytes: bytes + keys.bytes, ...watermark.mark(comparedAt) };
}

/** Reads all keys: those that the base does not have are read whole, and those that only the base has are gone. */
export async function compareKeys(
  record: PulledTableRecord,
  { base, incoming, snapshot, signal }: FindChanges,
  taker: RowTaker,
): Promise<{ readonly read: number; readonly bytes: number }> {
  const { source } = record.table;
  const columns = record.table.columns.map((column) => column.source.name);
  const find = base.finder(record);
  const tracker = base.tracker(record);
  let [read, bytes] = [0, 0];
  let unknown: KeyTexts[] = [];
  const take = async (): Promise<void> => {
    const rows = await snapshot.readByKey({ table: source, columns, keys: unknown, signal });
    incoming.batch(() => rows.forEach((row) => taker.row(row)));
    read += rows.length;
    unknown = [];
  };
  for await (const batch of snapshot.readRows({ table: source, columns: taker.keyColumns, signal })) {
    bytes += batch.bytes;
    for (const row of batch.rows) {
      const texts = row.map((text) => text ?? '');
      const key = taker.keyOf(texts);
      if (find(key) === undefined) unknown.push(texts);
      else tracker.found(key);
      if (unknown.length >= KEYS_AT_ONCE) await take();
    }
  }
  if (unknown.length > 0) await take();
  incoming.batch(() => {
    for (const key of tracker.missing()) taker.gone(key);
  });
  return { read, bytes };
}
