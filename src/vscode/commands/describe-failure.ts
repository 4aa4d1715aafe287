/** The buttons under an error's notification: what carries out its remedy. */
import { t } from '@vscode/l10n';
import type { ErrorCode } from '../../core/errors.ts';

export type FailureAction =
  | 'connect'
  | 'pull'
  | 'pull-changes'
  | 'open-workspace-file'
  | 'open-migration'
  | 'install-tracking'
  | 'tracking-status'
  | 'reveal-local'
  | 'manage-trust'
  | 'retry'
  | 'show-log';

export function failureActionLabel(action: FailureAction): string {
  switch (action) {
    case 'connect':
      return t('Connect');
    case 'pull':
      return t('Pull production (anonymized)');
    case 'pull-changes':
      return t('Pull changes');
    case 'open-workspace-file':
      return t('Open syncline.json');
    case 'open-migration':
      return t('Open the migration');
    case 'install-tracking':
      return t('Install change tracking');
    case 'tracking-status':
      return t('Change tracking status');
    case 'reveal-local':
      return t('Reveal local database');
    case 'manage-trust':
      return t('Manage workspace trust');
    case 'retry':
      return t('Try again');
    case 'show-log':
      return t('Show log');
  }
}

/** The buttons for an error, the most useful first. */
export function failureActions(code: ErrorCode): readonly FailureAction[] {
  switch (code) {
    case 'CONFIG_INVALID':
    case 'CONFIG_UNKNOWN_TABLE':
    case 'CONFIG_UNKNOWN_COLUMN':
    case 'CONFIG_UNKNOWN_TRANSFORMER':
    case 'TARGET_UNKNOWN':
    case 'MASKING_IMPOSSIBLE':
    case 'VALUE_UNREPRESENTABLE':
    case 'LOCAL_DIRECTORY_MISSING':
    case 'LOCAL_IS_DIRECTORY':
    case 'MIGRATION_UNWRITABLE':
    case 'PUSH_NEEDS_CONFIRMATION':
      return ['open-workspace-file', 'show-log'];
    case 'CONFIG_NOT_FOUND':
    case 'CREDENTIALS_MISSING':
    case 'REMOTE_URL_INVALID':
    case 'REMOTE_UNAUTHORIZED':
    case 'REMOTE_FORBIDDEN':
    case 'REMOTE_ROWS_HIDDEN':
    case 'REMOTE_NOT_FOUND':
    case 'REMOTE_TLS_REQUIRED':
      return ['connect', 'show-log'];
    case 'PUSH_NOT_ATOMIC':
    case 'REHEARSAL_UNAVAILABLE':
      return ['install-tracking', 'connect', 'show-log'];
    case 'METHOD_UNAVAILABLE':
      return ['install-tracking', 'show-log'];
    case 'MIGRATION_EXISTS':
      return ['open-migration', 'tracking-status', 'show-log'];
    case 'UNDO_UNAVAILABLE':
      return ['reveal-local', 'show-log'];
    case 'REMOTE_UNREACHABLE':
    case 'REMOTE_RATE_LIMITED':
    case 'REMOTE_TIMEOUT':
    case 'REMOTE_UNAVAILABLE':
    case 'REMOTE_CHANGED':
    case 'FOREIGN_KEY_VIOLATIONS':
    case 'LOCAL_LOCKED':
    case 'DISK_FULL':
    case 'TARGET_PROTECTED':
      return ['retry', 'show-log'];
    case 'LOCAL_READ_ONLY':
    case 'LOCAL_NOT_A_DATABASE':
    case 'LOCAL_CORRUPT':
      return ['reveal-local', 'open-workspace-file', 'show-log'];
    case 'MASKING_KEY_MISSING':
    case 'MASKING_KEY_INVALID':
    case 'LOCAL_NOT_FOUND':
    case 'FULL_PULL_NEEDED':
      return ['pull', 'show-log'];
    case 'PUSH_IN_DOUBT':
      return ['pull-changes', 'retry', 'show-log'];
    case 'WORKSPACE_UNTRUSTED':
      return ['manage-trust'];
    default:
      return ['show-log'];
  }
}
