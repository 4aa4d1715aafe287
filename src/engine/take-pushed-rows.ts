import type { PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { IncomingStage } from '../core/incoming-port.ts';
import type { ProductionWriter } from '../core/push-ports.ts';
import type { RowChange } from '../core/rows/change.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { UndoRecorder } from '../core/undo-port.ts';
import type { Cell, PostgresText, PostgresTextRow } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { finishUndo } from './keep-undo.ts';
import { productionReader } from './production-rows.ts';
import { identity, pushedRows } from './pushed-rows.ts';
import { changesOf, type SentPart } from './sent-changes.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import { trackingAfter, trackingFrom, type EngineContext } from './workspace.ts';

/** Rows that are read back at once. */
const READ_AT_ONCE = 5000;

/** What taking rows in needs to know of the push that brought them to production. */
export interface TakingIn extends EngineContext {
  readonly id: string;
  readonly previous: PulledTarget;
  readonly incomingPath: string;
  readonly writer: Pick<ProductionWriter, 'readByKey'>;
  readonly maskingKey?: MaskingKey;
  /** Keeps what becomes of the rows here, so that it can be taken back; without it neither this nor any run before can. */
  readonly undo?: UndoRecorder;
  /** Nobody cancels this: production has the rows. */
  readonly signal: AbortSignal;
}

/**
 * Reads the pushed rows back and takes them into the local database and the base, as an incremental pull would: what
 * triggers and defaults made of them is then there too, and they are no local changes any more.
 */
export async function takePushedRows(run: TakingIn, sent: readonly SentPart[]): Promise<void> {
  const { local, ledger, paths, previous, clock, target } = run;
  const byTable = new Map<PulledTableRecord, SentPart[]>();
  for (const part of sent) {
    const parts = byTable.get(part.record);
    if (parts === undefined) byTable.set(part.record, [part]);
    else parts.push(part);
  }
  const tables = [...byTable.keys()];
  const incoming = local.createIncoming(run.incomingPath, tables);
  try {
    for (const [record, parts] of byTable) {
      const read = backReader(run, record, incoming);
      let changes: RowChange[] = [];
      for (const part of parts) {
        changes.push(...changesOf(part));
        if (changes.length < READ_AT_ONCE) continue;
        await read(changes);
        changes = [];
      }
      if (changes.length > 0) await read(changes);
    }
    incoming.finish();
  } catch (error) {
    incoming.discard();
    throw error;
  }
  const held = ledger.held(target);
  const { tracking } = trackingAfter(run, run.id);
  const pushed = pushedRows(local.openBase(previous.basePath), byTable);
  const request: Parameters<typeof local.applyIncoming>[0] = {
    localPath: paths.local,
    basePath: previous.basePath,
    incomingPath: run.incomingPath,
    tables: tables.map(withMaskedColumns),
    allTables: previous.tables,
    ...(tracking === undefined ? {} : { tracking: trackingFrom(previous, tracking) }),
    ...(run.undo === undefined ? {} : { undo: run.undo }),
    pushed: pushed.find,
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
        ...(run.undo === undefined ? {} : { undo: finishUndo(run.undo) }),
        report: previous.report,
      }),
  };
  const { fingerprint } = closing(pushed, () => local.applyIncoming(request));
  local.advanceBase(previous.basePath, run.incomingPath, tables);
  const changes = local.countLocalChanges(paths.local, previous.basePath, previous.tables, tracking);
  const clean = [...changes.values()].every(
    ({ inserted, updated, deleted }) => inserted + updated + deleted === 0,
  );
  ledger.complete(run.id, { finishedAt: clock(), fingerprint: clean ? fingerprint : '' });
}

function closing<Result>(opened: { close(): void }, work: () => Result): Result {
  try {
    return work();
  } finally {
    opened.close();
  }
}

/** Compiles the reading back of a table's rows, which are written down in the order of the changes. */
function backReader(
  { writer, maskingKey, signal }: TakingIn,
  record: PulledTableRecord,
  incoming: IncomingStage,
): (changes: readonly RowChange[]) => Promise<void> {
  const { table } = record;
  const keyColumns = keyColumnsOf(table);
  const codecs = table.columns.map(({ source }) => codecFor(source.type));
  const names = table.columns.map(({ source }) => source.name);
  const read = productionReader({ record, maskingKey });
  const decoded = (text: PostgresText | undefined, index: number): Cell =>
    text == null ? null : (codecs[index]?.decodePostgres(text) ?? null);
  return async (changes) => {
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
    const found = new Map(
      rows.map((row) => {
        const key = keyColumns.map((index, place) => decoded(row[place], index));
        return [identity(key), row.slice(keyColumns.length)] as const;
      }),
    );
    const keys = new Set<string>();
    const write = (row: PostgresTextRow): void => {
      const { masked, seen } = read(row);
      incoming.row(record, masked, seen);
      keys.add(identity(keyColumns.map((index) => masked[index] ?? null)));
    };
    incoming.batch(() => {
      for (const change of changes) {
        const name = identity(change.key);
        const row = found.get(name);
        if (row === undefined) continue;
        found.delete(name);
        write(row);
      }
      // Rows whose key production spells otherwise.
      for (const row of found.values()) write(row);
      // A row is known here by its masked key.
      for (const change of changes) if (!keys.has(identity(change.key))) incoming.gone(record, change.key);
    });
  };
}
