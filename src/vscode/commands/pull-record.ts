import * as vscode from 'vscode';
import type { TableStatus } from '../../engine/workspace-status.ts';
import type { Services } from '../services.ts';
import { plainLabel } from '../text/plain-label.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { pickTable, pickTables } from './pick-tables.ts';
import { pullChangesOf, tellPulled } from './pull-changes.ts';
import { showFailure } from './show-failure.ts';

/** The command: pulls one record with what it refers to, and on request with what refers to it. */
export async function pullRecord(
  services: Services,
  named: string | undefined,
  node: TreeNode | undefined,
): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const title = vscode.l10n.t('Pull a record of which table?');
    const table =
      node?.kind === 'table' ? node.status : await pickTable(services, target.name, title, hasKey);
    if (table === undefined) return;
    const key = await askForKey(table);
    const withChildren = key === undefined ? undefined : await askForChildren(table);
    if (key === undefined || withChildren === undefined) return;
    const selection = { rows: [{ table: table.table, key }], withChildren };
    tellPulled(await pullChangesOf(services, target, { selection }));
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => pullRecord(services, named, node) });
  }
}

function hasKey({ primaryKey }: TableStatus): boolean {
  return primaryKey.length > 0;
}

/** Each column of the primary key in turn; undefined when the person backs out. */
async function askForKey({ table, primaryKey }: TableStatus): Promise<readonly string[] | undefined> {
  const key: string[] = [];
  for (const [index, column] of primaryKey.entries()) {
    const steps = primaryKey.length === 1 ? '' : ` (${index + 1}/${primaryKey.length})`;
    const value = await vscode.window.showInputBox({
      title: `${vscode.l10n.t('Pull a record of {0}', table)}${steps}`,
      prompt: vscode.l10n.t('The value of the key column {0}, as Postgres writes it.', column),
      placeHolder: column,
      ignoreFocusOut: true,
    });
    if (value === undefined) return undefined;
    key.push(value);
  }
  return key;
}

async function askForChildren({ table }: TableStatus): Promise<boolean | undefined> {
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('The record and what it refers to'),
        detail: vscode.l10n.t('Its parents come along, so that references hold.'),
        withChildren: false,
      },
      {
        label: vscode.l10n.t('Also the records that refer to it'),
        detail: vscode.l10n.t('Its children, and theirs, up to a bounded number.'),
        withChildren: true,
      },
    ],
    { title: vscode.l10n.t('Pull a record of {0}', plainLabel(table)) },
  );
  return picked?.withChildren;
}

/** The command: pulls what changed in some tables. */
export async function pullSelectedTables(
  services: Services,
  named: string | undefined,
  node: TreeNode | undefined,
): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const tables =
      node?.kind === 'table'
        ? [node.status.table]
        : await pickTables(services, target.name, vscode.l10n.t('Pull which tables?'));
    if (tables === undefined || tables.length === 0) return;
    tellPulled(await pullChangesOf(services, target, { selection: { tables } }));
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => pullSelectedTables(services, named, node) });
  }
}
