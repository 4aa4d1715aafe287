import type { KeyTexts } from '../../core/changes-port.ts';
import { SynclineError } from '../../core/errors.ts';
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import { maskedColumns } from '../../core/masking/plan.ts';
import type { RowCondition } from '../../core/ports.ts';
import type { RowKey } from '../../core/rows/change.ts';
import { rowTest } from '../../core/rows/row-test.ts';
import { scopeOf } from '../../core/rules/row-scopes.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Row } from '../../core/values/cell.ts';
import { codecFor } from '../../core/values/codec.ts';
import { decodeRow } from '../../core/values/row-encoding.ts';
import { isWhole, type ResolvedSelection } from '../resolve-selection.ts';
import { productionRows } from '../production-rows.ts';
import { findOutside, keyTextsOf } from './by-comparison.ts';
import type { FindChanges } from './found-changes.ts';
import { refreshLeftBehind } from './left-behind.ts';
import { MOST_RELATED, relatedRows, type RelatedRows } from './related-rows.ts';
import { canNameKeys, identity, rowTaker, type RowTaker } from './row-taker.ts';

/** Rows that are asked for by key at once. */
const KEYS_AT_ONCE = 500;

/** What was read of tables that were not searched in whole. */
export interface SelectedRows {
  readonly read: ReadonlyMap<TableKey, { readonly read: number; readonly bytes: number }>;
  /** What could not be looked at, for people. */
  readonly warnings: readonly string[];
}

interface Search {
  readonly finding: FindChanges;
  readonly takerOf: (record: PulledTableRecord) => RowTaker;
  readonly related: RelatedRows;
  readonly warnings: Set<string>;
}

/**
 * Reads the rows that a selection names or describes by conditions, the rows that they refer to and are missing, and on
 * request those that refer to them. Nothing is said of any other row.
 */
export async function findSelected(
  finding: FindChanges,
  { tables, withChildren }: ResolvedSelection,
): Promise<SelectedRows> {
  const takers = new Map<TableKey, RowTaker>();
  const takerOf = (record: PulledTableRecord): RowTaker => {
    const taker = takers.get(record.table.key) ?? rowTaker(record, finding, { repeats: true, brought: true });
    takers.set(record.table.key, taker);
    return taker;
  };
  const related = relatedRows(finding, takerOf, withChildren);
  const search: Search = { finding, takerOf, related, warnings: new Set() };
  const tally = new Map<TableKey, { readonly read: number; readonly bytes: number }>();
  for (const record of finding.records) {
    const { where = [], rows } = tables.get(record.table.key) ?? { rows: [] };
    if (where.length + rows.length === 0) continue;
    finding.onRead(record.table.key, tally.size, 0);
    const met = where.length === 0 ? { read: 0, bytes: 0 } : await findWhere(record, where, search);
    const named = await findByKey(record, rows, search);
    tally.set(record.table.key, { read: met.read + named, bytes: met.bytes });
  }
  await refreshLeftBehind(finding, takerOf, (table) => isWhole({ tables, withChildren }, table));
  if (related.isCut) {
    search.warnings.add(
      `More than ${MOST_RELATED} rows refer to those that were asked for: the others were not looked at.`,
    );
  }
  return { read: tally, warnings: [...search.warnings] };
}

/** Rows by their keys, as somebody wrote them. Gives the number of rows. */
async function findByKey(
  record: PulledTableRecord,
  keys: readonly KeyTexts[],
  search: Search,
): Promise<number> {
  const { finding, takerOf, related, warnings } = search;
  const { incoming, snapshot, signal } = finding;
  const { key: table, source } = record.table;
  const columns = record.table.columns.map((column) => column.source.name);
  const taker = takerOf(record);
  const isKnown = knownTest(record, finding);
  const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key] as const)).values()];
  let read = 0;
  for (let start = 0; start < distinct.length; start += KEYS_AT_ONCE) {
    const asked = distinct.slice(start, start + KEYS_AT_ONCE);
    const rows = await snapshot.readByKey({ table: source, columns, keys: asked, signal });
    read += rows.length;
    const there = new Set<string>();
    incoming.batch(() => {
      for (const text of rows) {
        const { key } = taker.row(text);
        there.add(identity(key));
        related.saw(record, key, text);
      }
    });
    // A key whose mask looks at another column cannot be told from its text alone.
    const gone = (canNameKeys(record) ? asked.map((texts) => taker.keyOf(texts)) : []).filter(
      (key) => !there.has(identity(key)) && isKnown(key),
    );
    const unknown = asked.length - there.size - gone.length;
    if (unknown > 0 && keyTextsOf(record) === undefined) throw unknownMasked(table, unknown);
    if (unknown > 0) warnings.add(`${unknown} of the rows of ${table} that were asked for are nowhere.`);
    incoming.batch(() => {
      for (const key of gone) taker.gone(key);
    });
    await finding.parents?.bring();
    await related.bring();
  }
  return read;
}

/** Whether the base or the ledger knows a row, by its key as the base has it. */
function knownTest(record: PulledTableRecord, { base, held }: FindChanges): (key: RowKey) => boolean {
  const find = base.finder(record);
  const waiting = new Set(
    held
      .filter(({ table }) => table === record.table.key)
      .map(({ key }) => identity(decodeRow(Buffer.from(key, 'base64')))),
  );
  return (key) => find(key) !== undefined || waiting.has(identity(key));
}

/**
 * Rows that meet conditions, beside those that their table has anyway; and the base's rows that met them, where that can
 * be told: production may have changed or deleted them.
 */
async function findWhere(
  record: PulledTableRecord,
  where: readonly RowCondition[],
  { finding, takerOf, related, warnings }: Search,
): Promise<{ readonly read: number; readonly bytes: number }> {
  const { base, incoming, snapshot, maskingKey, signal } = finding;
  const { table, filter } = record;
  const taker = takerOf(record);
  const tracker = base.tracker(record);
  const own = filter === undefined ? [] : scopeOf(filter, table.source, finding.now);
  let [read, bytes] = [0, 0];
  for await (const batch of productionRows({
    record,
    snapshot,
    where: [...own, ...where],
    maskingKey,
    signal,
  })) {
    incoming.batch(() => {
      for (const text of batch.rows) {
        const { key, known } = taker.row(text);
        if (known) tracker.found(key);
        related.saw(record, key, text);
      }
    });
    await finding.parents?.bring();
    await related.bring();
    read += batch.rows.length;
    bytes += batch.bytes;
  }
  const keyReader = keyTextsOf(record);
  const met = baseTest(record, where);
  if (keyReader === undefined || met === undefined) {
    warnings.add(
      `Rows of ${table.key} that do not meet the conditions any more were not looked at: they are masked.`,
    );
    return { read, bytes };
  }
  const find = base.finder(record);
  const missing = meeting(tracker.missing(), (key) => met(find(key)?.cells ?? []));
  read += await findOutside(record, finding, { taker, keyReader, missing });
  return { read, bytes };
}

/** Whether a row of the base meets conditions; undefined where a mask hides that. */
function baseTest(
  { table, mask }: PulledTableRecord,
  where: readonly RowCondition[],
): ((cells: Row) => boolean) | undefined {
  const hidden = new Set(mask === null ? [] : maskedColumns(mask));
  if (where.some(({ column }) => hidden.has(column))) return undefined;
  const wanted = table.columns
    .map(({ source }, index) => ({ source, index, codec: codecFor(source.type) }))
    .filter(({ source }) => where.some(({ column }) => column === source.name));
  const test = rowTest(
    wanted.map(({ source }) => source),
    where,
  );
  return (cells) =>
    test(
      wanted.map(({ index, codec }) => {
        const cell = cells[index] ?? null;
        return cell === null ? null : codec.encodePostgres(cell);
      }),
    );
}

function* meeting(keys: Iterable<RowKey>, met: (key: RowKey) => boolean): Generator<RowKey> {
  for (const key of keys) if (met(key)) yield key;
}

/** What may be a pseudonym names no row of production, and a row that does not come must not pass for one that is gone. */
function unknownMasked(table: TableKey, rows: number): SynclineError {
  return new SynclineError(
    'SELECTION_INVALID',
    `Production has no row of ${table} with ${rows} of the keys that were given, and the key is masked here: the local database knows pseudonyms, by which production cannot be told which row is meant. Give production's own key.`,
    { table, rows },
  );
}
