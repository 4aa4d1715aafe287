import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { RowChange } from '../core/rows/change.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { UndoRecorder } from '../core/undo-port.ts';
import type { Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { finishUndo } from './keep-undo.ts';
import { productionReader } from './production-rows.ts';
import type { PushRun } from './push.ts';
import { trackingAfter, trackingFrom } from './workspace.ts';
import { CHANGES_PER_BATCH } from './push-operations.ts';
import { withMaskedColumns } from './with-masked-columns.ts';

/**
 * Reads the pushed rows back and takes them into the local database and the base, as an incremental pull would: what
 * triggers and defaults made of them is then there too, and they are no local changes any more.
 */
export async function takePushedRows(
  run: PushRun,
  sent: readonly (readonly [PulledTableRecord, RowChange])[],
  undo: UndoRecorder,
): Promise<void> {
  const { local, ledger, paths, previous, clock, target } = run;
  const byTable = new Map<PulledTableRecord, RowChange[]>();
  for (const [record, change] of sent) {
    const changes = byTable.get(record);
    if (changes === undefined) byTable.set(record, [change]);
    else changes.push(change);
  }
  const tables = [...byTable.keys()];
  const incoming = local.createIncoming(run.incomingPath, tables);
  try {
    for (const [record, changes] of byTable) {
      for (let start = 0; start < changes.length; start += CHANGES_PER_BATCH) {
        await readBack(run, record, changes.slice(start, start + CHANGES_PER_BATCH), incoming);
      }
    }
    incoming.finish();
  } catch (error) {
    incoming.discard();
    throw error;
  }
  const held = ledger.held(target);
  const pushed = pushedRows(run, byTable);
  const { tracking } = trackingAfter(run, run.id);
  const { fingerprint } = local.applyIncoming({
    localPath: paths.local,
    basePath: previous.basePath,
    incomingPath: run.incomingPath,
    tables: tables.map(withMaskedColumns),
    allTables: previous.tables,
    ...(tracking === undefined ? {} : { tracking: trackingFrom(previous, tracking) }),
    pushed: (table, key) => pushed.get(`${table}\n${identity(key)}`),
    undo,
    signal: new AbortController().signal,
    // A row that production changed again in this very moment is found by the next pull.
    onHeld: () => undefined,
    beforeCommit: (schemaVersions) =>
      ledger.prepare({
        run: run.id,
        target,
        localPath: paths.local,
        created: false,
        schemaVersions,
        basePath: previous.basePath,
        maskingKey: previous.maskingKey,
        tables: previous.tables,
        // From here the next search begins: that it finds the pushed rows again does no harm.
        ...(previous.planKey === undefined ? {} : { planKey: previous.planKey }),
        ...(previous.marks === undefined ? {} : { marks: previous.marks }),
        ...(tracking === undefined ? {} : { tracking }),
        held,
        undo: finishUndo(undo),
        report: previous.report,
      }),
  });
  local.advanceBase(previous.basePath, run.incomingPath, tables);
  const changes = local.countLocalChanges(paths.local, previous.basePath, previous.tables, tracking);
  const clean = [...changes.values()].every(
    ({ inserted, updated, deleted }) => inserted + updated + deleted === 0,
  );
  ledger.complete(run.id, { finishedAt: clock(), fingerprint: clean ? fingerprint : '' });
}

/** The rows as they were sent: a new row, or the base's with what was changed. */
function pushedRows(
  { local, previous }: PushRun,
  byTable: ReadonlyMap<PulledTableRecord, readonly RowChange[]>,
): Map<string, Row> {
  const rows = new Map<string, Row>();
  const base = local.openBase(previous.basePath);
  try {
    for (const [record, changes] of byTable) {
      const find = base.finder(record);
      for (const change of changes) {
        if (change.op === 'delete') continue;
        const place = `${record.table.key}\n${identity(change.key)}`;
        if (change.op === 'insert') rows.set(place, change.after);
        else rows.set(place, withChange(find(change.key)?.cells ?? [], change));
      }
    }
    return rows;
  } finally {
    base.close();
  }
}

function withChange(before: Row, { columns, after }: Extract<RowChange, { op: 'update' }>): Row {
  const cells = [...before];
  for (const [place, column] of columns.entries()) cells[column] = after[place] ?? null;
  return cells;
}

async function readBack(
  { writer, maskingKey, signal }: PushRun,
  record: PulledTableRecord,
  changes: readonly RowChange[],
  incoming: ReturnType<PushRun['local']['createIncoming']>,
): Promise<void> {
  const { table } = record;
  const keyColumns = keyColumnsOf(table);
  const codecs = table.columns.map(({ source }) => codecFor(source.type));
  const names = table.columns.map(({ source }) => source.name);
  const rows = await writer.readByKey({
    table: table.source.name,
    keyColumns: keyColumns.map((index) => names[index] ?? ''),
    columns: names,
    keys: changes.map((change) =>
      keyColumns.map((index, place) => {
        const cell = change.key[place] ?? null;
        return cell === null ? '' : (codecs[index]?.encodePostgres(cell) ?? '');
      }),
    ),
    signal,
  });
  const read = productionReader({ record, maskingKey });
  const found = new Set<string>();
  incoming.batch(() => {
    for (const row of rows) {
      const { masked, seen } = read(row.slice(keyColumns.length));
      found.add(identity(keyColumns.map((index) => masked[index] ?? null)));
      incoming.row(record, masked, seen);
    }
    for (const change of changes) if (!found.has(identity(change.key))) incoming.gone(record, change.key);
  });
}

function identity(key: RowChange['key']): string {
  return Buffer.from(encodeRow(key)).toString('latin1');
}
