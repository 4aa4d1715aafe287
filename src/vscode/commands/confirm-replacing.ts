import type { SynclineError } from '../../core/errors.ts';
import { localEditsQuestion } from './describe-consent.ts';
import { askModally } from './push-consent.ts';

/** Whether local edits may be replaced, of which LOCAL_EDITS told. */
export async function confirmReplacing(error: SynclineError, operation: 'pull' | 'undo'): Promise<boolean> {
  return (await askModally(localEditsQuestion(error, operation))) === 'agreed';
}
