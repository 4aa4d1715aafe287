import { SynclineError } from '../core/errors.ts';
import type { PullOutcome, UnfinishedRun } from '../core/ledger-port.ts';
import type { LocalInspection } from '../core/local-ports.ts';
import { pruneUndo } from './keep-undo.ts';
import { backupPath, pruneBases } from './state-files.ts';
import type { Recovery } from './workspace-status.ts';
import type { EngineContext } from './workspace.ts';

/**
 * Settles runs that were killed, and says which local database the user has now. SQLite itself has rolled a half-made
 * transaction back; what is left to find out is whether the switch was committed, and the file's schema cookie tells.
 * The caller holds the workspace's lock, so nothing is under way.
 */
export function recover(context: EngineContext): Recovery | undefined {
  const { ledger, local, paths } = context;
  let settled: Recovery | undefined;
  for (const run of ledger.unfinished()) settled = settle(context, run);
  pruneUndo(context);
  pruneBases(local, paths, ledger.neededBases());
  return settled;
}

function settle(context: EngineContext, run: UnfinishedRun): Recovery {
  const { ledger, local, paths, clock, log } = context;
  const committed = run.outcome !== undefined && wasCommitted(context, run.outcome);
  if (committed) {
    if (run.outcome.basePath !== run.stagePath) {
      local.advanceBase(run.outcome.basePath, run.stagePath, run.outcome.tables);
    }
    ledger.complete(run.id, { finishedAt: clock(), fingerprint: '' });
  } else if (run.operation === 'push' && isPending(context, run)) {
    local.remove(run.stagePath);
    if (run.state === 'switching') ledger.reopen(run.id);
  } else {
    local.remove(run.stagePath);
    local.remove(backupPath(paths, run.id, run.startedAt));
    local.removeUnfinished(run.outcome?.localPath ?? paths.local);
    ledger.end(run.id, 'interrupted', clock());
  }
  const message = describeEnd(run, new Date(run.startedAt).toISOString(), committed);
  log('warn', message);
  return { run: run.id, database: committed ? 'new' : 'old', message };
}

/** Whether production may have what a push sent, and the local database not yet: then the next run asks production. */
function isPending({ ledger }: EngineContext, { id, witness }: UnfinishedRun): boolean {
  return witness !== undefined || ledger.sent(id).length > 0;
}

function wasCommitted(
  { local }: EngineContext,
  { run, localPath, schemaVersions, created, undoes, removes }: PullOutcome,
): boolean {
  const found = inspectIfPossible(() => local.inspect(localPath));
  if (removes === true) return found?.exists === false;
  if (found?.exists !== true) return false;
  const { before, after } = schemaVersions;
  if (undoes !== undefined && local.finishRestore(localPath, run, after)) return true;
  // A file that was created has the cookie that it was given, and some more if it was altered since. One that was
  // there had its cookie moved by a leap, from `before` to `after` and around the end of the numbers when it came
  // near it; until then programs that alter the schema move it in steps of one.
  if (created || after > before) return found.schemaVersion >= after;
  return found.schemaVersion >= after && found.schemaVersion < before;
}

/** Undefined where there is no database any more: then it is surely not the new one. */
function inspectIfPossible(inspect: () => LocalInspection): LocalInspection | undefined {
  try {
    return inspect();
  } catch (error) {
    if (error instanceof SynclineError && error.code !== 'LOCAL_LOCKED') return undefined;
    throw error;
  }
}

function describeEnd({ operation }: UnfinishedRun, began: string, committed: boolean): string {
  if (operation === 'undo') {
    return committed
      ? `The undo of ${began} was interrupted after its last step: it is done.`
      : `The undo of ${began} was interrupted: the local database is as it was before. What production has back of a push is found out by undoing it again.`;
  }
  if (operation === 'push') {
    return committed
      ? `The push of ${began} was interrupted after its last step: production and the local database are in step.`
      : `The push of ${began} was interrupted: the next push or pull finds out what production has of it. The local database is the old one, as it was before.`;
  }
  return committed
    ? `The pull of ${began} was interrupted after its last step: the local database is the new one, complete.`
    : `The pull of ${began} was interrupted: the local database is the old one, as it was before.`;
}
