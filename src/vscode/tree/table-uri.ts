import { Uri } from 'vscode';
import type { TableKey } from '../../core/schema/model.ts';

/** The scheme of the resources that stand for targets and tables, so that decorations find them. */
export const TABLE_SCHEME = 'syncline-table';

export function targetUri(target: string): Uri {
  return Uri.from({ scheme: TABLE_SCHEME, path: `/${encodeURIComponent(target)}` });
}

export function tableUri(target: string, table: TableKey): Uri {
  return Uri.from({
    scheme: TABLE_SCHEME,
    path: `/${encodeURIComponent(target)}/${encodeURIComponent(table)}`,
  });
}

/** The names in such a URI. */
export function parseTableUri(uri: Uri): { readonly target: string; readonly table?: TableKey } | undefined {
  if (uri.scheme !== TABLE_SCHEME) return undefined;
  const [target, table] = uri.path.split('/').slice(1).map(decodeURIComponent);
  if (target === undefined) return undefined;
  return table === undefined ? { target } : { target, table };
}
