import { SynclineError } from '../core/errors.ts';
import type { PulledTarget, PullOutcome } from '../core/ledger-port.ts';
import type { PushedTable } from './push-report.ts';
import { backupPath } from './state-files.ts';
import type { UndoReport } from './undo-report.ts';
import { undoReport, type UndoRun } from './undo-run.ts';

type FileUndoRun = UndoRun & { readonly previous: PulledTarget };

/**
 * Takes a full pull back: the whole local file is what it was before, from its backup; a file that the pull created goes.
 * What was written into it since is lost by that: it needs consent, and a backup keeps it.
 */
export async function undoFile(run: FileUndoRun): Promise<UndoReport> {
  const { local, ledger, paths, record, clock, mode } = run;
  const tables = tablesOf(run);
  const report = (state: UndoReport['state'], warnings: readonly string[]): UndoReport =>
    undoReport(run, state, { tables, stale: [], preview: [], warnings });
  const exists = local.inspect(paths.local).exists;
  const wasWritten = exists && local.fingerprint(paths.local) !== run.previous.fingerprint;
  const whole =
    record.path === null
      ? 'The pull created the local database: it is taken away.'
      : `The whole local database goes back to ${record.path}.`;
  if (record.path !== null && local.size(record.path) === 0) {
    throw new SynclineError('UNDO_UNAVAILABLE', `The backup ${record.path} is missing.`, {
      path: record.path,
    });
  }
  if (mode !== 'apply') {
    const loses = 'It was written since: that is lost, and kept in a backup.';
    return report(mode === 'plan' ? 'planned' : 'rehearsed', wasWritten ? [whole, loses] : [whole]);
  }
  const backup = backupPath(paths, run.id, run.startedAt);
  if (wasWritten) {
    requireConsent(run);
    await local.backup(paths.local, backup, run.signal);
  }
  await takeFileBack(run, exists);
  ledger.complete(run.id, { finishedAt: clock(), fingerprint: '' });
  return report('undone', wasWritten ? [whole, `What was written since is in ${backup}.`] : [whole]);
}

async function takeFileBack(run: FileUndoRun, exists: boolean): Promise<void> {
  const { local, ledger, paths, record, previous } = run;
  const outcome: Omit<PullOutcome, 'schemaVersions'> = {
    run: run.id,
    undoes: record.run,
    target: record.target,
    localPath: paths.local,
    created: false,
    // Nothing is brought into a base: the base of before is a file of its own.
    basePath: run.incomingPath,
    maskingKey: previous.maskingKey,
    tables: previous.tables,
    held: record.held,
    report: previous.report,
  };
  if (record.path === null) {
    if (exists) local.checkWritable(paths.local);
    ledger.prepare({ ...outcome, schemaVersions: { before: 0, after: 0 }, removes: true });
    local.remove(paths.local);
    return;
  }
  if (!exists) {
    throw new SynclineError('UNDO_UNAVAILABLE', 'The local database is missing.', { path: paths.local });
  }
  await local.restoreFile({
    localPath: paths.local,
    backupPath: record.path,
    scratchPath: run.incomingPath,
    run: run.id,
    signal: run.signal,
    beforeCommit: (schemaVersions) => ledger.prepare({ ...outcome, schemaVersions }),
  });
}

/** Throws LOCAL_EDITS unless the user agreed. */
function requireConsent({ local, paths, previous, replaceLocalEdits }: FileUndoRun): void {
  if (replaceLocalEdits) return;
  const changes = local.countLocalChanges(paths.local, previous.basePath, previous.tables);
  const edits = [...changes.values()].reduce(
    (sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted,
    0,
  );
  throw new SynclineError(
    'LOCAL_EDITS',
    edits === 0
      ? 'The local database was written since the pull, in tables that are not pulled: that would be lost.'
      : `${edits} local ${edits === 1 ? 'edit' : 'edits'} since the pull would be lost.`,
    { edits },
  );
}

/** Every row of the pulled tables goes, and those of the backup come. */
function tablesOf({ local, paths, record, previous }: FileUndoRun): readonly PushedTable[] {
  const before = record.path;
  const exists = local.inspect(paths.local).exists;
  return previous.tables.map(({ table }) => ({
    table: table.key,
    inserted: before === null ? 0 : local.countRows(before, [table.name]),
    updated: 0,
    deleted: exists ? local.countRows(paths.local, [table.name]) : 0,
  }));
}
