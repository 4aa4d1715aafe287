import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Session } from '../session/session.ts';
import type { SessionState } from '../session/session-state.ts';
import { hasDrifted } from './drift.ts';
import { nodeTooltip, treeItem } from './tree-item.ts';
import { columnNodes, targetNodes, type TargetNode, type TreeNode } from './tree-nodes.ts';

export const TABLES_VIEW = 'syncline.tables';

export interface TablesTree extends Ending {
  readonly view: vscode.TreeView<TreeNode>;
  /** The nodes as they are drawn, targets first. */
  readonly roots: () => readonly TargetNode[];
}

const AGES_REFRESH = 60_000;

/** The view of targets, their tables and their columns. */
export function createTablesTree(session: Session): TablesTree {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<TreeNode[] | undefined>());
  let drawn = session.state;
  let roots = targetNodes(drawn);

  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => treeItem(node, session.state, Date.now()),
    getChildren(node) {
      if (node === undefined) return [...roots];
      if (node.kind === 'target') return [...node.tables];
      return node.kind === 'table' ? [...columnNodes(node)] : [];
    },
    getParent(node) {
      if (node.kind === 'column') return node.table;
      return node.kind === 'table' ? roots.find(({ status }) => status.target === node.target) : undefined;
    },
    resolveTreeItem(item, node) {
      item.tooltip = new vscode.MarkdownString(nodeTooltip(node, session.state, Date.now()));
      return item;
    },
  };
  const view = lifetime.add(
    vscode.window.createTreeView(TABLES_VIEW, { treeDataProvider: provider, showCollapseAll: true }),
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
