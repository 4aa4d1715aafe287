/** The status bar item in words. */
import { t } from '@vscode/l10n';
import type { SynclineError } from '../../core/errors.ts';
import type { PullProgress } from '../../engine/progress.ts';
import type { TargetStatus } from '../../engine/workspace-status.ts';
import {
  operationTitle,
  progressMessage,
  progressPercent,
  type OperationKind,
} from '../progress/describe-progress.ts';
import { formatAge } from '../text/amounts.ts';
import { failureMessage } from '../text/failure-message.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { plainLabel } from '../text/plain-label.ts';
import { hasDrifted } from '../tree/drift.ts';

export interface StatusInput {
  /** The target the item speaks of; absent before the workspace was read. */
  readonly target?: TargetStatus;
  readonly connected: boolean;
  readonly operation?: {
    readonly kind: OperationKind;
    readonly target: string;
    readonly progress?: PullProgress;
  };
  readonly problem?: SynclineError;
  readonly now: number;
}

export interface StatusText {
  /** With codicons, as a status bar item takes them. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  /** The same as the text, for screen readers. */
  readonly label: string;
  readonly tone: 'calm' | 'production' | 'error';
}

/** What the status bar says; undefined when there is nothing to say, and the item is hidden. */
export function statusText(input: StatusInput): StatusText | undefined {
  if (input.operation !== undefined) return runningText(input.operation);
  if (input.problem !== undefined) return problemText(input.problem);
  return input.target === undefined ? undefined : idleText(input.target, input.connected, input.now);
}

function runningText({ kind, target, progress }: NonNullable<StatusInput['operation']>): StatusText {
  const share = kind === 'pull' && progress !== undefined ? progressPercent(progress) : undefined;
  const percent = share === undefined ? '' : ` ${share}`;
  const title = operationTitle(kind, target);
  const short = kind === 'pull' ? t('Pulling {0}', target) : title;
  const detail =
    kind === 'pull' && progress !== undefined ? `\n\n${escapeMarkdown(progressMessage(progress))}` : '';
  return {
    text: `$(sync~spin) ${plainLabel(short)}${percent}`,
    tooltip: `${escapeMarkdown(title)}${detail}`,
    label: `Syncline: ${title}${percent}`,
    tone: 'calm',
  };
}

function problemText(problem: SynclineError): StatusText {
  return {
    text: '$(error) Syncline',
    tooltip: escapeMarkdown(failureMessage(problem)),
    label: `Syncline: ${problem.message}`,
    tone: 'error',
  };
}

function idleText(target: TargetStatus, connected: boolean, now: number): StatusText {
  const drifted = target.tables.filter(({ drift }) => hasDrifted(drift)).length;
  const parts = [
    target.target,
    target.pulledAt !== undefined ? t('pulled {0}', formatAge(target.pulledAt, now)) : t('not pulled yet'),
    connected ? undefined : t('not connected'),
    drifted === 0 ? undefined : t('{0} drifted', drifted),
  ].filter((part) => part !== undefined);
  const icon = target.protected ? '$(shield)' : '$(database)';
  return {
    text: `${icon} ${plainLabel(parts.join(' · '))}`,
    tooltip: t('{0}\n\nClick to show the tables.', escapeMarkdown(parts.join(' · '))),
    label: `Syncline: ${parts.join(', ')}`,
    tone: target.protected ? 'production' : 'calm',
  };
}
