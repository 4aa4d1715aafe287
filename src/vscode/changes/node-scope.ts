/** What a tree node, or nothing in particular, means for a push or a pull: which target and which changed rows. */
import type { Selection } from '../../engine/selection.ts';
import type { Services } from '../services.ts';
import { targetsOf } from '../session/session-state.ts';
import { changeGroups, type ChangedTableNode } from '../tree/change-nodes.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { selectionOf } from './chosen-changes.ts';
import { totalOf, type ChangeSide } from './describe-change.ts';
import { changedRowsOf } from './read-changes.ts';

/** The tables that have changes on a side, as far as that is known. */
export function changedTables(
  { session }: Pick<Services, 'session'>,
  target: string,
  side: ChangeSide,
): readonly ChangedTableNode[] {
  const status = targetsOf(session.state).find((one) => one.target === target);
  const groups = status === undefined ? [] : changeGroups(status);
  return groups.find((group) => group.side === side)?.tables ?? [];
}

/**
 * The rows of a node: a row itself, whether it is checked or not; of a table, a group, or a whole target those that are
 * checked. Undefined stands for everything, null for nothing.
 */
export async function selectionAt(
  services: Services,
  target: string,
  side: ChangeSide,
  node: TreeNode | undefined,
): Promise<Selection | undefined | null> {
  if (node?.kind === 'changed-row') {
    const { table, key } = node.change;
    return { tables: [table], rows: [{ table, key }] };
  }
  const tables = changedTables(services, target, side);
  const within = node?.kind === 'changed-table' ? tables.filter(({ table }) => table === node.table) : tables;
  const selection = await selectionOf(
    services.choices.of({ target, side }),
    within.map(({ table, counts }) => ({ table, total: totalOf(counts) })),
    (table) => changedRowsOf(services, { target, side }, table),
  );
  return selection === undefined && node?.kind === 'changed-table' ? { tables: [node.table] } : selection;
}
