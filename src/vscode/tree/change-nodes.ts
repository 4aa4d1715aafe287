/** The nodes of changed rows: a group for each side, its tables, their rows page by page. */
import type { TableKey } from '../../core/schema/model.ts';
import type { ListedChange } from '../../engine/changes-report.ts';
import type { ChangeCounts, TableStatus, TargetStatus } from '../../engine/workspace-status.ts';
import { totalOf, type ChangeSide } from '../changes/describe-change.ts';
import { nodeId } from './node-id.ts';

export interface ChangeGroupNode {
  readonly kind: 'change-group';
  readonly id: string;
  readonly target: string;
  readonly side: ChangeSide;
  readonly counts: ChangeCounts;
  readonly tables: readonly ChangedTableNode[];
}

export interface ChangedTableNode {
  readonly kind: 'changed-table';
  readonly id: string;
  readonly target: string;
  readonly side: ChangeSide;
  readonly table: TableKey;
  readonly counts: ChangeCounts;
  readonly status: TableStatus;
}

export interface ChangedRowNode {
  readonly kind: 'changed-row';
  readonly id: string;
  readonly table: ChangedTableNode;
  readonly change: ListedChange;
}

/** Stands for the rows that are not listed yet. */
export interface MoreChangesNode {
  readonly kind: 'more-changes';
  readonly id: string;
  readonly table: ChangedTableNode;
  readonly more: number;
}

/** Stands where rows cannot be listed. */
export interface ProblemNode {
  readonly kind: 'problem';
  readonly id: string;
  readonly table: ChangedTableNode;
  readonly message: string;
}

export type ChangeNode = ChangeGroupNode | ChangedTableNode | ChangedRowNode | MoreChangesNode | ProblemNode;

const SIDES: readonly ChangeSide[] = ['local', 'production'];

/** The groups of a target that have anything in them. Counts are the status's: nothing is read for them. */
export function changeGroups(target: TargetStatus): readonly ChangeGroupNode[] {
  return SIDES.flatMap((side) => {
    const tables = target.tables.flatMap((status) => changedTable(target.target, side, status) ?? []);
    if (tables.length === 0) return [];
    const sum = (count: (counts: ChangeCounts) => number): number =>
      tables.reduce((all, { counts }) => all + count(counts), 0);
    return {
      kind: 'change-group' as const,
      id: nodeId(target.target, side, 'changes', ''),
      target: target.target,
      side,
      counts: {
        inserted: sum(({ inserted }) => inserted),
        updated: sum(({ updated }) => updated),
        deleted: sum(({ deleted }) => deleted),
      },
      tables,
    };
  });
}

function changedTable(target: string, side: ChangeSide, status: TableStatus): ChangedTableNode | undefined {
  const counts = status[side];
  if (counts === undefined || totalOf(counts) === 0) return undefined;
  // Production's rows are read when somebody opens the table, and only then: after another comparison it is a new node,
  // and closed, so that a redrawn tree asks production nothing.
  const reading = side === 'production' ? (status.comparedAt ?? '') : '';
  return {
    kind: 'changed-table',
    id: nodeId(target, side, 'changes', status.table, reading),
    target,
    side,
    table: status.table,
    counts,
    status,
  };
}

/** The rows that were read, and what stands for the rest. */
export function changedRowNodes(
  table: ChangedTableNode,
  rows: readonly ListedChange[],
  more: number,
): readonly ChangeNode[] {
  const nodes: ChangeNode[] = rows.map((change, index) => ({
    kind: 'changed-row',
    // A row without a key has no name but its place.
    id: nodeId(table.id, ...(change.key.length === 0 ? [String(index)] : ['', ...change.key])),
    table,
    change,
  }));
  return more === 0
    ? nodes
    : [...nodes, { kind: 'more-changes', id: nodeId(table.id, 'more', ''), table, more }];
}

export function problemNode(table: ChangedTableNode, message: string): ProblemNode {
  return { kind: 'problem', id: nodeId(table.id, 'problem', ''), table, message };
}
