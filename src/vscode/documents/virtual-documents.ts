import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';

/** Read-only documents that exist only while they are open. */
export interface VirtualDocuments extends Ending {
  /** Sets a document's text; an open one shows it at once. `path` names it in the editor's tab. */
  put(path: string, text: string): vscode.Uri;
  read(uri: vscode.Uri): string | undefined;
}

export const DOCUMENT_SCHEME = 'syncline';

export function createVirtualDocuments(): VirtualDocuments {
  const lifetime = createLifetime();
  const texts = new Map<string, string>();
  const changed = lifetime.add(new vscode.EventEmitter<vscode.Uri>());
  lifetime.add(
    vscode.workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ??
        vscode.l10n.t('This document was made in an earlier session. Run its Syncline command again.'),
    }),
  );
  lifetime.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === DOCUMENT_SCHEME) texts.delete(uri.toString());
    }),
  );
  return {
    put(path, text) {
      const uri = vscode.Uri.from({ scheme: DOCUMENT_SCHEME, path: `/${path}` });
      texts.set(uri.toString(), text);
      changed.fire(uri);
      return uri;
    },
    read: (uri) => texts.get(uri.toString()),
    dispose: () => {
      lifetime.dispose();
    },
  };
}
