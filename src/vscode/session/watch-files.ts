import * as vscode from 'vscode';
import { basename, dirname, resolve } from 'node:path';
import { createLifetime, type Ending } from '../lifetime.ts';
import { ownsLocal } from '../progress/describe-progress.ts';
import { signatureOf } from './file-signature.ts';
import type { Session } from './session.ts';
import type { SessionState } from './session-state.ts';
import { WORKSPACE_FILE } from './workspace-file-text.ts';

const DEBOUNCE = 400;

/** Reads the session again when syncline.json or the local database changes, folders come and go, or trust is granted. */
export function watchFiles(session: Session): Ending {
  const lifetime = createLifetime();
  const refresh = (scope: 'local' | 'remote') => void session.refresh(scope);
  lifetime.add(vscode.workspace.onDidGrantWorkspaceTrust(() => refresh('remote')));
  lifetime.add(vscode.workspace.onDidChangeWorkspaceFolders(() => refresh('remote')));
  const later = debounced(() => refresh('remote'));
  lifetime.add(later);
  lifetime.add(watch(vscode.workspace.createFileSystemWatcher(`**/${WORKSPACE_FILE}`), later.call));
  lifetime.add(watchDatabase(session));
  return lifetime;
}

/**
 * Watches the local database and its write-ahead log. Syncline's own reading touches these files, too, so only a
 * change of size or time since that reading counts.
 */
function watchDatabase(session: Session): Ending {
  const lifetime = createLifetime();
  let watched: string | undefined;
  let watcher: vscode.Disposable | undefined;
  let seen = '';
  const look = async () => {
    const { operation } = session.state;
    if (watched === undefined || (operation !== undefined && ownsLocal(operation.kind))) return;
    const now = await signatureOf(watched);
    if (now === seen) return;
    await session.refresh('local');
  };
  const later = lifetime.add(debounced(() => void look()));
  const follow = async ({ folder, status }: SessionState) => {
    const path = folder && status && resolve(folder.fsPath, status.local.path);
    if (path !== watched) {
      watched = path;
      watcher?.dispose();
      watcher = path === undefined ? undefined : watchPath(path, later.call);
    }
    if (path !== undefined) seen = await signatureOf(path);
  };
  let shown: SessionState['status'];
  lifetime.add(
    session.onDidChange((state) => {
      if (state.status === shown) return;
      shown = state.status;
      void follow(state);
    }),
  );
  lifetime.add({
    dispose: () => {
      watcher?.dispose();
    },
  });
  return lifetime;
}

/** The whole folder is watched and names are compared: a name may hold what a glob would act on. */
function watchPath(path: string, onChange: () => void): vscode.Disposable {
  const folder = vscode.Uri.file(dirname(path));
  const names = new Set([basename(path), `${basename(path)}-wal`]);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  return watch(watcher, (uri) => {
    if (names.has(basename(uri.fsPath))) onChange();
  });
}

function watch(watcher: vscode.FileSystemWatcher, onChange: (uri: vscode.Uri) => void): vscode.Disposable {
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(onChange),
    watcher.onDidCreate(onChange),
    watcher.onDidDelete(onChange),
  );
}

interface Debounced extends Ending {
  readonly call: () => void;
}

function debounced(action: () => void): Debounced {
  let timer: NodeJS.Timeout | undefined;
  return {
    call: () => {
      clearTimeout(timer);
      timer = setTimeout(action, DEBOUNCE);
    },
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
