import type { BucketDigest, Digests, KeyTexts } from '../../core/changes-port.ts';
import { SynclineError } from '../../core/errors.ts';
import type { PulledTableRecord, TableMark } from '../../core/ledger-port.ts';
import { decodeRow } from '../../core/values/row-encoding.ts';
import { findByComparison } from './by-comparison.ts';
import { compareKeys } from './by-watermark.ts';
import type { FindChanges, TableFinding } from './found-changes.ts';
import { identity, rowTaker } from './row-taker.ts';

/** Rows of a bucket, about. */
const BUCKET_ROWS = 16_384;

/** Most buckets of a table. */
const MOST_BUCKETS = 10_000;

type DigestMark = NonNullable<TableMark['digests']>;

/** The digests of the last time, where they are of this kind of connection. */
export function digestMark(
  record: PulledTableRecord,
  { marks, snapshot }: FindChanges,
): DigestMark | undefined {
  const mark = marks?.tables[record.table.key]?.digests;
  return mark !== undefined && mark.source === snapshot.digests?.source ? mark : undefined;
}

/** Compares in full, and notes down digests for the next time: taken first, so that what changes meanwhile shows then. */
export async function findAndDigest(
  record: PulledTableRecord,
  finding: FindChanges,
  onRead: (rows: number) => void,
): Promise<TableFinding> {
  const digests = finding.snapshot.digests;
  const mark = digests === undefined ? undefined : await takeDigests(record, finding, digests, record.rows);
  const found = await findByComparison(record, finding, onRead);
  return { ...found, mark: { ...found.mark, ...(mark === undefined ? {} : { digests: mark }) } };
}

/**
 * Reads the rows of those stretches of keys whose digest is not what it was. Misses nothing that changes a value's text.
 */
export async function findByDigests(
  record: PulledTableRecord,
  finding: FindChanges,
  before: DigestMark,
  onRead: (rows: number) => void,
): Promise<TableFinding> {
  const { incoming, snapshot, signal } = finding;
  const digests = requireDigests(snapshot.digests);
  const columns = record.table.columns.map((column) => column.source.name);
  const { bounds } = before;
  const buckets = await digests.digest({ table: record.table.source, columns, bounds, signal });
  const differing = differingBuckets(before.buckets, buckets);
  const taker = rowTaker(record, finding);
  const balance = keyBalance(record, finding);
  let [read, bytes] = [0, 0];
  if (differing.length > 0) {
    const request = { table: record.table.source, columns, bounds, buckets: differing, signal };
    for await (const batch of digests.bucketRows(request)) {
      incoming.batch(() => {
        for (const text of batch.rows) balance.saw(taker.row(text));
      });
      await finding.parents?.bring();
      read += batch.rows.length;
      bytes += batch.bytes;
      onRead(read);
    }
    const rows = buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
    if (!balance.isEven(rows)) {
      const keys = await compareKeys(record, finding, taker);
      read += keys.read;
      bytes += keys.bytes;
    }
  }
  const mark = await renewed({ source: digests.source, bounds, buckets }, record, finding, digests);
  return { read, bytes, mark: { digests: mark } };
}

function differingBuckets(before: readonly BucketDigest[], now: readonly BucketDigest[]): number[] {
  const print = ({ rows, digest }: BucketDigest): string => `${rows} ${digest}`;
  const old = new Map(before.map((bucket) => [bucket.bucket, print(bucket)] as const));
  const changed = now
    .filter((bucket) => old.get(bucket.bucket) !== print(bucket))
    .map(({ bucket }) => bucket);
  const present = new Set(now.map(({ bucket }) => bucket));
  return [...changed, ...[...old.keys()].filter((bucket) => !present.has(bucket))];
}

/**
 * Tells by counting alone whether a row of the base is gone from production: production's rows are the base's, less those
 * that are gone, and those that the base does not have, all of which were read or are held.
 */
function keyBalance(
  record: PulledTableRecord,
  { base, held }: FindChanges,
): {
  saw(row: {
    readonly key: readonly (bigint | number | string | Uint8Array | null)[];
    readonly known: boolean;
  }): void;
  isEven(rows: number): boolean;
} {
  const find = base.finder(record);
  const unknown = new Set<string>();
  const heldGone = new Set<string>();
  for (const each of held.filter(({ table }) => table === record.table.key)) {
    const key = decodeRow(Buffer.from(each.key, 'base64'));
    if (each.cells === null && find(key) !== undefined) heldGone.add(identity(key));
    if (each.cells !== null && find(key) === undefined) unknown.add(identity(key));
  }
  return {
    saw({ key, known }) {
      if (known) heldGone.delete(identity(key));
      else unknown.add(identity(key));
    },
    isEven: (rows) => base.countRows(record) - heldGone.size === rows - unknown.size,
  };
}

/** Stretches that have grown out of shape are cut anew. */
async function renewed(
  mark: DigestMark,
  record: PulledTableRecord,
  finding: FindChanges,
  digests: Digests,
): Promise<DigestMark> {
  const rows = mark.buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
  const largest = mark.buckets.reduce((most, bucket) => Math.max(most, bucket.rows), 0);
  if (largest <= 4 * BUCKET_ROWS || mark.bounds.length + 1 >= MOST_BUCKETS) return mark;
  return takeDigests(record, finding, digests, rows);
}

async function takeDigests(
  record: PulledTableRecord,
  { signal }: FindChanges,
  digests: Digests,
  rows: number,
): Promise<DigestMark> {
  const { source: table } = record.table;
  const wanted = Math.min(MOST_BUCKETS, Math.ceil(rows / BUCKET_ROWS));
  const bounds: readonly KeyTexts[] = wanted < 2 ? [] : await digests.bounds(table, wanted, signal);
  const columns = record.table.columns.map((column) => column.source.name);
  const buckets = await digests.digest({ table, columns, bounds, signal });
  return { source: digests.source, bounds, buckets };
}

function requireDigests(digests: Digests | undefined): Digests {
  if (digests === undefined) throw new SynclineError('INTERNAL', 'The connection computes no digests.');
  return digests;
}
