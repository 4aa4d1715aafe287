import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { HeldRow, IncomingStage, IncomingTable } from '../core/incoming-port.ts';
import type { HeldRecord, PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { BaseReader } from '../core/local-ports.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import { PLAIN } from '../core/masking/seal.ts';
import type { ProductionSnapshot } from '../core/ports.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { describeIncremental } from './describe-incremental.ts';
import { finishUndo, pruneUndo } from './keep-undo.ts';
import { planPull, type PullPlan } from './plan-pull.ts';
import { productionReader, productionRows } from './production-rows.ts';
import type { PullReport } from './pull-report.ts';
import type { PullOptions } from './pull-run.ts';
import { trackPull, type PullTracker } from './pull-tracker.ts';
import { requireAllRows } from './require-all-rows.ts';
import { basePath, pruneBases, undoPath } from './state-files.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

/** An incremental pull under way. */
export interface IncrementalRun extends EngineContext, PullOptions {
  readonly id: string;
  readonly startedAt: number;
  readonly incomingPath: string;
  readonly previous: PulledTarget;
  readonly tracker: PullTracker;
}

/** What production changed since the last pull, of one table. */
export interface FoundChanges {
  readonly record: PulledTableRecord;
  readonly changed: number;
  readonly gone: number;
  /** Rows that were read to find them. */
  readonly read: number;
}

/**
 * Brings production's changes since the last pull into the local database: rows of local edits stay, changes to
 * different columns of one row merge, and rows that both sides changed in the same column are held. All or nothing.
 *
 * Changes are found by comparing every row of production with the base, which misses nothing and reads everything.
 * Throws FULL_PULL_NEEDED when there is nothing to start from, or when schema, rules or masking key are others than
 * those of the last pull; and what a full pull throws.
 */
export async function pullIncremental(context: EngineContext, options: PullOptions): Promise<PullReport> {
  const { ledger, local, paths, clock, log } = context;
  const previous = requirePrevious(context, options);
  const [id, startedAt] = [context.newRunId(), clock()];
  const incomingPath = basePath(paths, id);
  const run: IncrementalRun = {
    ...context,
    ...options,
    id,
    startedAt,
    incomingPath,
    previous,
    tracker: trackPull(clock, options.onProgress),
  };
  ledger.begin({ id, operation: 'pull', target: run.target, startedAt, stagePath: incomingPath });
  let applied: Applied;
  try {
    applied = apply(run, await findChanges(run));
  } catch (thrown) {
    const error = toSynclineError(thrown);
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Pull ${id} ended: ${error.code}: ${error.message}`);
    for (const path of [incomingPath, undoPath(paths, id)]) local.remove(path);
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    throw error;
  }
  return record(run, applied);
}

/** What to start from. */
function requirePrevious(
  { ledger, local, paths, target }: EngineContext,
  { maskingKey }: PullOptions,
): PulledTarget {
  const previous = ledger.pulled(target);
  const needed = (why: string): SynclineError => new SynclineError('FULL_PULL_NEEDED', why, { target });
  if (previous === undefined) throw needed(`${target} was never pulled.`);
  if (!local.inspect(paths.local).exists) throw needed('The local database is missing.');
  if (ledger.lastPull()?.run !== previous.run)
    throw needed('The local database was last filled from another target.');
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) {
    throw needed('The last pull was masked with another key, or not at all.');
  }
  return previous;
}

interface Found {
  readonly plan: PullPlan;
  readonly snapshot: Pick<ProductionSnapshot, 'id' | 'consistent'>;
  readonly tables: readonly FoundChanges[];
}

async function findChanges(run: IncrementalRun): Promise<Found> {
  const { production, signal, tracker, previous, local } = run;
  tracker.enter('connect');
  requireAllRows(await production.probe(signal));
  tracker.enter('snapshot');
  return withSnapshot(production, signal, async (snapshot) => {
    tracker.enter('plan');
    const plan = await planPull(snapshot, run.rules, {
      masked: run.maskingKey !== undefined,
      signal,
      onTable: (table, tablesDone, tablesTotal) => tracker.update({ table, tablesDone, tablesTotal }),
    });
    requireSamePlan(run, plan);
    const rowsTotal = plan.tables.reduce((sum, table) => sum + table.rows, 0);
    tracker.update({ tablesDone: 0, rowsTotal });
    const keyed = previous.tables.filter(({ table }) => table.primaryKey.length > 0);
    tracker.enter('stage');
    const incoming = local.createIncoming(run.incomingPath, keyed);
    const base = local.openBase(previous.basePath);
    try {
      tracker.enter('load');
      const tables = await findInTables(run, keyed, { snapshot, incoming, base });
      incoming.finish();
      return { plan, snapshot: { id: snapshot.id, consistent: snapshot.consistent }, tables };
    } catch (error) {
      incoming.discard();
      throw error;
    } finally {
      base.close();
    }
  });
}

/** The rows in the base were made by another plan: they cannot be compared with what this one would make. */
function requireSamePlan({ previous, target }: IncrementalRun, plan: PullPlan): void {
  const before = new Map(previous.tables.map((record) => [record.table.key, record] as const));
  const altered = plan.tables
    .filter(({ local, mask }) => {
      const record = before.get(local.key);
      return (
        record?.table.createSql !== local.createSql ||
        JSON.stringify(record.mask) !== JSON.stringify(mask ?? null)
      );
    })
    .map(({ local }) => local.key);
  const planned = new Set(plan.tables.map(({ local }) => local.key));
  const dropped = previous.tables.map(({ table }) => table.key).filter((key) => !planned.has(key));
  if (altered.length + dropped.length === 0) return;
  throw new SynclineError(
    'FULL_PULL_NEEDED',
    `Schema or masking are others than at the last pull: ${[...altered, ...dropped].join(', ')}.`,
    { target, tables: [...altered, ...dropped] },
  );
}

interface FindContext {
  readonly snapshot: ProductionSnapshot;
  readonly incoming: IncomingStage;
  readonly base: BaseReader;
}

async function findInTables(
  run: IncrementalRun,
  records: readonly PulledTableRecord[],
  context: FindContext,
): Promise<FoundChanges[]> {
  const found: FoundChanges[] = [];
  let rowsDone = 0;
  for (const [tablesDone, record] of records.entries()) {
    run.tracker.update({ table: record.table.key, tablesDone });
    const changes = await findInTable(run, record, context, (read) => {
      run.tracker.update({ rowsDone: rowsDone + read });
    });
    rowsDone += changes.read;
    found.push(changes);
  }
  return found;
}

async function findInTable(
  { maskingKey, signal }: IncrementalRun,
  record: PulledTableRecord,
  { snapshot, incoming, base }: FindContext,
  onRead: (rows: number) => void,
): Promise<FoundChanges> {
  const reading = { record, snapshot, maskingKey, signal };
  const read = productionReader(reading);
  const key = keyColumnsOf(record.table);
  const find = base.finder(record);
  const tracker = base.tracker(record);
  let [changed, rows, gone] = [0, 0, 0];
  for await (const text of productionRows(reading)) {
    rows += 1;
    if (rows % 1000 === 0) onRead(rows);
    const row = read(text);
    const rowKey = key.map((index) => row.masked[index] ?? null);
    const before = find(rowKey);
    if (before !== undefined) tracker.found(rowKey);
    if (before !== undefined && row.identity === read.identityOf(before)) continue;
    changed += 1;
    incoming.row(record, row.masked, row.seen);
  }
  for (const rowKey of tracker.missing()) {
    gone += 1;
    incoming.gone(record, rowKey);
  }
  return { record, changed, gone, read: rows };
}

interface Applied {
  readonly report: PullReport;
  readonly fingerprint: string;
  readonly tables: readonly PulledTableRecord[];
}

function apply(run: IncrementalRun, found: Found): Applied {
  const { local, ledger, paths, previous, tracker } = run;
  const held: HeldRecord[] = [];
  const clean = local.fingerprint(paths.local) === previous.fingerprint;
  const changed = found.tables.filter((table) => table.changed + table.gone > 0).map(({ record }) => record);
  tracker.enter('switch');
  const undo = local.createUndoLog(undoPath(paths, run.id), PLAIN);
  let outcome: { readonly report: PullReport; readonly tables: readonly PulledTableRecord[] } | undefined;
  let result: ReturnType<typeof local.applyIncoming>;
  try {
    result = local.applyIncoming({
      localPath: paths.local,
      basePath: previous.basePath,
      incomingPath: run.incomingPath,
      tables: changed.map(incomingTable),
      allTables: previous.tables,
      undo,
      signal: run.signal,
      onHeld: (row) => held.push(heldRecord(row)),
      beforeCommit(schemaVersions, applied) {
        outcome = describeIncremental(run, { ...found, applied });
        ledger.prepare({
          run: run.id,
          target: run.target,
          localPath: paths.local,
          created: false,
          schemaVersions,
          basePath: previous.basePath,
          maskingKey: previous.maskingKey,
          tables: outcome.tables,
          held,
          undo: finishUndo(undo),
          report: JSON.stringify(outcome.report),
        });
      },
    });
  } finally {
    undo.close();
  }
  if (outcome === undefined) throw new SynclineError('INTERNAL', 'The rows were applied without a record.');
  return { ...outcome, fingerprint: clean && held.length === 0 ? result.fingerprint : '' };
}

function incomingTable(record: PulledTableRecord): IncomingTable {
  return { ...record, maskedColumns: record.mask === null ? [] : maskedColumns(record.mask) };
}

function heldRecord({ table, kind, key, columns, production }: HeldRow): HeldRecord {
  return {
    table,
    kind,
    key: Buffer.from(encodeRow(key)).toString('base64'),
    columns,
    cells: production === null ? null : Buffer.from(encodeRow(production.cells)).toString('base64'),
    seen: production?.seen == null ? null : Buffer.from(production.seen).toString('base64'),
  };
}

/** The rows are in place. Should a step fail from here on, the next start finds it out and completes it. */
function record(run: IncrementalRun, { report, fingerprint, tables }: Applied): PullReport {
  const { local, ledger, paths, previous, tracker, clock, log } = run;
  tracker.enter('record');
  local.advanceBase(
    previous.basePath,
    run.incomingPath,
    tables.filter(({ table }) => table.primaryKey.length > 0),
  );
  const finishedAt = clock();
  const complete = { ...report, finishedAt: new Date(finishedAt).toISOString(), durations: tracker.finish() };
  ledger.complete(run.id, { finishedAt, fingerprint, report: JSON.stringify(complete) });
  pruneUndo(run);
  pruneBases(local, paths, ledger.neededBases());
  log('info', `Incremental pull ${run.id} is done: ${complete.totals.rows} rows changed.`);
  return complete;
}
