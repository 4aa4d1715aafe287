import type { PulledTableRecord } from '../../core/ledger-port.ts';
import { productionRows } from '../production-rows.ts';
import type { FindChanges, TableFinding } from './found-changes.ts';
import { rowTaker } from './row-taker.ts';
import { watermarkOf } from './watermark.ts';

/** Rows between two reports of progress. */
const REPORTED = 1000;

/** Reads every row and holds it against the base. Misses nothing. */
export async function findByComparison(
  record: PulledTableRecord,
  finding: FindChanges,
  onRead: (rows: number) => void,
): Promise<TableFinding> {
  const { base, incoming, snapshot, maskingKey, signal } = finding;
  const taker = rowTaker(record, finding);
  const tracker = base.tracker(record);
  const watermark = watermarkOf(record, finding);
  let [read, bytes] = [0, 0];
  for await (const batch of productionRows({ record, snapshot, maskingKey, signal })) {
    incoming.batch(() => {
      for (const text of batch.rows) {
        const { key, known } = taker.row(text);
        if (known) tracker.found(key);
        watermark.saw(text);
      }
    });
    read += batch.rows.length;
    bytes += batch.bytes;
    if (read % REPORTED < batch.rows.length) onRead(read);
  }
  incoming.batch(() => {
    for (const key of tracker.missing()) taker.gone(key);
  });
  return { read, bytes, ...watermark.mark(finding.now) };
}
