import * as vscode from 'vscode';
import { toSynclineError, type SynclineError } from '../../core/errors.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { largePushQuestion, notAtomicQuestion, type ConsentQuestion } from './describe-consent.ts';

/** What a person has agreed to for one push, beside arming the target. */
export interface PushConsent {
  /** To a push above the limits of the workspace file. */
  readonly confirmed?: boolean;
  /** To a push that is not atomic, where nothing better is there. */
  readonly rowByRow?: boolean;
  /** To changes of these tables, whose rules ask for an approval. */
  readonly approved?: readonly TableKey[];
}

/** What was agreed to and nothing else: what another extension gives may hold more, such as a target to arm. */
export function agreedTo({ confirmed, rowByRow, approved }: PushConsent): PushConsent {
  return {
    ...(confirmed !== undefined && { confirmed }),
    ...(rowByRow !== undefined && { rowByRow }),
    ...(approved !== undefined && { approved }),
  };
}

/** `declined`: the person does not agree; `left`: they went to install change tracking instead. */
export type NoConsent = 'declined' | 'left';

/** Runs it, and runs it again with what the engine asks for and the person agrees to. Throws what the work throws. */
export async function withConsent<T>(
  target: string,
  given: PushConsent,
  work: (consent: PushConsent) => Promise<T>,
): Promise<T | NoConsent> {
  let consent = given;
  for (;;) {
    try {
      return await work(consent);
    } catch (thrown) {
      const more = await askFor(target, toSynclineError(thrown), consent);
      if (typeof more === 'string') return more;
      consent = { ...consent, ...more };
    }
  }
}

/** What is agreed to besides. Throws an error that no agreement settles. */
async function askFor(
  target: string,
  error: SynclineError,
  { confirmed, rowByRow }: PushConsent,
): Promise<PushConsent | NoConsent> {
  if (error.code === 'PUSH_NEEDS_CONFIRMATION' && confirmed !== true) {
    const agreed = (await askModally(largePushQuestion(target, error))) === 'agreed';
    return agreed ? { confirmed: true } : 'declined';
  }
  if (error.code === 'PUSH_NOT_ATOMIC' && rowByRow !== true) {
    const install = vscode.l10n.t('Install change tracking');
    const answer = await askModally(notAtomicQuestion(target, error), [install]);
    if (answer === 'agreed') return { rowByRow: true };
    if (answer !== install) return 'declined';
    await vscode.commands.executeCommand('syncline.installTracking', target);
    return 'left';
  }
  throw error;
}

/** `agreed`, one of the other buttons, or undefined. */
export async function askModally(
  { message, detail, agree }: ConsentQuestion,
  others: readonly string[] = [],
): Promise<string | undefined> {
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...others, agree);
  return answer === agree ? 'agreed' : answer;
}
