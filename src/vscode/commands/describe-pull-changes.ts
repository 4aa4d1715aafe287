/** What an incremental pull brought, in words. */
import { t } from '@vscode/l10n';
import type { PullReport } from '../../engine/pull-report.ts';
import { countsText } from '../changes/describe-change.ts';
import { formatCount, formatRows } from '../text/amounts.ts';
import { plainMessage } from '../text/plain-label.ts';

export function pulledChangesText({ target, tables, warnings, local }: PullReport): string {
  const sum = (of: 'inserted' | 'updated' | 'deleted' | 'held'): number =>
    tables.reduce((all, { changes }) => all + (changes?.[of] ?? 0), 0);
  const counts = { inserted: sum('inserted'), updated: sum('updated'), deleted: sum('deleted') };
  const held = sum('held');
  const text = countsText(counts);
  return [
    text === ''
      ? t('{0} has nothing new.', plainMessage(target))
      : t('Pulled changes of {0} into {1}: {2}.', plainMessage(target), plainMessage(local.path), text),
    held === 0
      ? undefined
      : held === 1
        ? t('1 row was changed on both sides and is held.')
        : t('{0} were changed on both sides and are held.', formatRows(held)),
    warnings.length === 0
      ? undefined
      : warnings.length === 1
        ? t('There is 1 warning.')
        : t('There are {0} warnings.', formatCount(warnings.length)),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}
