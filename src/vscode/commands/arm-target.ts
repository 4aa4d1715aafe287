import * as vscode from 'vscode';
import { askToArm, isProtected } from '../arming/ask-to-arm.ts';
import type { Services } from '../services.ts';
import { plainMessage } from '../text/plain-label.ts';
import { pickEntry, trustedFolder } from './choose-target.ts';

/** The command: lets a protected target be written to for a while, once its name is typed. */
export async function armTarget(services: Services, named: string | undefined): Promise<void> {
  trustedFolder(services);
  const entry = await pickEntry(services.session.state.entries, named);
  if (entry === undefined) return;
  if (!isProtected(services, entry.name)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is not protected: a push to it asks for no name.', plainMessage(entry.name)),
    );
    return;
  }
  await askToArm(services, entry.name);
}
