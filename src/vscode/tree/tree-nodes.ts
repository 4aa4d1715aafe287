/** The tree's nodes, made from the session's state. They are made anew only when the status is. */
import type { ColumnStatus, TableStatus, TargetStatus } from '../../engine/workspace-status.ts';
import type { SessionState } from '../session/session-state.ts';
import { targetsOf } from '../session/session-state.ts';

export interface TargetNode {
  readonly kind: 'target';
  readonly id: string;
  readonly status: TargetStatus;
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

export type TreeNode = TargetNode | TableNode | ColumnNode;

/** Nothing where the view's welcome text speaks instead. */
export function targetNodes(state: SessionState): readonly TargetNode[] {
  if (state.phase !== 'ready') return [];
  return targetsOf(state).map((status) => ({
    kind: 'target',
    id: nodeId(status.target),
    status,
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

function nodeId(...names: readonly string[]): string {
  return names.map(encodeURIComponent).join('/');
}
