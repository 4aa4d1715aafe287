import * as vscode from 'vscode';
import { isRowChosen, type Choice } from '../changes/chosen-changes.ts';
import {
  changeDescription,
  changeLabel,
  changeLook,
  changeTooltip,
  keyLabel,
  lookNameOf,
} from '../changes/describe-change.ts';
import { formatCount } from '../text/amounts.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import type { ChangedRowNode, ChangedTableNode, ChangeGroupNode, ChangeNode } from './change-nodes.ts';
import { changeUri } from './change-uri.ts';
import {
  countedDescription,
  countedLabel,
  countedTooltip,
  groupName,
  nodeShare,
} from './describe-changes.ts';

export function changeItem(node: ChangeNode, choice: Choice): vscode.TreeItem {
  switch (node.kind) {
    case 'change-group':
    case 'changed-table':
      return countedItem(node, choice);
    case 'changed-row':
      return rowItem(node, choice);
    case 'more-changes': {
      const label = vscode.l10n.t('{0} more…', formatCount(node.more));
      const item = new vscode.TreeItem(label);
      item.id = node.id;
      item.iconPath = new vscode.ThemeIcon('ellipsis');
      item.contextValue = 'changes.more';
      item.command = { command: 'syncline.moreChanges', title: label, arguments: [node] };
      item.accessibilityInformation = {
        label: vscode.l10n.t('Show more of {0} further changes', formatCount(node.more)),
        role: 'button',
      };
      return item;
    }
    case 'problem': {
      const item = new vscode.TreeItem(node.message);
      item.id = node.id;
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
      item.contextValue = 'changes.problem';
      item.accessibilityInformation = { label: node.message };
      return item;
    }
  }
}

/** Markdown for the tooltip; made when somebody points at the node. */
export function changeNodeTooltip(node: ChangeNode, choice: Choice): string {
  switch (node.kind) {
    case 'change-group':
    case 'changed-table':
      return countedTooltip(node, choice);
    case 'changed-row':
      return changeTooltip(node.change);
    case 'more-changes':
      return '';
    case 'problem':
      return escapeMarkdown(node.message);
  }
}

function checkbox(checked: boolean, label: string): NonNullable<vscode.TreeItem['checkboxState']> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return {
    state: checked ? Checked : Unchecked,
    accessibilityInformation: { label },
    tooltip: checked ? vscode.l10n.t('Leave it out') : vscode.l10n.t('Take it along'),
  };
}

function countedItem(node: ChangeGroupNode | ChangedTableNode, choice: Choice): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const isGroup = node.kind === 'change-group';
  const item = new vscode.TreeItem(isGroup ? groupName(node) : node.table, isGroup ? Expanded : Collapsed);
  item.id = node.id;
  item.description = countedDescription(node, choice);
  item.contextValue = `changes.${node.side}.${isGroup ? 'group' : 'table'}`;
  item.iconPath = new vscode.ThemeIcon(isGroup ? (node.side === 'local' ? 'edit' : 'cloud') : 'table');
  item.accessibilityInformation = { label: countedLabel(node, choice) };
  // A box that is checked in part is drawn empty, and its description says how much of it is chosen: one click takes all.
  item.checkboxState = checkbox(nodeShare(node, choice) === 'all', countedLabel(node, choice));
  return item;
}

function rowItem(node: ChangedRowNode, choice: Choice): vscode.TreeItem {
  const { change, table } = node;
  const look = changeLook(lookNameOf(change));
  const item = new vscode.TreeItem(keyLabel(change.key));
  item.id = node.id;
  item.resourceUri = changeUri(node);
  item.description = changeDescription(change);
  item.contextValue = `changes.${table.side}.row`;
  item.iconPath = new vscode.ThemeIcon(look.icon, new vscode.ThemeColor(look.colour));
  item.accessibilityInformation = { label: changeLabel(change) };
  item.command = {
    command: 'syncline.openChange',
    title: vscode.l10n.t('Open the row’s changes'),
    arguments: [node],
  };
  // A held row waits for a decision, and one without a key cannot be named: there is nothing to choose.
  if (change.held !== true && change.key.length > 0) {
    item.checkboxState = checkbox(isRowChosen(choice, change), changeLabel(change));
  }
  return item;
}
