import { SynclineError, toSynclineError } from '../core/errors.ts';
import { describeIncremental } from './describe-incremental.ts';
import { findIncoming, startRun } from './find-incoming.ts';
import {
  changedTables,
  type FoundIncremental,
  type IncrementalOptions,
  type IncrementalRun,
} from './pull-incremental.ts';
import type { PullReport } from './pull-report.ts';
import { withMaskedColumns } from './with-masked-columns.ts';
import type { EngineContext } from './workspace.ts';

export interface CopyOptions extends IncrementalOptions {
  /** Absolute path of the copy; nothing is there yet. */
  readonly into: string;
}

/**
 * An incremental pull into a copy of the local database. The local file, the base and all that the ledger knows stay as
 * they are: the next pull finds the same changes again. When it fails no copy is left. Throws as an incremental pull does.
 */
export async function pullIntoCopy(context: EngineContext, options: CopyOptions): Promise<PullReport> {
  const { local, clock, log } = context;
  const { into, signal } = options;
  const run = startRun(context, options);
  let isMade = false;
  try {
    const found = await findIncoming(run);
    run.tracker.enter('backup');
    // Reading takes its time, and somebody may have put a file there meanwhile.
    if (local.inspect(into).exists) {
      throw new SynclineError('COPY_PATH_INVALID', `There is a file at ${into} already.`);
    }
    isMade = true;
    await local.backup(run.paths.local, into, signal);
    const report = apply(run, found, into);
    log('info', `Pull ${run.id} went into a copy: ${report.totals.rows} rows changed.`);
    return { ...report, finishedAt: new Date(clock()).toISOString(), durations: run.tracker.finish() };
  } catch (thrown) {
    const error = toSynclineError(thrown);
    log(
      error.code === 'CANCELLED' ? 'info' : 'error',
      `Pull ${run.id} ended: ${error.code}: ${error.message}`,
    );
    if (isMade) local.remove(into);
    throw error;
  } finally {
    local.remove(run.incomingPath);
  }
}

function apply(run: IncrementalRun, found: FoundIncremental, into: string): PullReport {
  const { local, previous, signal, tracker } = run;
  tracker.enter('switch');
  const { tables } = local.applyIncoming({
    localPath: into,
    basePath: previous.basePath,
    incomingPath: run.incomingPath,
    tables: changedTables(found).map(withMaskedColumns),
    allTables: previous.tables,
    signal,
    onHeld: () => undefined,
    beforeCommit: () => undefined,
  });
  const { report } = describeIncremental(run, { ...found, applied: tables });
  return { ...report, local: { ...report.local, path: into, created: true } };
}
