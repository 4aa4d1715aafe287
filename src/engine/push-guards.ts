/** What a push needs beside a plan: an armed target, an agreement to what is not atomic, a second look at what is large. */
import { SynclineError } from '../core/errors.ts';
import type { BaseReader } from '../core/local-ports.ts';
import type { PushReport } from './push-report.ts';
import type { PushRun } from './push.ts';
import type { EngineContext } from './workspace.ts';

/** Deletions of fewer rows than this are no large share, however small the table is. */
const LEAST_SHARED_ROWS = 10;

const DEFAULT_LIMITS = { rows: 1000, deleteShare: 0.2 };

/** Throws TARGET_PROTECTED. */
export function requireArmed({ rules, target }: EngineContext, armed: boolean): void {
  if (armed || !(rules.file.targets[target]?.protected ?? true)) return;
  throw new SynclineError('TARGET_PROTECTED', `${target} is protected, and was not armed for this push.`, {
    target,
  });
}

/** Throws TARGET_PROTECTED, PUSH_NOT_ATOMIC or PUSH_NEEDS_CONFIRMATION. */
export function requireConsent(run: PushRun, report: PushReport, base: BaseReader): void {
  const { target, armed, writer, rowByRow = false } = run;
  requireArmed(run, armed);
  if (writer.guarantee === 'row-by-row' && !rowByRow) {
    const why = writer.because ?? 'there is neither the kit nor a connection string';
    throw new SynclineError('PUSH_NOT_ATOMIC', `The push would go row by row: ${why}.`, { target });
  }
  requireConfirmation(run, report, base);
}

function requireConfirmation(run: PushRun, { totals, tables }: PushReport, base: BaseReader): void {
  if (run.confirmed === true) return;
  const limits = run.rules.file.targets[run.target]?.confirm ?? DEFAULT_LIMITS;
  const rows = totals.inserted + totals.updated + totals.deleted;
  const reasons = rows > limits.rows ? [`${rows} rows would be pushed (more than ${limits.rows})`] : [];
  for (const { table, deleted } of tables) {
    if (deleted < LEAST_SHARED_ROWS) continue;
    const record = run.previous.tables.find((each) => each.table.key === table);
    const all = record === undefined ? 0 : base.countRows(record);
    if (deleted > limits.deleteShare * all)
      reasons.push(`${deleted} of ${all} rows of ${table} would be deleted`);
  }
  if (reasons.length === 0) return;
  throw new SynclineError('PUSH_NEEDS_CONFIRMATION', `${reasons.join('; ')}.`, {
    rows,
    inserted: totals.inserted,
    updated: totals.updated,
    deleted: totals.deleted,
    reasons,
  });
}
