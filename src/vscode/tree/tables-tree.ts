import * as vscode from 'vscode';
import { toSynclineError } from '../../core/errors.ts';
import type { ChangePages } from '../changes/change-pages.ts';
import type { Choices } from '../changes/choices.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import type { SessionState } from '../session/session-state.ts';
import { failureMessage } from '../text/failure-message.ts';
import { changedRowNodes, problemNode, type ChangedTableNode } from './change-nodes.ts';
import { changeItem, changeNodeTooltip } from './change-item.ts';
import { applyCheckboxes } from './checkboxes.ts';
import { hasDrifted } from './drift.ts';
import { nodeTooltip, treeItem } from './tree-item.ts';
import {
  columnNodes,
  isChangeNode,
  sideOfNode,
  targetNodes,
  type TargetNode,
  type TreeNode,
} from './tree-nodes.ts';

export const TABLES_VIEW = 'syncline.tables';

export interface TablesTree extends Ending {
  readonly view: vscode.TreeView<TreeNode>;
  /** The nodes as they are drawn, targets first. */
  readonly roots: () => readonly TargetNode[];
  /** Draws a node and what is below it anew. */
  redraw(node: TreeNode): void;
}

export interface TablesTreeOptions {
  readonly session: Session;
  readonly pages: ChangePages;
  readonly choices: Choices;
}

const AGES_REFRESH = 60_000;

/** The view of targets, what changed in them row by row, their tables and their columns. */
export function createTablesTree({ session, pages, choices }: TablesTreeOptions): TablesTree {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<TreeNode[] | undefined>());
  let drawn = session.state;
  let roots = targetNodes(drawn);

  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) =>
      isChangeNode(node)
        ? changeItem(node, choices.of(sideOfNode(node)))
        : treeItem(node, session.state, Date.now()),
    async getChildren(node) {
      if (node === undefined) return [...roots];
      switch (node.kind) {
        case 'target':
          return [...node.groups, ...node.tables];
        case 'table':
          return [...columnNodes(node)];
        case 'change-group':
          return [...node.tables];
        case 'changed-table':
          return [...(await rowsOf(node))];
        default:
          return [];
      }
    },
    getParent(node) {
      switch (node.kind) {
        case 'target':
          return undefined;
        case 'table':
        case 'change-group':
          return roots.find(({ status }) => status.target === node.target);
        case 'changed-table':
          return roots
            .flatMap(({ groups }) => groups)
            .find(({ target, side }) => target === node.target && side === node.side);
        default:
          return node.table;
      }
    },
    resolveTreeItem(item, node) {
      const tooltip = isChangeNode(node)
        ? changeNodeTooltip(node, choices.of(sideOfNode(node)))
        : nodeTooltip(node, session.state, Date.now());
      item.tooltip = new vscode.MarkdownString(tooltip);
      return item;
    },
  };

  const rowsOf = async (table: ChangedTableNode): Promise<readonly TreeNode[]> => {
    try {
      const { rows, more, obstacle } = await pages.list(table);
      if (obstacle !== undefined) return [problemNode(table, obstacle)];
      if (more === 0) choices.keepRows(table, table.table, rows);
      return changedRowNodes(table, rows, more);
    } catch (thrown) {
      return [problemNode(table, failureMessage(toSynclineError(thrown)))];
    }
  };

  const view = lifetime.add(
    vscode.window.createTreeView(TABLES_VIEW, {
      treeDataProvider: provider,
      showCollapseAll: true,
      // A table's box stands for rows that are not listed yet, too.
      manageCheckboxStateManually: true,
    }),
  );
  lifetime.add(view.onDidChangeCheckboxState(({ items }) => applyCheckboxes(choices, items)));
  lifetime.add(
    choices.onDidChange(({ target, side }) => {
      const groups = roots.flatMap((root) => root.groups);
      changed.fire(groups.filter((group) => group.target === target && group.side === side));
    }),
  );

  const draw = (state: SessionState) => {
    const before = drawn;
    drawn = state;
    if (
      state.status !== before.status ||
      state.phase !== before.phase ||
      state.connections !== before.connections
    ) {
      roots = targetNodes(state);
      for (const { groups } of roots) {
        for (const group of groups)
          choices.keepTables(
            group,
            group.tables.map(({ table }) => table),
          );
      }
      showBadge(view, roots);
      changed.fire(undefined);
      return;
    }
    const nodes = touched(roots, before, state);
    if (nodes.length > 0) changed.fire(nodes);
  };
  lifetime.add(session.onDidChange(draw));
  const timer = setInterval(() => {
    if (view.visible && session.state.operation === undefined) changed.fire(undefined);
  }, AGES_REFRESH);
  lifetime.add({ dispose: () => clearInterval(timer) });

  return {
    view,
    roots: () => roots,
    redraw: (node) => {
      changed.fire([node]);
    },
    dispose: () => {
      lifetime.dispose();
    },
  };
}

/** The nodes that a step of the running operation changes: its target, and the tables it left and entered. */
function touched(roots: readonly TargetNode[], before: SessionState, after: SessionState): TreeNode[] {
  const name = after.operation?.target ?? before.operation?.target;
  const target = roots.find(({ status }) => status.target === name);
  if (target === undefined) return [];
  const left = before.operation?.progress?.table;
  const entered = after.operation?.progress?.table;
  const began = (before.operation === undefined) !== (after.operation === undefined);
  const tables =
    left === entered
      ? []
      : target.tables.filter(({ status }) => status.table === left || status.table === entered);
  return began ? [target] : tables;
}

function showBadge(view: vscode.TreeView<TreeNode>, roots: readonly TargetNode[]): void {
  const drifted = roots
    .flatMap(({ tables }) => tables)
    .filter(({ status }) => hasDrifted(status.drift)).length;
  view.badge =
    drifted === 0
      ? undefined
      : {
          value: drifted,
          tooltip:
            drifted === 1 ? vscode.l10n.t('1 table drifted') : vscode.l10n.t('{0} tables drifted', drifted),
        };
}
