/** A running operation in words and as a fraction. */
import { t } from '@vscode/l10n';
import type { PullPhase, PullProgress } from '../../engine/progress.ts';
import { formatBytes, formatCount } from '../text/amounts.ts';

/** What an operation is, for its title, the status bar and the refusal of a second one. */
export type OperationKind =
  | 'pull'
  | 'pull-changes'
  | 'compare'
  | 'changes'
  | 'plan'
  | 'rehearse'
  | 'push'
  | 'sync'
  | 'undo'
  | 'kit'
  | 'suggest'
  | 'preview';

/** Whether an operation may write the local database: what is read of it meanwhile is not to be relied on. */
export function ownsLocal(kind: OperationKind): boolean {
  return ['pull', 'pull-changes', 'push', 'sync', 'undo'].includes(kind);
}

export function operationTitle(kind: OperationKind, target: string): string {
  switch (kind) {
    case 'pull':
      return t('Pulling {0} (anonymized)', target);
    case 'pull-changes':
      return t('Pulling changes of {0} (anonymized)', target);
    case 'compare':
      return t('Comparing with {0}', target);
    case 'changes':
      return t('Reading what changed in {0}', target);
    case 'plan':
      return t('Planning the push to {0}', target);
    case 'rehearse':
      return t('Rehearsing on {0}: everything is rolled back', target);
    case 'push':
      return t('Pushing to {0}', target);
    case 'sync':
      return t('Syncing with {0}', target);
    case 'undo':
      return t('Undoing the last operation on {0}', target);
    case 'kit':
      return t('Looking at the change tracking of {0}', target);
    case 'suggest':
      return t('Suggesting masking rules for {0}', target);
    case 'preview':
      return t('Reading sample rows of {0}', target);
  }
}

/** How much of a pull each phase is before any row is known: where it ends, between 0 and 1. */
const PHASE_ENDS: Readonly<Record<PullPhase, number>> = {
  connect: 0.02,
  snapshot: 0.03,
  plan: 0.05,
  backup: 0.07,
  stage: 0.08,
  load: 0.9,
  check: 0.96,
  switch: 0.98,
  record: 1,
};

const PHASE_STARTS: Readonly<Record<PullPhase, number>> = {
  connect: 0,
  snapshot: PHASE_ENDS.connect,
  plan: PHASE_ENDS.snapshot,
  backup: PHASE_ENDS.plan,
  stage: PHASE_ENDS.backup,
  load: PHASE_ENDS.stage,
  check: PHASE_ENDS.load,
  switch: PHASE_ENDS.check,
  record: PHASE_ENDS.switch,
};

/** How much of the pull is done, between 0 and 1. Within a phase it follows the rows, else the tables. */
export function pullFraction(progress: PullProgress): number {
  const start = PHASE_STARTS[progress.phase];
  const width = PHASE_ENDS[progress.phase] - start;
  if (progress.phase !== 'load') return start;
  return start + width * doneShare(progress);
}

function doneShare({ rowsDone, rowsTotal, tablesDone, tablesTotal }: PullProgress): number {
  if (rowsTotal > 0) return Math.min(1, rowsDone / rowsTotal);
  return tablesTotal > 0 ? Math.min(1, tablesDone / tablesTotal) : 0;
}

/** `Loading users — 12,400 of 50,000 rows (24 %), 3.2 MB`. */
export function progressMessage(progress: PullProgress): string {
  const amounts = amountsOf(progress);
  const what = phaseWords(progress);
  return amounts === undefined ? what : `${what} — ${amounts}`;
}

/** `24 %` of the rows, while rows are coming; the same number as in the message. */
export function progressPercent({ phase, rowsDone, rowsTotal }: PullProgress): string | undefined {
  if (phase !== 'load' || rowsTotal === 0) return undefined;
  return `${Math.floor((Math.min(rowsDone, rowsTotal) / rowsTotal) * 100)} %`;
}

function phaseWords({ phase, table }: PullProgress): string {
  switch (phase) {
    case 'connect':
      return t('Connecting');
    case 'snapshot':
      return t('Opening a snapshot');
    case 'plan':
      return t('Counting rows and choosing masks');
    case 'backup':
      return t('Backing up the local database');
    case 'stage':
      return t('Creating the tables');
    case 'load':
      return table === undefined ? t('Loading rows') : t('Loading {0}', table);
    case 'check':
      return table === undefined ? t('Checking references') : t('Checking {0}', table);
    case 'switch':
      return t('Switching to the new database');
    case 'record':
      return t('Recording what was pulled');
  }
}

function amountsOf(progress: PullProgress): string | undefined {
  const percent = progressPercent(progress);
  if (percent === undefined) return undefined;
  const { rowsDone, rowsTotal, bytes } = progress;
  return t(
    '{0} of {1} rows ({2}), {3}',
    formatCount(rowsDone),
    formatCount(rowsTotal),
    percent,
    formatBytes(bytes),
  );
}

/** A comparison's message: `Comparing users — 3 of 11 tables, 12,400 rows`. */
export function compareMessage({ table, tablesDone, tablesTotal, rowsDone }: PullProgress): string {
  const what = table === undefined ? t('Reading production') : t('Comparing {0}', table);
  if (tablesTotal === 0) return what;
  return `${what} — ${t('{0} of {1} tables, {2} rows', tablesDone, tablesTotal, formatCount(rowsDone))}`;
}

/** How much of a comparison is done, between 0 and 1. */
export function compareFraction(progress: PullProgress): number {
  return doneShare(progress);
}
