import { t } from '@vscode/l10n';
import type { SynclineError } from '../../core/errors.ts';
import { withPeriod } from './sentence.ts';

/** What an error says to a person: what happened, and what to do about it. */
export function failureMessage(error: SynclineError): string {
  return `${withPeriod(error.message)} ${editorRemedy(error)}`;
}

/** The remedy in the editor, where the general one speaks of the command line. */
function editorRemedy({ code, remedy }: SynclineError): string {
  switch (code) {
    case 'CREDENTIALS_MISSING':
      return t('Run “Syncline: Connect”.');
    case 'MASKING_KEY_MISSING':
    case 'MASKING_KEY_INVALID':
      return t('Pull again from the editor: it masks with its own key, from its secret storage.');
    case 'UNDO_UNAVAILABLE':
      return t('“Undo last operation” takes back the last one, if it can be.');
    case 'TARGET_PROTECTED':
      return t('Arm the target by typing its name.');
    case 'USAGE':
      return t('This is a bug in Syncline. Please report it with the log.');
    default:
      return remedy.replace(/ \(--[^)]*\)/g, '');
  }
}
