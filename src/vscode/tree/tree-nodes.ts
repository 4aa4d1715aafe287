/** The tree's nodes, made from the session's state. They are made anew only when the status is. */
import type { ColumnStatus, TableStatus, TargetStatus } from '../../engine/workspace-status.ts';
import type { SessionState } from '../session/session-state.ts';
import { targetsOf } from '../session/session-state.ts';
import { changeGroups, type ChangeGroupNode, type ChangeNode } from './change-nodes.ts';
import { nodeId } from './node-id.ts';

export interface TargetNode {
  readonly kind: 'target';
  readonly id: string;
  readonly status: TargetStatus;
  /** What changed on either side; shown above the tables. */
  readonly groups: readonly ChangeGroupNode[];
  readonly tables: readonly TableNode[];
}

export interface TableNode {
  readonly kind: 'table';
  readonly id: string;
  readonly target: string;
  readonly status: TableStatus;
}

export interface ColumnNode {
  readonly kind: 'column';
  readonly id: string;
  readonly table: TableNode;
  readonly column: ColumnStatus;
}

export type TreeNode = TargetNode | TableNode | ColumnNode | ChangeNode;

export const NODE_KINDS: readonly TreeNode['kind'][] = [
  'target',
  'table',
  'column',
  'change-group',
  'changed-table',
  'changed-row',
  'more-changes',
  'problem',
];

/** Nothing where the view's welcome text speaks instead. */
export function targetNodes(state: SessionState): readonly TargetNode[] {
  if (state.phase !== 'ready') return [];
  return targetsOf(state).map((status) => ({
    kind: 'target',
    id: nodeId(status.target),
    status,
    groups: changeGroups(status),
    tables: status.tables.map((table) => ({
      kind: 'table',
      id: nodeId(status.target, table.table),
      target: status.target,
      status: table,
    })),
  }));
}

export function columnNodes(table: TableNode): readonly ColumnNode[] {
  return (table.status.columnDetails ?? []).map((column) => ({
    kind: 'column',
    id: nodeId(table.target, table.status.table, column.column),
    table,
    column,
  }));
}

export function isChangeNode(node: TreeNode): node is ChangeNode {
  return !['target', 'table', 'column'].includes(node.kind);
}

/** The target and side that a changed row, or what lists it, belongs to. */
export function sideOfNode(node: ChangeNode): Pick<ChangeGroupNode, 'target' | 'side'> {
  return node.kind === 'change-group' || node.kind === 'changed-table' ? node : node.table;
}
