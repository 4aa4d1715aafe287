import * as vscode from 'vscode';
import type { TableKey } from '../../core/schema/model.ts';
import type { TableStatus } from '../../engine/workspace-status.ts';
import type { Services } from '../services.ts';
import { targetsOf } from '../session/session-state.ts';
import { plainLabel } from '../text/plain-label.ts';
import { tableDescription } from '../tree/describe-table.ts';

/** One table of a target, picked from a list. Undefined when the person backs out. */
export async function pickTable(
  services: Services,
  target: string,
  title: string,
  filter: (table: TableStatus) => boolean = () => true,
): Promise<TableStatus | undefined> {
  const picked = await vscode.window.showQuickPick(await tableItems(services, target, filter), { title });
  return picked?.table;
}

/** Any number of tables of a target. */
export async function pickTables(
  services: Services,
  target: string,
  title: string,
): Promise<readonly TableKey[] | undefined> {
  const items = await tableItems(services, target, () => true);
  const picked = await vscode.window.showQuickPick(items, { title, canPickMany: true });
  return picked?.map(({ table }) => table.table);
}

async function tableItems(
  { session }: Services,
  target: string,
  filter: (table: TableStatus) => boolean,
): Promise<(vscode.QuickPickItem & { readonly table: TableStatus })[]> {
  const known = () => targetsOf(session.state).find((status) => status.target === target)?.tables ?? [];
  if (known().length === 0) await session.refresh('remote');
  const now = Date.now();
  return known()
    .filter(filter)
    .map((table) => ({
      label: plainLabel(table.table),
      description: tableDescription(table, now),
      table,
    }));
}
