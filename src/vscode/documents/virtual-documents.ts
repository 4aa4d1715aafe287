import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';

/** Read-only documents that are made of text in memory. The oldest are forgotten. */
export interface VirtualDocuments extends Ending {
  /**
   * Sets a document's text; an open one shows it at once. `path` names it in the editor's tab; `query` tells documents
   * of one name apart.
   */
  put(path: string, text: string, query?: string): vscode.Uri;
}

export const DOCUMENT_SCHEME = 'syncline';

/** Of rows as they are before and after a change. */
export const ROW_SCHEME = 'syncline-row';

const MOST_DOCUMENTS = 30;

export function createVirtualDocuments(scheme = DOCUMENT_SCHEME, most = MOST_DOCUMENTS): VirtualDocuments {
  const lifetime = createLifetime();
  const texts = new Map<string, string>();
  const changed = lifetime.add(new vscode.EventEmitter<vscode.Uri>());
  lifetime.add(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ??
        vscode.l10n.t('This document was made in an earlier session. Run its Syncline command again.'),
    }),
  );
  return {
    put(path, text, query = '') {
      const uri = vscode.Uri.from({ scheme, path: `/${path}`, query });
      const key = uri.toString();
      texts.delete(key);
      texts.set(key, text);
      const [oldest] = texts.keys();
      if (texts.size > most && oldest !== undefined) texts.delete(oldest);
      changed.fire(uri);
      return uri;
    },
    dispose: () => {
      lifetime.dispose();
    },
  };
}
