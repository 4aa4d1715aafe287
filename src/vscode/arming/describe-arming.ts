/** The words of arming. */
import { t } from '@vscode/l10n';
import { escapeMarkdown } from '../text/markdown.ts';
import { plainLabel } from '../text/plain-label.ts';
import type { Armed } from './armed.ts';

/** `9:41`, of a duration in milliseconds; the second that has begun counts. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export interface ArmedText {
  /** With codicons. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly label: string;
}

export function armedText({ target, until }: Armed, now: number): ArmedText {
  const left = countdown(until - now);
  return {
    text: `$(unlock) ${plainLabel(t('{0} armed {1}', target, left))}`,
    tooltip: t('{0} can be written to for another {1}. Click to disarm it.', escapeMarkdown(target), left),
    // The minutes alone: a screen reader is not to speak every second.
    label: t('{0} is armed for {1} more minutes: disarm', target, Math.ceil((until - now) / 60_000)),
  };
}

/** Why what was typed does not arm; undefined when it does. */
export function armingObstacle(typed: string, target: string): string | undefined {
  if (typed === target) return undefined;
  if (typed.trim() === target || typed.toLowerCase() === target.toLowerCase()) {
    return t('Type the name exactly as it is written: {0}', target);
  }
  return t('Type {0} to arm it.', target);
}
