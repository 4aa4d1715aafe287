/** The words of installing change tracking. */
import { t } from '@vscode/l10n';

/** What was written, and what to do with it; `current` when production has it already. */
export function installedText(
  { up, down }: { readonly up: string; readonly down: string },
  current: boolean,
): string {
  return [
    t('The migration was written to {0}, and what removes it again to {1}.', up, down),
    current
      ? t('Production has this change tracking already: deploying it changes nothing.')
      : t('Review and commit both, and deploy with “supabase db push”. It takes effect from then on.'),
  ].join(' ');
}
