import type { PullOutcome, UnfinishedRun } from '../core/ledger-port.ts';
import { pruneBases } from './state-files.ts';
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
  local.remove(`${paths.local}.syncline-new`);
  pruneBases(local, paths, ledger.neededBases());
  return settled;
}

function settle(context: EngineContext, run: UnfinishedRun): Recovery {
  const { ledger, clock, log } = context;
  const began = new Date(run.startedAt).toISOString();
  const committed = run.outcome !== undefined && wasCommitted(context, run.outcome);
  if (committed) {
    ledger.complete(run.id, { finishedAt: clock(), fingerprint: '' });
  } else {
    context.local.remove(run.stagePath);
    ledger.end(run.id, 'interrupted', clock());
  }
  const message = committed
    ? `The pull of ${began} was interrupted after its last step: the local database is the new one, complete.`
    : `The pull of ${began} was interrupted: the local database is the old one, as it was before.`;
  log('warn', message);
  return { run: run.id, database: committed ? 'new' : 'old', message };
}

/** The cookie stands at `before`, or a few steps further if somebody altered the schema since; or beyond the leap. */
function wasCommitted({ local }: EngineContext, outcome: PullOutcome): boolean {
  const found = local.inspect(outcome.localPath);
  if (outcome.created) return found.exists;
  return found.exists && found.schemaVersion >= outcome.schemaVersions.after;
}
