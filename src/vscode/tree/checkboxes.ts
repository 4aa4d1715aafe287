import { TreeItemCheckboxState } from 'vscode';
import type { Choices } from '../changes/choices.ts';
import type { TreeNode } from './tree-nodes.ts';

/** Carries clicks on checkboxes into the choice: of a row, of a table, or of a whole side. */
export function applyCheckboxes(
  choices: Choices,
  clicked: readonly (readonly [TreeNode, TreeItemCheckboxState])[],
): void {
  for (const [node, state] of clicked) {
    const chosen = state === TreeItemCheckboxState.Checked;
    switch (node.kind) {
      case 'change-group':
        choices.chooseTables(
          node,
          node.tables.map(({ table }) => table),
          chosen,
        );
        break;
      case 'changed-table':
        choices.chooseTables(node, [node.table], chosen);
        break;
      case 'changed-row':
        choices.chooseRows(node.table, [node.change], chosen);
        break;
      default:
    }
  }
}
