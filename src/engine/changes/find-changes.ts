import { SynclineError } from '../../core/errors.ts';
import type { ChangeMethod } from '../../core/changes-port.ts';
import type { HeldRecord, PulledTableRecord, TableMark } from '../../core/ledger-port.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import { isWhole } from '../resolve-selection.ts';
import { followLog, type LogFollower, type LogReading } from './by-change-log.ts';
import { findByComparison } from './by-comparison.ts';
import { digestMark, findAndDigest, findByDigests } from './by-digests.ts';
import { findSelected } from './by-selection.ts';
import { findByWatermark } from './by-watermark.ts';
import type { FindChanges, Found, FoundChanges, TableFinding } from './found-changes.ts';
import { parentBringer } from '../parents/bring-parents.ts';
import { growsWithTime } from '../../core/rules/row-scopes.ts';
import { canNameKeys, mayKeepKeys, rowTaker, type RowTaker } from './row-taker.ts';
import { readFrom } from './watermark.ts';

/** Rounds of reading on, after tables were read beside the log while others wrote. */
const MOST_ROUNDS = 10;

type Instead = FoundChanges['instead'];

/** How one table was searched. */
interface Searched extends TableFinding {
  readonly method: ChangeMethod;
  readonly instead?: Instead;
}

/**
 * Finds what production changed since the base, by the best method that the connection offers for each table: the change
 * log, digests, a watermark where the workspace file names one, or every row. What is found goes into the incoming file.
 * Throws METHOD_UNAVAILABLE when one method is asked for and cannot be used at all.
 *
 * With a selection one law holds: what was not searched is as before. The position in the change log speaks of all
 * tables, so it moves only when all were searched in whole, and stays absent where it was; the mark of a table moves when
 * that table was searched in whole; and rows that were held stay held when nothing was heard of them. So a search of
 * everything afterwards finds what it would have found without the selective one.
 */
export async function findChanges(search: FindChanges): Promise<Found> {
  const { records, selection, incoming, base, marks: before } = search;
  const whole = records.filter(({ table }) => selection === undefined || isWhole(selection, table.key));
  const finding = withParents(search, whole);
  requireMethod(finding);
  const searched = new Map<TableKey, Searched>();
  const reached = whole.length === 0 ? undefined : await searchLog({ ...finding, records: whole }, searched);
  const selected = selection === undefined ? undefined : await findSelected(finding, selection);
  const position = whole.length === records.length ? reached : before?.position;
  const tables = records.flatMap((record): FoundChanges[] => {
    const { key } = record.table;
    const { method, instead, read, bytes } = searched.get(key) ?? {
      method: 'selection' as const,
      read: 0,
      bytes: 0,
    };
    const find = base.finder(record);
    const counts = incoming.tally(record, (rowKey) => find(rowKey) !== undefined);
    const more = selected?.read.get(key);
    const has = counts.inserted + counts.updated + counts.deleted > 0;
    if (!searched.has(key) && more === undefined && !has) return [];
    return [
      {
        record,
        method,
        ...(instead === undefined ? {} : { instead }),
        counts,
        read: read + (more?.read ?? 0),
        bytes: bytes + (more?.bytes ?? 0),
      },
    ];
  });
  const marks: Record<TableKey, TableMark> = { ...before?.tables };
  for (const [key, { mark }] of searched) if (mark !== undefined) marks[key] = { ...marks[key], ...mark };
  return {
    tables,
    stillHeld: selection === undefined ? [] : unheard(search),
    warnings: selected?.warnings ?? [],
    marks: { ...(position === undefined ? {} : { position }), tables: marks },
  };
}

/** Rows that are held and of which nothing has come. Those of tables that were searched in whole have always come. */
function unheard({ records, held, incoming }: FindChanges): HeldRecord[] {
  return records.flatMap((record) => {
    const waiting = new Map(
      held.filter(({ table }) => table === record.table.key).map((each) => [each.key, each] as const),
    );
    if (waiting.size === 0) return [];
    const keyIndexes = keyColumnsOf(record.table);
    for (const { cells } of incoming.rows(record)) {
      waiting.delete(
        Buffer.from(encodeRow(keyIndexes.map((index) => cells[index] ?? null))).toString('base64'),
      );
    }
    return [...waiting.values()];
  });
}

/** Rows that are taken in may refer to rows that have not come: of tables with conditions, or that are not searched. */
function withParents(search: FindChanges, whole: readonly PulledTableRecord[]): FindChanges {
  const { records, base, incoming, snapshot, signal } = search;
  const partial = new Set(
    records
      .filter((record) => record.filter !== undefined || !whole.includes(record))
      .map(({ table }) => table.key),
  );
  if (partial.size === 0) return search;
  const takers = new Map<TableKey, RowTaker>();
  const parents = parentBringer({
    tables: records.map(({ table }) => table),
    mayMiss: (parent) => partial.has(parent),
    has: (table, columns) => {
      const [inBase, hasCome] = [base.has(table, columns), incoming.has(table, columns)];
      return (cells) => inBase(cells) || hasCome(cells);
    },
    take: ({ key }, rows) => {
      const record = records.find(({ table }) => table.key === key);
      if (record === undefined) return;
      const taker = takers.get(key) ?? rowTaker(record, finding, { repeats: true, brought: true });
      takers.set(key, taker);
      incoming.batch(() => rows.forEach((row) => taker.row(row)));
    },
    snapshot,
    signal,
  });
  const finding: FindChanges = { ...search, parents };
  return finding;
}

function requireMethod({ method, snapshot }: FindChanges): void {
  const missing =
    (method === 'change-log' && snapshot.changeLog === undefined) ||
    (method === 'digests' && snapshot.digests === undefined);
  if (!missing) return;
  throw new SynclineError('METHOD_UNAVAILABLE', `Changes cannot be found by ${method} on this connection.`, {
    method,
  });
}

/** Searches all tables, by the log first. Gives the position from which the log is read the next time. */
async function searchLog(
  finding: FindChanges,
  searched: Map<TableKey, Searched>,
): Promise<string | undefined> {
  const { snapshot, method, records, marks, signal } = finding;
  const log = method === undefined || method === 'change-log' ? snapshot.changeLog : undefined;
  if (log === undefined) {
    // The log is not asked, but where it stood before the rows were read is known: the next search may begin there.
    const position = await snapshot.changeLog?.position(signal);
    for (const record of records) await searchTable(record, finding, searched, { hasCome: false });
    return position;
  }
  const follower = followLog(log, finding);
  const named = records.filter(isAnswerable);
  const since = marks?.position;
  const reading: LogReading =
    since === undefined ? { unanswered: new Map(), rows: 0 } : await follower.readFrom(since, named);
  const position = reading.position ?? (await log.position(signal));
  const beside = records.filter(
    (record) =>
      reading.position === undefined || !named.includes(record) || reading.unanswered.has(record.table.key),
  );
  for (const record of records) if (!beside.includes(record)) noteLog(record, follower, searched);
  for (const record of beside) {
    const instead = reading.unanswered.get(record.table.key) ?? reading.tooOld ?? 'first-time';
    const hasCome = follower.tallyOf(record.table.key).read > 0;
    await searchTable(record, finding, searched, { instead, hasCome });
  }
  if (beside.length === 0 || snapshot.consistent) return position;
  const lasting = new Set(
    beside.filter(({ table }) => isLasting(reading, table.key)).map(({ table }) => table.key),
  );
  const answerable = named.filter(({ table }) => !lasting.has(table.key));
  return catchUp(finding, follower, searched, { position, answerable });
}

/** Whether the log tells all that may come: rows that time alone brings into the conditions are in no log. */
function isAnswerable(record: PulledTableRecord): boolean {
  return canNameKeys(record) && !(record.filter !== undefined && growsWithTime(record.filter));
}

function noteLog(record: PulledTableRecord, follower: LogFollower, searched: Map<TableKey, Searched>): void {
  searched.set(record.table.key, { method: 'change-log', ...follower.tallyOf(record.table.key) });
}

/** Whether the log will not answer for the table from a later position either. */
function isLasting({ unanswered }: LogReading, table: TableKey): boolean {
  const cause = unanswered.get(table);
  return cause !== undefined && cause !== 'truncated' && cause !== 'altered';
}

/** Without a snapshot, others wrote while tables were read: the log tells what, until nothing more comes. */
async function catchUp(
  finding: FindChanges,
  follower: LogFollower,
  searched: Map<TableKey, Searched>,
  { position, answerable }: { readonly position: string; readonly answerable: readonly PulledTableRecord[] },
): Promise<string> {
  let reached = position;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const reading = await follower.readFrom(reached, answerable);
    if (reading.position === undefined) return reached;
    for (const record of answerable) {
      const cause = reading.unanswered.get(record.table.key);
      if (cause !== undefined) {
        await searchTable(record, finding, searched, { instead: cause, hasCome: true });
      }
    }
    reached = reading.position;
    if (reading.unanswered.size === 0) return reached;
  }
  return reached;
}

async function searchTable(
  record: PulledTableRecord,
  finding: FindChanges,
  searched: Map<TableKey, Searched>,
  { instead, hasCome }: { readonly instead?: Instead; readonly hasCome: boolean },
): Promise<void> {
  const { key } = record.table;
  const rowsBefore = [...searched.values()].reduce((sum, each) => sum + each.read, 0);
  const onRead = (rows: number): void => finding.onRead(key, searched.size, rowsBefore + rows);
  onRead(0);
  // What the log told of the table before it lost its answer says nothing; nor does an earlier search of it. Rows that
  // have come because others refer to them stay.
  if (hasCome) finding.incoming.clear(record);
  const found = await searchBeside(record, finding, instead, onRead);
  const because = instead ?? found.instead;
  searched.set(key, { ...found, ...(because === undefined ? {} : { instead: because }) });
}

/** Without the log: by digests, by the watermark, or in full. */
async function searchBeside(
  record: PulledTableRecord,
  finding: FindChanges,
  instead: Instead,
  onRead: (rows: number) => void,
): Promise<Searched> {
  const { method, snapshot, watermarks } = finding;
  // Where the log will answer the next time, nobody will ask for digests.
  const byLogSoon = instead === 'first-time' || instead === 'pruned' || instead === 'moved';
  // Digests are kept with the keys between which they were taken.
  const mayDigest = snapshot.digests !== undefined && mayKeepKeys(record);
  const inFull =
    !mayDigest || (byLogSoon && snapshot.changeLog !== undefined) ? findByComparison : findAndDigest;
  const may = (wanted: ChangeMethod): boolean =>
    method === undefined || method === wanted || method === 'change-log';
  // Digests and watermarks are those of whole tables.
  if (record.filter !== undefined) {
    return { ...(await findByComparison(record, finding, onRead)), method: 'full' };
  }
  if (canNameKeys(record)) {
    if (may('digests') && mayDigest) {
      const mark = digestMark(record, finding);
      return mark === undefined
        ? { ...(await inFull(record, finding, onRead)), method: 'full', instead: 'first-time' }
        : { ...(await findByDigests(record, finding, mark, onRead)), method: 'digests' };
    }
    if (may('watermark') && watermarks.has(record.table.key)) {
      const from = readFrom(record, finding);
      return from === undefined
        ? { ...(await inFull(record, finding, onRead)), method: 'full', instead: 'comparison-due' }
        : { ...(await findByWatermark(record, finding, from, onRead)), method: 'watermark' };
    }
  }
  return { ...(await inFull(record, finding, onRead)), method: 'full' };
}
