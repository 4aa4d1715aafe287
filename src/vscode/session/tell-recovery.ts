import * as vscode from 'vscode';
import type { Recovery } from '../../engine/workspace-status.ts';
import type { Session } from './session.ts';

/** Says once, calmly, which database somebody has after a pull that was killed. */
export function tellRecovery(session: Session, log: (message: string) => void): vscode.Disposable {
  const told = new Set<string>();
  return session.onDidChange(({ status }) => {
    const recovery = status?.recovery;
    if (recovery === undefined || told.has(recovery.run)) return;
    told.add(recovery.run);
    log(recovery.message);
    void vscode.window.showInformationMessage(sentence(recovery));
  });
}

function sentence({ database }: Recovery): string {
  return database === 'old'
    ? vscode.l10n.t(
        'The last pull did not come to its end. Your local database is the one from before it, complete and unchanged.',
      )
    : vscode.l10n.t(
        'The last pull was interrupted after it had switched. Your local database is the new one, complete.',
      );
}
