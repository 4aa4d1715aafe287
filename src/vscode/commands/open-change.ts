import type { Services } from '../services.ts';
import type { TreeNode } from '../tree/tree-nodes.ts';
import { shapesOf } from './row-shapes.ts';

/** Opens a changed row beside what it will be. */
export async function openChange(services: Services, node: TreeNode | undefined): Promise<void> {
  if (node?.kind !== 'changed-row') return;
  const { target, side, table } = node.table;
  const kind = side === 'local' ? 'push' : 'pull';
  await services.previews.openRow(node.change, kind, shapesOf(services, target)(table));
}
