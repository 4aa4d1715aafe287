/** The words with which a push asks for what it may not do unasked. */
import { t } from '@vscode/l10n';
import type { SynclineError } from '../../core/errors.ts';
import type { RefusedChange } from '../../core/rows/change.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { countsText } from '../changes/describe-change.ts';
import { formatCount } from '../text/amounts.ts';
import { withPeriod } from '../text/sentence.ts';

/** A question of a modal dialog. */
export interface ConsentQuestion {
  readonly message: string;
  readonly detail: string;
  /** The button that agrees. */
  readonly agree: string;
}

/** PUSH_NOT_ATOMIC: why, what row by row means, and what would be better. */
export function notAtomicQuestion(target: string, { message }: SynclineError): ConsentQuestion {
  return {
    message: t('The push to {0} would not be all or nothing.', target),
    detail: [
      withPeriod(message),
      t(
        'Each row is still written only if it is as it was seen. But a failure ends the push, and what was written before it stays; you are told exactly what.',
      ),
      t('With change tracking (the kit), or a Postgres connection string, all of it is written, or nothing.'),
    ].join('\n\n'),
    agree: t('Push row by row'),
  };
}

/** PUSH_NEEDS_CONFIRMATION: the counts, and which limits they are above. */
export function largePushQuestion(target: string, { message, details }: SynclineError): ConsentQuestion {
  const count = (name: string): number => (typeof details[name] === 'number' ? details[name] : 0);
  const counts = countsText({
    inserted: count('inserted'),
    updated: count('updated'),
    deleted: count('deleted'),
  });
  const given = details['reasons'];
  const reasons = Array.isArray(given) ? given.map((reason) => `• ${withPeriod(String(reason))}`) : [message];
  return {
    message: t('This is a large push to {0}. Push all of it?', target),
    detail: [
      ...(counts === '' ? [] : [`${counts}.`, '']),
      ...reasons,
      '',
      t('The limits are under “confirm” of the target in syncline.json.'),
    ].join('\n'),
    agree: t('Push all of it'),
  };
}

/** The tables that need an approval, in the order in which they are met. */
export function tablesToApprove(refused: readonly RefusedChange[]): readonly TableKey[] {
  return [...new Set(refused.filter(({ cause }) => cause === 'not-approved').map(({ table }) => table))];
}

/** Tables whose rules ask for an approval for each push. */
export function approvalQuestion(target: string, refused: readonly RefusedChange[]): ConsentQuestion {
  const tables = tablesToApprove(refused);
  const lines = tables.map((table) => {
    const count = refused.filter((one) => one.cause === 'not-approved' && one.table === table).length;
    return `• ${table}: ${count === 1 ? t('1 change') : t('{0} changes', formatCount(count))}`;
  });
  const [only] = tables;
  return {
    message:
      tables.length === 1 && only !== undefined
        ? t('Changes of {0} are pushed to {1} only with your approval.', only, target)
        : t('Changes of {0} tables are pushed to {1} only with your approval.', tables.length, target),
    detail: [
      ...lines,
      '',
      tables.length === 1
        ? t('Its “push” is “approval” in syncline.json. An approval holds for this push alone.')
        : t('Their “push” is “approval” in syncline.json. An approval holds for this push alone.'),
    ].join('\n'),
    agree:
      tables.length === 1 && only !== undefined
        ? t('Approve {0}', only)
        : t('Approve {0} tables', tables.length),
  };
}

/** LOCAL_EDITS: rows that were edited since, and would be lost but for the backup. */
export function localEditsQuestion({ details }: SynclineError, operation: 'pull' | 'undo'): ConsentQuestion {
  const edits = typeof details['edits'] === 'number' ? details['edits'] : undefined;
  return {
    message: editsText(edits, operation),
    detail: t(
      'A backup of the whole local database is kept in .syncline/backups, so nothing is lost. Production is not touched.',
    ),
    agree: t('Back up and replace'),
  };
}

function editsText(edits: number | undefined, operation: 'pull' | 'undo'): string {
  const isPull = operation === 'pull';
  if (edits === undefined) {
    return isPull
      ? t('The local database holds edits that a pull would replace.')
      : t('The local database holds edits that undoing would replace.');
  }
  if (edits === 1) {
    return isPull
      ? t('1 row was edited locally, and this pull would replace it.')
      : t('1 row was edited locally since, and undoing would replace it.');
  }
  return isPull
    ? t('{0} rows were edited locally, and this pull would replace them.', formatCount(edits))
    : t('{0} rows were edited locally since, and undoing would replace them.', formatCount(edits));
}
