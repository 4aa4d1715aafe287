import * as vscode from 'vscode';
import { connectionOf, type SessionState } from '../session/session-state.ts';
import {
  columnDescription,
  columnLabel,
  columnRole,
  columnTooltip,
  type ColumnRole,
} from './describe-column.ts';
import { tableDescription, tableLabel, tableTooltip } from './describe-table.ts';
import { targetDescription, targetLabel, targetTooltip } from './describe-target.ts';
import { tableUri, targetUri } from './table-uri.ts';
import type { ColumnNode, TableNode, TargetNode } from './tree-nodes.ts';

/** The nodes of a target's structure; changed rows have items of their own. */
type StructureNode = TargetNode | TableNode | ColumnNode;

export function treeItem(node: StructureNode, state: SessionState, now: number): vscode.TreeItem {
  switch (node.kind) {
    case 'target':
      return targetItem(node, state, now);
    case 'table':
      return tableItem(node, state, now);
    case 'column':
      return columnItem(node);
  }
}

/** Markdown for the tooltip; made when somebody points at the node. */
export function nodeTooltip(node: StructureNode, state: SessionState, now: number): string {
  switch (node.kind) {
    case 'target':
      return targetTooltip(node.status, connectionOf(state, node.status.target), now);
    case 'table':
      return tableTooltip(node.status, now);
    case 'column':
      return columnTooltip(node.column, node.table.status);
  }
}

function targetItem({ id, status }: TargetNode, state: SessionState, now: number): vscode.TreeItem {
  const connection = connectionOf(state, status.target);
  const item = new vscode.TreeItem(status.target, vscode.TreeItemCollapsibleState.Expanded);
  item.id = id;
  item.resourceUri = targetUri(status.target);
  item.description = targetDescription(status, connection, now);
  item.contextValue = connection.state === 'connected' ? 'target.connected' : 'target.disconnected';
  item.iconPath = targetIcon(status.protected, connection.problem !== undefined);
  item.accessibilityInformation = { label: targetLabel(status, connection, now) };
  return item;
}

function targetIcon(isProtected: boolean, isTroubled: boolean): vscode.ThemeIcon {
  if (isTroubled) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return isProtected
    ? new vscode.ThemeIcon('shield', new vscode.ThemeColor('syncline.productionForeground'))
    : new vscode.ThemeIcon('server');
}

function tableItem({ id, target, status }: TableNode, state: SessionState, now: number): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(status.table, (status.columnDetails ?? []).length > 0 ? Collapsed : None);
  const { operation } = state;
  const isBusy = operation?.target === target && operation.progress?.table === status.table;
  item.id = id;
  item.resourceUri = tableUri(target, status.table);
  item.description = tableDescription(status, now);
  item.contextValue =
    connectionOf(state, target).state === 'connected' ? 'table.connected' : 'table.disconnected';
  item.iconPath = new vscode.ThemeIcon(isBusy ? 'loading~spin' : 'table');
  item.accessibilityInformation = { label: tableLabel(status, now) };
  return item;
}

const COLUMN_ICONS: Readonly<Record<ColumnRole, string>> = {
  key: 'key',
  reference: 'references',
  masked: 'eye-closed',
  plain: 'symbol-field',
};

function columnItem({ id, table, column }: ColumnNode): vscode.TreeItem {
  const item = new vscode.TreeItem(column.column);
  item.id = id;
  item.description = columnDescription(column, table.status);
  item.contextValue = 'column';
  item.iconPath = new vscode.ThemeIcon(
    COLUMN_ICONS[columnRole(column, table.status)],
    new vscode.ThemeColor('icon.foreground'),
  );
  item.accessibilityInformation = { label: columnLabel(column, table.status) };
  return item;
}
