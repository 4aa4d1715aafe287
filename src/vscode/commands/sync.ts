import * as vscode from 'vscode';
import type { SyncReport } from '../../engine/sync-report.ts';
import { changedTables } from '../changes/node-scope.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import { chooseConnectedTarget, type ChosenTarget } from './choose-target.ts';
import { pulledChangesText } from './describe-pull-changes.ts';
import { pullChangesOf } from './pull-changes.ts';
import { agreedTo, type PushConsent } from './push-consent.ts';
import { pushChanges } from './push.ts';
import { showFailure } from './show-failure.ts';

/** Pulls and pushes in one run, without questions. A protected target must be armed. Throws what the engine throws. */
export async function syncTarget(
  { engine, session, secrets, arming }: Services,
  { folder, name, credentials }: ChosenTarget,
  consent: PushConsent = {},
): Promise<SyncReport> {
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = {
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: key,
    mode: 'incremental',
    ...(arming.armed?.target === name && { arm: name }),
    ...agreedTo(consent),
  } as const;
  return runWithProgress(session, 'sync', name, (handle) => engine.call('sync', request, handle));
}

/**
 * The command: pulls what production changed and then pushes what is left to push, which is shown first like any push.
 * What collides is held by the pull and left out of the push.
 */
export async function sync(services: Services, named: string | undefined): Promise<void> {
  try {
    const target = await chooseConnectedTarget(services, named);
    if (target === undefined) return;
    const pulled = await pullChangesOf(services, target);
    void vscode.window.showInformationMessage(pulledChangesText(pulled));
    if (changedTables(services, target.name, 'local').length > 0) {
      await pushChanges(services, { target: target.name, first: 'push' });
    }
  } catch (thrown) {
    showFailure(services, thrown, {
      ...(named !== undefined && { target: named }),
      retry: () => sync(services, named),
    });
  }
}
