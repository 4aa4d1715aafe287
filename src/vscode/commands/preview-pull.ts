import * as vscode from 'vscode';
import type { ListedChange } from '../../engine/changes-report.ts';
import type { Selection } from '../../engine/selection.ts';
import type { ChangeCounts } from '../../engine/workspace-status.ts';
import { changedTables, selectionAt } from '../changes/node-scope.ts';
import { changedRows } from '../changes/read-changes.ts';
import type { Services } from '../services.ts';
import type { ChangedTableNode } from '../tree/change-nodes.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { pickEntry } from './choose-target.ts';
import { shapesOf } from './row-shapes.ts';

/** Shows as diffs what a pull of a node's rows, or of everything that is checked, would bring. Production is read for it. */
export async function previewPull(
  services: Services,
  named: string | undefined,
  node: TreeNode | undefined,
): Promise<void> {
  const entry = await pickEntry(services.session.state.entries, named);
  if (entry === undefined) return;
  const target = entry.name;
  const selection = await selectionAt(services, target, 'production', node);
  const tables = changedTables(services, target, 'production').filter(
    ({ table }) => selection?.tables?.includes(table) ?? selection !== null,
  );
  if (tables.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No production change is known and checked.'));
    return;
  }
  const rows = (some: readonly ChangedTableNode[]): AsyncGenerator<ListedChange> =>
    changedRows(
      services,
      { target, side: 'production' },
      some.map(({ table }) => table),
      selection ?? undefined,
    );
  await services.previews.open({
    kind: 'pull',
    target,
    counts: await countRows(tables, selection ?? undefined, rows),
    rows: rows(tables),
    shapeOf: shapesOf(services, target),
  });
}

/** Tables that are taken whole are not read to be counted. */
async function countRows(
  tables: readonly ChangedTableNode[],
  selection: Selection | undefined,
  rowsOf: (tables: readonly ChangedTableNode[]) => AsyncIterable<ListedChange>,
): Promise<ChangeCounts> {
  const partial = new Set(selection?.rows?.map(({ table }) => table));
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  for (const { counts: whole } of tables.filter(({ table }) => !partial.has(table))) {
    counts.inserted += whole.inserted;
    counts.updated += whole.updated;
    counts.deleted += whole.deleted;
  }
  const names = { insert: 'inserted', update: 'updated', delete: 'deleted' } as const;
  for await (const { op } of rowsOf(tables.filter(({ table }) => partial.has(table)))) counts[names[op]] += 1;
  return counts;
}
