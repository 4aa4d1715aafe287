/** The words on a changed row in the tree, in diffs, and in its tooltip. */
import { t } from '@vscode/l10n';
import type { RefusalCause } from '../../core/rows/change.ts';
import type { ChangesReport, ListedChange } from '../../engine/changes-report.ts';
import type { ChangeCounts } from '../../engine/workspace-status.ts';
import { formatCount } from '../text/amounts.ts';
import { truncateDisplay } from '../text/display-width.ts';
import { asSentence } from '../text/sentence.ts';
import { cellCode, escapeMarkdown, inlineCode } from '../text/markdown.ts';

export type ChangeSide = ChangesReport['side'];

/** How a changed row looks: never by colour alone. */
export interface ChangeLook {
  readonly badge: string;
  readonly icon: string;
  /** Id of a theme colour. */
  readonly colour: string;
  /** In words, for tooltips and screen readers. */
  readonly label: string;
}

export type LookName = 'insert' | 'update' | 'delete' | 'held' | 'refused';

export function lookNameOf({ op, held, refused }: ListedChange): LookName {
  if (refused !== undefined) return 'refused';
  return held === true ? 'held' : op;
}

export function changeLook(name: LookName): ChangeLook {
  switch (name) {
    case 'insert':
      return {
        badge: 'A',
        icon: 'diff-added',
        colour: 'gitDecoration.addedResourceForeground',
        label: t('inserted'),
      };
    case 'update':
      return {
        badge: 'M',
        icon: 'diff-modified',
        colour: 'gitDecoration.modifiedResourceForeground',
        label: t('updated'),
      };
    case 'delete':
      return {
        badge: 'D',
        icon: 'diff-removed',
        colour: 'gitDecoration.deletedResourceForeground',
        label: t('deleted'),
      };
    case 'held':
      return {
        badge: '!',
        icon: 'git-merge',
        colour: 'gitDecoration.conflictingResourceForeground',
        label: t('held: changed on both sides'),
      };
    case 'refused':
      return {
        badge: '✕',
        icon: 'circle-slash',
        colour: 'list.errorForeground',
        label: t('cannot be pushed'),
      };
  }
}

/** The key as people read it. */
export function keyLabel(key: readonly string[]): string {
  return key.length === 0 ? t('(no key)') : key.map((part) => (part === '' ? '""' : part)).join(' · ');
}

/** What follows the key: the columns that differ, and why the row does not travel, if it does not. */
export function changeDescription(change: ListedChange): string {
  const { op, columns, held, refused } = change;
  return [
    op === 'update' ? columns.join(', ') : changeLook(op).label,
    refused === undefined ? undefined : changeLook('refused').label,
    held === true ? t('held') : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** For screen readers. */
export function changeLabel(change: ListedChange): string {
  const { table, key, op, refused } = change;
  return [
    t('Row {0} of {1}', keyLabel(key), table),
    changeLook(op).label,
    ...(op === 'update' ? [change.columns.join(', ')] : []),
    ...(lookNameOf(change) === op ? [] : [changeLook(lookNameOf(change)).label]),
    ...(refused === undefined ? [] : [refused.message]),
  ].join(', ');
}

const LONGEST_LIST = 12;
const WIDEST_VALUE = 40;

/** The tooltip's Markdown: what differs, and why the row does not travel. */
export function changeTooltip(change: ListedChange): string {
  const { table, key, op, held, refused } = change;
  return [
    `${inlineCode(table)} ${inlineCode(keyLabel(key))} — ${changeLook(op).label}`,
    refused === undefined
      ? undefined
      : `**${t('Cannot be pushed:')}** ${escapeMarkdown(asSentence(refused.message))} ${escapeMarkdown(refusalAdvice(refused.cause))}`,
    held === true
      ? `**${t('Held:')}** ${t('both sides changed it, so it is left alone on both until somebody decides.')}`
      : undefined,
    valuesTable(change),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}

function valuesTable({ columns, before, after }: ListedChange): string | undefined {
  if (columns.length === 0) return undefined;
  const shown = columns.slice(0, LONGEST_LIST).map((column) => {
    const cell = (row: ListedChange['before']): string => {
      const found = row?.find((one) => one.column === column);
      if (found === undefined) return '';
      return found.text === null ? '*NULL*' : cellCode(truncateDisplay(found.text, WIDEST_VALUE));
    };
    return `| ${cellCode(column)} | ${cell(before)} | ${cell(after)} |`;
  });
  return [
    `| ${t('Column')} | ${t('Before')} | ${t('After')} |`,
    '|:--|:--|:--|',
    ...shown,
    ...(columns.length > LONGEST_LIST ? [`| ${t('and {0} more', columns.length - LONGEST_LIST)} | | |`] : []),
  ].join('\n');
}

/** What to do about a row that cannot travel. */
export function refusalAdvice(cause: RefusalCause): string {
  switch (cause) {
    case 'pseudonym':
      return t(
        'Give the masked columns values of your own, or allow them by “allowPseudonyms” in syncline.json.',
      );
    case 'unrepresentable':
      return t('Correct the local value so that production’s type can hold it.');
    case 'changed-in-production':
      return t('Pull changes first, look at the row, and push again.');
    case 'missing-in-production':
      return t('Pull changes first: the row was deleted in production.');
    case 'exists-in-production':
      return t('Pull changes first, or give the local row another key.');
    case 'refused-by-server':
      return t('Correct the row so that production’s constraints and triggers accept it.');
    case 'changed-locally':
      return t('Undo your own change of the row first, or leave the row as it is.');
    case 'in-doubt':
      return t('Pull changes: it finds out what production has of it.');
    case 'schema-changed':
      return t('Pull production in full: the table has another schema than at the last pull.');
    case 'no-primary-key':
      return t('Give the table a primary key: without one production cannot be told which row is meant.');
    case 'parent-not-selected':
      return t('Push the row that it refers to as well, or leave both out.');
    case 'not-allowed':
      return t('Allow it by the table’s “direction” in syncline.json, or leave it out.');
    case 'not-approved':
      return t('Approve the table when the push asks for it, or leave it out.');
  }
}

/** `2 inserted, 3 updated, 1 deleted`; kinds without rows are left out. */
export function countsText({ inserted, updated, deleted }: ChangeCounts): string {
  return [
    inserted === 0 ? undefined : t('{0} inserted', formatCount(inserted)),
    updated === 0 ? undefined : t('{0} updated', formatCount(updated)),
    deleted === 0 ? undefined : t('{0} deleted', formatCount(deleted)),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

export function totalOf(counts: ChangeCounts | undefined): number {
  return counts === undefined ? 0 : counts.inserted + counts.updated + counts.deleted;
}

export function formatChanges(count: number): string {
  return count === 1 ? t('1 change') : t('{0} changes', formatCount(count));
}
