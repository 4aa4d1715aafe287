import * as vscode from 'vscode';
import { basename, dirname, extname, join } from 'node:path';
import type { Services } from '../services.ts';
import { checkCopyPath } from './check-copy-path.ts';
import { chooseConnectedTarget } from './choose-target.ts';
import { pullChangesOf, tellPulled } from './pull-changes.ts';
import { showFailure } from './show-failure.ts';

/** The command: pulls what changed into a copy of the local database, which stays as it is itself. */
export async function pullIntoCopy(services: Services, named: string | undefined): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const local = services.session.state.status?.local.path ?? 'dev.db';
    const relative = vscode.workspace.asRelativePath(local, false);
    const into = await vscode.window.showInputBox({
      title: vscode.l10n.t('Pull into a sandbox copy'),
      prompt: vscode.l10n.t('The copy, relative to the workspace folder. The local database is left alone.'),
      value: copyName(relative),
      ignoreFocusOut: true,
      validateInput: (value) => checkCopyPath(value, relative),
    });
    if (into === undefined) return;
    tellPulled(await pullChangesOf(services, target, { into }));
  } catch (thrown) {
    showFailure(services, thrown, { retry: () => pullIntoCopy(services, named) });
  }
}

/** `dev.db` becomes `dev.sandbox.db`, beside it. */
function copyName(path: string): string {
  const end = extname(path);
  return join(dirname(path), `${basename(path, end)}.sandbox${end}`);
}
