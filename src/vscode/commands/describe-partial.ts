/** The account of a push that went row by row and ended at a failure. */
import { t } from '@vscode/l10n';
import type { PushedTable, PushReport } from '../../engine/push-report.ts';
import { countsText, formatChanges, totalOf } from '../changes/describe-change.ts';
import { formatCount } from '../text/amounts.ts';
import { cellCode, escapeMarkdown } from '../text/markdown.ts';
import { plainMessage } from '../text/plain-label.ts';
import { refusedItems } from './describe-push.ts';

/** `Pushed to production in part: 2 updated. 3 changes are left, and are still local changes.` */
export function partialText({ target, totals, left = [] }: PushReport): string {
  const open = left.reduce((sum, table) => sum + totalOf(table), 0);
  const done = countsText(totals);
  return [
    done === ''
      ? t('The push to {0} ended before its end; nothing is known to be written.', plainMessage(target))
      : t('Pushed to {0} in part: {1}.', plainMessage(target), done),
    open === 1
      ? t('1 change is left, and is still a local change.')
      : t('{0} are left, and are still local changes.', formatChanges(open)),
  ].join(' ');
}

/** What production has, what is left, and why, as a Markdown document. */
export function partialMarkdown(report: PushReport): string {
  const { target, tables, left = [], refused, warnings } = report;
  return [
    `# ${t('Pushed in part to {0}', escapeMarkdown(target))}`,
    escapeMarkdown(partialText(report)),
    `## ${t('Why it ended')}`,
    refusedItems(refused).join('\n'),
    `## ${t('What production has now')}`,
    countsTable(tables),
    `## ${t('What is left')}`,
    countsTable(left),
    t('Settle the row above and push again: only what is left is pushed.'),
    ...warnings.map((warning) => escapeMarkdown(warning)),
  ]
    .join('\n\n')
    .concat('\n');
}

function countsTable(tables: readonly PushedTable[]): string {
  if (tables.length === 0) return t('Nothing.');
  return [
    `| ${t('Table')} | ${t('inserted')} | ${t('updated')} | ${t('deleted')} |`,
    '|:--|--:|--:|--:|',
    ...tables.map(
      ({ table, inserted, updated, deleted }) =>
        `| ${cellCode(table)} | ${[inserted, updated, deleted].map(formatCount).join(' | ')} |`,
    ),
  ].join('\n');
}
