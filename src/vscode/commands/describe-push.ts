/** The words of a push: what it would do, what it did, and what it cannot do. */
import { t } from '@vscode/l10n';
import type { RefusedChange } from '../../core/rows/change.ts';
import type { PushReport } from '../../engine/push-report.ts';
import {
  changeLook,
  countsText,
  formatChanges,
  keyLabel,
  refusalAdvice,
  totalOf,
} from '../changes/describe-change.ts';
import { formatCount } from '../text/amounts.ts';
import { escapeMarkdown, inlineCode } from '../text/markdown.ts';
import { asSentence, withPeriod } from '../text/sentence.ts';
import { plainMessage } from '../text/plain-label.ts';

/** What a push promises, as far as somebody who is about to push should know; row by row the warnings tell it. */
export function guaranteeText(guarantee: PushReport['guarantee']): string | undefined {
  return guarantee === 'row-by-row' ? undefined : t('All of it in one transaction, or nothing.');
}

/** `Push 3 changes to production? 1 inserted, 2 updated. All of it …` */
export function pushQuestion({ target, totals, guarantee }: PushReport, rehearsed: boolean): string {
  return [
    t('Push {0} to {1}?', formatChanges(totalOf(totals)), plainMessage(target)),
    `${countsText(totals)}.`,
    rehearsed ? t('The rehearsal went through: the server accepts it.') : guaranteeText(guarantee),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

export function pushedText({ target, totals }: PushReport): string {
  return t('Pushed to {0}: {1}.', plainMessage(target), countsText(totals));
}

export function rehearsedText({ target, totals }: PushReport): string {
  return t(
    'Rehearsed on {0} and rolled back: {1} would go through.',
    plainMessage(target),
    formatChanges(totalOf(totals)),
  );
}

/** A refused row by its name, with its cause: `users 42, column email: …` */
function refusedLine({ table, key, column, message }: RefusedChange): string {
  const why = withPeriod(message);
  // What only the end of the transaction brings up is no single row's.
  if (table === '') return t('The push as a whole: {0}', why);
  const row = key.length === 0 ? table : `${table} ${keyLabel(key)}`;
  // Many messages name the column themselves.
  return column === undefined || message.includes(`"${column}"`)
    ? `${row}: ${why}`
    : t('{0}, column {1}: {2}', row, column, why);
}

const NAMED = 6;

/** The first refused rows for a dialog's detail, each with what to do about it. */
export function refusedDetail(refused: readonly RefusedChange[]): string {
  const lines = refused.slice(0, NAMED).map((one) => `• ${refusedLine(one)} ${refusalAdvice(one.cause)}`);
  return [
    ...lines,
    ...(refused.length > NAMED ? [t('and {0} more', formatCount(refused.length - NAMED))] : []),
    '',
    t('Nothing was pushed: one refused row refuses the push.'),
  ].join('\n');
}

/** Refused rows as the items of a Markdown list. */
export function refusedItems(refused: readonly RefusedChange[]): readonly string[] {
  return refused.map(({ table, key, op, column, cause, message }) => {
    const place = column === undefined ? '' : ` · ${inlineCode(column)}`;
    const row =
      table === ''
        ? t('The push as a whole')
        : `${inlineCode(`${table} ${keyLabel(key)}`)}${place} — ${changeLook(op).label}`;
    return [
      `- ${row}`,
      `  ${escapeMarkdown(asSentence(message))}`,
      `  *${escapeMarkdown(refusalAdvice(cause))}*`,
    ].join('  \n');
  });
}

/** All refused rows as a Markdown document. */
export function refusedMarkdown(target: string, refused: readonly RefusedChange[]): string {
  return [
    `# ${t('Rows that cannot go to {0}', escapeMarkdown(target))}`,
    '',
    t('Nothing was pushed: one refused row refuses the push.'),
    '',
    ...refusedItems(refused),
    '',
  ].join('\n');
}
