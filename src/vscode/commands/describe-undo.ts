/** The words of undoing. */
import { t } from '@vscode/l10n';
import type { UndoableRun, UndoReport } from '../../engine/undo-report.ts';
import { countsText, keyLabel } from '../changes/describe-change.ts';
import { formatInstant, formatRows } from '../text/amounts.ts';
import { escapeMarkdown, inlineCode } from '../text/markdown.ts';
import { asSentence } from '../text/sentence.ts';
import { plainMessage } from '../text/plain-label.ts';

export function undoQuestion(
  { operation, finishedAt, target }: UndoableRun,
  { totals, stale }: UndoReport,
): string {
  const name = plainMessage(target);
  const when = formatInstant(finishedAt);
  return [
    operation === 'push'
      ? t('Undo the push to {0} ({1})?', name, when)
      : t('Undo the pull from {0} ({1})?', name, when),
    `${countsText(totals)}.`,
    stale.length === 0
      ? undefined
      : stale.length === 1
        ? t('1 row changed since and will stay as it is.')
        : t('{0} changed since and will stay as they are.', formatRows(stale.length)),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

export function undoneText({ operation, target, totals, stale }: UndoReport): string {
  const name = plainMessage(target);
  return [
    operation === 'push' ? t('The push to {0} was undone:', name) : t('The pull from {0} was undone:', name),
    `${countsText(totals)}.`,
    stale.length === 0
      ? undefined
      : stale.length === 1
        ? t('1 row changed since and stayed as it is.')
        : t('{0} changed since and stayed as they are.', formatRows(stale.length)),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

/** Rows that are not undone, as a Markdown document. */
export function staleMarkdown({ target, stale }: UndoReport): string {
  return [
    `# ${t('Rows that are not undone on {0}', escapeMarkdown(target))}`,
    '',
    t('They were changed after the operation that is undone. What they hold now is kept.'),
    '',
    ...stale.map(
      ({ table, key, message }) =>
        `- ${inlineCode(`${table} ${keyLabel(key)}`)}: ${escapeMarkdown(asSentence(message))}`,
    ),
    '',
  ].join('\n');
}
