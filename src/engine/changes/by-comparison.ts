import { maskedColumns } from '../../core/masking/plan.ts';
import type { KeyTexts } from '../../core/changes-port.ts';
import type { RowKey } from '../../core/rows/change.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { scopeOf } from '../../core/rules/row-scopes.ts';
import { codecFor } from '../../core/values/codec.ts';
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import { productionRows } from '../production-rows.ts';
import type { FindChanges, TableFinding } from './found-changes.ts';
import { identity, rowTaker, type RowTaker } from './row-taker.ts';
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
  const keyReader = keyTextsOf(record);
  // The rows of the base that do not meet the conditions any more are asked for by key, where keys are not masked.
  const where =
    record.filter === undefined || keyReader === undefined
      ? []
      : scopeOf(record.filter, record.table.source, finding.now);
  let [read, bytes] = [0, 0];
  for await (const batch of productionRows({ record, snapshot, where, maskingKey, signal })) {
    incoming.batch(() => {
      for (const text of batch.rows) {
        const { key, known } = taker.row(text);
        if (known) tracker.found(key);
        watermark.saw(text);
      }
    });
    await finding.parents?.bring();
    read += batch.rows.length;
    bytes += batch.bytes;
    if (read % REPORTED < batch.rows.length) onRead(read);
  }
  if (where.length > 0 && keyReader !== undefined) {
    const outside = await findOutside(record, finding, { taker, keyReader, missing: tracker.missing() });
    return { read: read + outside, bytes, ...watermark.mark(finding.now) };
  }
  incoming.batch(() => {
    for (const key of tracker.missing()) taker.gone(key);
  });
  return { read, bytes, ...watermark.mark(finding.now) };
}

/** Rows that are asked for by key at once. */
const KEYS_AT_ONCE = 500;

/** Base rows that no condition brought: production may have changed them, or deleted them. Gives the rows read. */
export async function findOutside(
  record: PulledTableRecord,
  { incoming, snapshot, parents, signal }: FindChanges,
  {
    taker,
    keyReader,
    missing,
  }: {
    readonly taker: RowTaker;
    readonly keyReader: (key: RowKey) => KeyTexts;
    readonly missing: Iterable<RowKey>;
  },
): Promise<number> {
  const { source } = record.table;
  const columns = record.table.columns.map((column) => column.source.name);
  let read = 0;
  let keys: RowKey[] = [];
  const ask = async (): Promise<void> => {
    const rows = await snapshot.readByKey({ table: source, columns, keys: keys.map(keyReader), signal });
    incoming.batch(() => {
      const there = new Set(rows.map((row) => identity(taker.row(row).key)));
      for (const key of keys) if (!there.has(identity(key))) taker.gone(key);
    });
    await parents?.bring();
    read += rows.length;
    keys = [];
  };
  for (const key of missing) {
    keys.push(key);
    if (keys.length >= KEYS_AT_ONCE) await ask();
  }
  if (keys.length > 0) await ask();
  return read;
}

/** Compiles the writing of keys as production has them; undefined where they are masked. */
export function keyTextsOf({ table, mask }: PulledTableRecord): ((key: RowKey) => KeyTexts) | undefined {
  const columns = keyColumnsOf(table).flatMap((index) => table.columns[index]?.source ?? []);
  const masked = new Set(mask === null ? [] : maskedColumns(mask));
  if (columns.some(({ name }) => masked.has(name))) return undefined;
  const codecs = columns.map(({ type }) => codecFor(type));
  return (key) =>
    codecs.map((codec, index) => {
      const cell = key[index] ?? null;
      return cell === null ? '' : codec.encodePostgres(cell);
    });
}
