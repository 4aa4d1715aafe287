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
      return t(
        '“Undo last operation” takes back the latest one, if it can be. Earlier databases are in .syncline/backups.',
      );
    case 'TARGET_PROTECTED':
      return t('Arm the target by typing its name.');
    case 'PUSH_NOT_ATOMIC':
      return t(
        'Install change tracking, or connect with a Postgres connection string: then all of it is pushed, or nothing.',
      );
    case 'PUSH_NEEDS_CONFIRMATION':
      return t(
        'Look at the preview and confirm the push; “confirm” of the target in syncline.json sets the limits.',
      );
    case 'REHEARSAL_UNAVAILABLE':
      return t(
        'Install change tracking, or connect with a Postgres connection string: through the plain API nothing can be taken back. The preview shows what would be pushed.',
      );
    case 'PUSH_IN_DOUBT':
      return t(
        'Pull changes or push again when the connection is back: the server is asked first, and nothing is pushed twice.',
      );
    case 'METHOD_UNAVAILABLE':
      return t(
        'Leave the method out: the best that the target offers is used. Change tracking offers the change log.',
      );
    case 'MIGRATION_EXISTS':
      return t('Deploy the file, or remove it and run the command again.');
    case 'USAGE':
      return t('This is a bug in Syncline. Please report it with the log.');
    default:
      return remedy.replace(/ \(--[^)]*\)/g, '');
  }
}
