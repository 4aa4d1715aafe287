import { SynclineError } from '../core/errors.ts';
import type { IncomingStage } from '../core/incoming-port.ts';
import type { PulledTarget } from '../core/ledger-port.ts';
import { createLeakCheck, type LeakCheck } from '../core/masking/leak-check.ts';
import { findChanges } from './changes/find-changes.ts';
import type { FindChanges, Found } from './changes/found-changes.ts';
import { watermarksOf } from './changes/watermark.ts';
import { leakChecks } from './leak-checks.ts';
import { planIncremental } from './plan-incremental.ts';
import type { FoundIncremental, IncrementalOptions, IncrementalRun } from './pull-incremental.ts';
import type { CheckResult } from './pull-report.ts';
import type { PullOptions } from './pull-run.ts';
import { trackPull } from './pull-tracker.ts';
import { requireAllRows } from './require-all-rows.ts';
import { resolveSelection } from './resolve-selection.ts';
import { basePath } from './state-files.ts';
import { withSnapshot } from './with-snapshot.ts';
import type { EngineContext } from './workspace.ts';

/** Makes sure that there is something to start from. Throws FULL_PULL_NEEDED and SELECTION_INVALID. Writes nothing. */
export function startRun(context: EngineContext, options: IncrementalOptions): IncrementalRun {
  const previous = requirePrevious(context, options);
  const [id, startedAt] = [context.newRunId(), context.clock()];
  const { rules } = context;
  return {
    ...context,
    ...options,
    method: options.method,
    selection: resolveSelection(options.selection, { records: previous.tables, rules, now: startedAt }),
    id,
    startedAt,
    incomingPath: basePath(context.paths, id),
    previous,
    tracker: trackPull(context.clock, options.onProgress),
  };
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

/** Searches production, and leaves what was found in the run's incoming file. */
export async function findIncoming(run: IncrementalRun): Promise<FoundIncremental> {
  const { production, signal, tracker, previous, local } = run;
  tracker.enter('connect');
  requireAllRows(await production.probe(signal));
  tracker.enter('snapshot');
  return withSnapshot(production, signal, async (snapshot) => {
    tracker.enter('plan');
    const plan = await planIncremental(run, snapshot);
    tracker.enter('stage');
    const records = previous.tables.filter(({ table }) => table.primaryKey.length > 0);
    const incoming = local.createIncoming(run.incomingPath, records);
    const base = local.openBase(previous.basePath);
    try {
      tracker.enter('load');
      tracker.update({ tablesDone: 0, tablesTotal: records.length });
      const leaks = leakCheckOf(run);
      const found = await findChanges(searchOf(run, { snapshot, base, incoming, records, leaks }));
      tracker.enter('check');
      const checks = leaks === undefined ? [] : checkMasking(leaks, found, incoming);
      incoming.finish();
      return { plan, snapshot: { id: snapshot.id, consistent: snapshot.consistent }, checks, ...found };
    } catch (error) {
      incoming.discard();
      throw error;
    } finally {
      base.close();
    }
  });
}

function searchOf(
  run: IncrementalRun,
  open: Pick<FindChanges, 'snapshot' | 'base' | 'incoming' | 'records' | 'leaks'>,
): FindChanges {
  const { ledger, previous, rules, target, tracker } = run;
  return {
    ...open,
    marks: previous.marks,
    held: ledger.held(target),
    maskingKey: run.maskingKey,
    watermarks: watermarksOf(rules),
    selection: run.selection,
    method: run.method,
    now: run.startedAt,
    signal: run.signal,
    onRead: (table, tablesDone, rowsDone) => tracker.update({ table, tablesDone, rowsDone }),
  };
}

function leakCheckOf({ previous, maskingKey }: IncrementalRun): LeakCheck | undefined {
  if (maskingKey === undefined) return undefined;
  const masks = previous.tables.flatMap(({ table, mask }) =>
    mask === null ? [] : [[table.key, mask] as const],
  );
  return createLeakCheck({ plan: { tables: new Map(masks) }, key: maskingKey });
}

/** Looks in the rows that have come for originals of any row that has come. Throws MASKING_LEAK. */
function checkMasking(leaks: LeakCheck, { tables }: Found, incoming: IncomingStage): CheckResult[] {
  const come = tables.filter(({ counts: { inserted, updated } }) => inserted + updated > 0);
  if (come.length === 0) return [];
  for (const { record } of come) {
    for (const { cells, gone } of incoming.rows(record)) if (!gone) leaks.inspect(record.table.key, cells);
  }
  return leakChecks(leaks);
}
