/** The words on the groups and tables of changed rows. */
import { t } from '@vscode/l10n';
import { chosenCount, shareOf, type Choice, type Share } from '../changes/chosen-changes.ts';
import { countsText, formatChanges, totalOf } from '../changes/describe-change.ts';
import { formatCount } from '../text/amounts.ts';
import { inlineCode } from '../text/markdown.ts';
import type { ChangedTableNode, ChangeGroupNode } from './change-nodes.ts';

type Counted = ChangeGroupNode | ChangedTableNode;

export function groupName({ side }: Pick<ChangeGroupNode, 'side'>): string {
  return side === 'local' ? t('Local changes') : t('Production changes');
}

function tablesOf(node: Counted): readonly ChangedTableNode[] {
  return node.kind === 'change-group' ? node.tables : [node];
}

/** How many changed rows of a group or table are chosen. */
export function chosenOf(node: Counted, choice: Choice): number {
  return tablesOf(node).reduce(
    (sum, { table, counts }) => sum + chosenCount(choice, table, totalOf(counts)),
    0,
  );
}

export function nodeShare(node: Counted, choice: Choice): Share {
  return shareOf(chosenOf(node, choice), totalOf(node.counts));
}

/** What follows the name: `3 changes`, or, since a checkbox cannot say it, `2 of 3 chosen`. */
export function countedDescription(node: Counted, choice: Choice): string {
  const total = totalOf(node.counts);
  const chosen = chosenOf(node, choice);
  return shareOf(chosen, total) === 'some'
    ? t('{0} of {1} chosen', formatCount(chosen), formatCount(total))
    : formatChanges(total);
}

/** For screen readers. */
export function countedLabel(node: Counted, choice: Choice): string {
  const name =
    node.kind === 'change-group'
      ? groupName(node)
      : node.side === 'local'
        ? t('Local changes of {0}', node.table)
        : t('Production changes of {0}', node.table);
  return [name, countsText(node.counts), countedDescription(node, choice)].join(', ');
}

/** The tooltip's Markdown. */
export function countedTooltip(node: Counted, choice: Choice): string {
  const head =
    node.kind === 'change-group'
      ? `**${groupName(node)}**`
      : `${inlineCode(node.table)} — ${groupName(node)}`;
  const hint =
    node.side === 'local'
      ? t('Rows that were changed here since the last sync. A push takes those that are checked.')
      : t(
          'Rows that production has changed since the last sync, masked. A pull takes those that are checked.',
        );
  return [head, `${countsText(node.counts)} · ${countedDescription(node, choice)}`, hint].join('\n\n');
}
