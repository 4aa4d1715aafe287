import { randomBytes } from 'node:crypto';
import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { PulledTarget, UndoableRecord } from '../core/ledger-port.ts';
import { PLAIN, sealFor } from '../core/masking/seal.ts';
import type { Seal } from '../core/undo-port.ts';
import { pruneUndo } from './keep-undo.ts';
import { basePath, pruneBases } from './state-files.ts';
import { undoFile } from './undo-file.ts';
import { undoPull } from './undo-pull.ts';
import { undoPush } from './undo-push.ts';
import type { UndoableRun, UndoReport } from './undo-report.ts';
import type { UndoOptions, UndoRun } from './undo-run.ts';
import type { EngineContext } from './workspace.ts';

/** The runs of the target that can be undone, the latest first. */
export function undoable({ ledger, target }: EngineContext): readonly UndoableRun[] {
  return ledger
    .undoable()
    .filter((record) => record.target === target)
    .map(({ run, operation, finishedAt, rows }) => ({
      run,
      operation,
      target,
      finishedAt: new Date(finishedAt).toISOString(),
      rows,
    }));
}

/**
 * Takes the latest run back: here in one transaction, and for a push in one of production's before. A row that was
 * changed since the run stays, and is told. The caller holds the workspace's lock and has settled unfinished runs.
 *
 * Throws UNDO_UNAVAILABLE when there is nothing to undo or another run came after, MASKING_KEY_MISSING when a push was
 * made with another key, TARGET_PROTECTED when a protected target was not armed, LOCAL_EDITS when edits made since a
 * full pull would be lost and nobody agreed, and what a push or the local database throws.
 */
export async function undo(context: EngineContext, options: UndoOptions): Promise<UndoReport> {
  const { ledger, local, paths, clock, log } = context;
  const record = chooseRun(context, options.run);
  const id = context.newRunId();
  const run: UndoRun = {
    ...context,
    ...options,
    id,
    startedAt: clock(),
    record,
    incomingPath: basePath(paths, id),
  };
  const applies = run.mode === 'apply';
  if (applies) {
    const { startedAt, incomingPath: stagePath } = run;
    ledger.begin({ id, operation: 'undo', target: record.target, startedAt, stagePath });
  }
  try {
    const report = await takeBack(run);
    if (applies && report.state !== 'undone') ledger.end(id, 'failed', clock());
    log('info', `Undo of ${record.operation} ${record.run}: ${report.state}.`);
    return report;
  } catch (thrown) {
    const error = toSynclineError(thrown);
    const state = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
    if (applies) ledger.end(id, state, clock(), toErrorRecord(error));
    log(error.code === 'CANCELLED' ? 'info' : 'error', `Undo ${id} ended: ${error.code}: ${error.message}`);
    throw error;
  } finally {
    pruneUndo(context);
    pruneBases(local, paths, ledger.neededBases());
  }
}

async function takeBack(run: UndoRun): Promise<UndoReport> {
  const { record, local, ledger } = run;
  const previous = ledger.pulled(record.target);
  if (previous === undefined) {
    throw new SynclineError('UNDO_UNAVAILABLE', `What ${record.target} was last pulled as is not known.`);
  }
  if (record.kind === 'file' || record.path === null) return undoFile({ ...run, previous });
  const kept = local.openUndoLog(record.path, sealOf(run, previous));
  try {
    const rows = { ...run, previous, kept };
    return record.operation === 'push' ? await undoPush(rows) : undoPull(rows);
  } finally {
    kept.close();
  }
}

/** The latest run of all is the only one: an earlier one may have changed what the later ones changed again. */
function chooseRun({ ledger, target }: EngineContext, wanted: string | undefined): UndoableRecord {
  const runs = ledger.undoable();
  const record = runs.find((each) => (wanted === undefined ? each.target === target : each.run === wanted));
  const [latest] = runs;
  if (record === undefined || latest === undefined) {
    const what = wanted === undefined ? `nothing of ${target}` : `no run ${wanted}`;
    throw new SynclineError('UNDO_UNAVAILABLE', `There is ${what} that can be undone.`, { target });
  }
  if (record.target !== target) {
    throw new SynclineError('UNDO_UNAVAILABLE', `The run ${record.run} is one of ${record.target}.`, {
      target: record.target,
    });
  }
  if (record.run !== latest.run) {
    throw new SynclineError(
      'UNDO_UNAVAILABLE',
      `The ${latest.operation} ${latest.run} of ${latest.target} came after it, and has to be undone first.`,
      { run: latest.run, target: latest.target },
    );
  }
  return record;
}

/** What a push keeps of production is sealed with the key that masked it; what a pull changed here, stood here. */
function sealOf({ record, maskingKey }: UndoRun, previous: PulledTarget): Seal {
  if (record.operation === 'pull') return PLAIN;
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'The push was made with another masking key, or none: what it kept cannot be read without that key.',
    );
  }
  return maskingKey === undefined ? PLAIN : sealFor(maskingKey, record.run, randomBytes);
}
