import { Uri } from 'vscode';
import { lookNameOf, type LookName } from '../changes/describe-change.ts';
import type { ChangedRowNode } from './change-nodes.ts';

/** The scheme of the resources that stand for changed rows, so that decorations find them. */
export const CHANGE_SCHEME = 'syncline-change';

/** Says in itself how the row looks. */
export function changeUri({ id, change }: ChangedRowNode): Uri {
  return Uri.from({ scheme: CHANGE_SCHEME, path: `/${encodeURIComponent(id)}`, query: lookNameOf(change) });
}

export function lookOfUri(uri: Uri): LookName | undefined {
  const names: readonly LookName[] = ['insert', 'update', 'delete', 'held', 'refused'];
  return uri.scheme === CHANGE_SCHEME ? names.find((name) => name === uri.query) : undefined;
}
