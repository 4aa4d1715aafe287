import type { PushReport } from '../../engine/push-report.ts';
import type { Selection } from '../../engine/selection.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import type { ChosenTarget } from './choose-target.ts';
import { agreedTo, type PushConsent } from './push-consent.ts';

export interface PushOptions extends PushConsent {
  readonly mode: 'plan' | 'rehearse' | 'push';
  readonly selection?: Selection;
}

/** Pushes, with progress and without questions. A protected target must be armed. Throws what the engine throws. */
export async function pushTarget(
  { engine, session, secrets, arming }: Services,
  { folder, name, credentials }: ChosenTarget,
  { mode, selection, ...consent }: PushOptions,
): Promise<PushReport> {
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = {
    ...agreedTo(consent),
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: key,
    mode,
    ...(selection !== undefined && { selection }),
    ...(arming.armed?.target === name && { arm: name }),
  };
  return runWithProgress(session, mode, name, (handle) => engine.call('push', request, handle));
}
