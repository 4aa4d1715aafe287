import { toSynclineError } from '../../core/errors.ts';
import type { PushReport } from '../../engine/push-report.ts';
import type { Selection } from '../../engine/selection.ts';
import { runWithProgress } from '../progress/show-progress.ts';
import { maskingKeyOf } from '../secrets/masking-key.ts';
import type { Services } from '../services.ts';
import type { ChosenTarget } from './choose-target.ts';

export interface PushOptions {
  readonly mode: 'plan' | 'rehearse' | 'push';
  readonly selection?: Selection;
  /** Whether the user agreed to a push above the limits of the workspace file. */
  readonly confirmed?: boolean;
}

/** Pushes, with progress and without questions. A protected target must be armed. Throws what the engine throws. */
export async function pushTarget(
  { engine, session, secrets, arming }: Services,
  { folder, name, credentials }: ChosenTarget,
  { mode, selection, confirmed }: PushOptions,
): Promise<PushReport> {
  const { key } = await maskingKeyOf(secrets, folder.toString());
  const request = {
    folder: folder.fsPath,
    target: name,
    credentials,
    maskingKey: key,
    mode,
    ...(arming.armed?.target === name && { arm: name }),
    ...(confirmed !== undefined && { confirmed }),
    ...(selection !== undefined && { selection }),
  };
  return runWithProgress(session, mode, name, (handle) => engine.call('push', request, handle));
}

/** Runs it again, confirmed, when the engine asks for that and the person agrees; undefined when they do not. */
export async function confirmingLarge<T>(
  work: (confirmed: boolean) => Promise<T>,
  confirm: (message: string) => Promise<boolean>,
): Promise<T | undefined> {
  try {
    return await work(false);
  } catch (thrown) {
    const error = toSynclineError(thrown);
    if ((error.code as string) !== 'PUSH_NEEDS_CONFIRMATION') throw error;
    return (await confirm(error.message)) ? work(true) : undefined;
  }
}
