import { t } from '@vscode/l10n';
import { isAbsolute, normalize } from 'node:path';

/** Why a path cannot be that of a sandbox copy; undefined when it can. */
export function checkCopyPath(path: string, local: string): string | undefined {
  if (path.trim() === '' || /[/\\]$/.test(path)) return t('Name a file, such as {0}.', './dev.sandbox.db');
  if (path.includes('\0')) return t('A path cannot hold this character.');
  if (isAbsolute(path) || /^\.\.([/\\]|$)/.test(normalize(path))) {
    return t('The copy lies in the workspace folder: give a path from there.');
  }
  return normalize(path) === normalize(local) ? t('This is the local database itself.') : undefined;
}
