/** The words of a preview of changes. */
import { t } from '@vscode/l10n';
import type { ListedChange } from '../../engine/changes-report.ts';
import type { ChangeCounts } from '../../engine/workspace-status.ts';
import { formatCount } from '../text/amounts.ts';
import { countsText, keyLabel, totalOf } from './describe-change.ts';

/** What a preview shows, for its title. */
export type PreviewKind = 'push' | 'pull' | 'undo';

export interface PreviewedPage {
  readonly kind: PreviewKind;
  readonly target: string;
  readonly counts: ChangeCounts;
  /** The rows that are shown, counted from 1. */
  readonly first: number;
  readonly last: number;
}

/** `Push to production: 2 inserted, 3 updated (1–50 of 62)`; the page is told where there is more than one. */
export function previewTitle({ kind, target, counts, first, last }: PreviewedPage): string {
  const total = totalOf(counts);
  const what = previewName(kind, target);
  const rows =
    first === 1 && last >= total ? '' : ` (${t('{0}–{1} of {2}', ...[first, last, total].map(formatCount))})`;
  return `${what}: ${countsText(counts)}${rows}`;
}

function previewName(kind: PreviewKind, target: string): string {
  switch (kind) {
    case 'push':
      return t('Push to {0}', target);
    case 'pull':
      return t('Pull from {0}', target);
    case 'undo':
      return t('Undo on {0}', target);
  }
}

/** What is left of a single row's diff, and what is right. */
export function rowDiffTitle({ table, key }: ListedChange, kind: PreviewKind): string {
  const row = `${table} ${keyLabel(key)}`;
  return kind === 'pull'
    ? t('{0} (as last synced ↔ after the pull)', row)
    : t('{0} (as last synced ↔ after the push)', row);
}

const LONGEST_NAME = 80;

/** The path of a row's document: its table and its key, in which nothing parts names but one slash. */
export function rowDocumentPath({ table, key }: ListedChange): string {
  const part = (text: string) =>
    text
      .replaceAll('/', '∕')
      .replace(/\p{Cc}/gu, '␣')
      .slice(0, LONGEST_NAME) || '␣';
  return `${part(table)}/${part(keyLabel(key))}.dbrow`;
}
