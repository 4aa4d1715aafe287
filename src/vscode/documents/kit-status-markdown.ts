import { t } from '@vscode/l10n';
import type { KitReport } from '../../engine/kit-report.ts';
import { formatCount, formatInstant } from '../text/amounts.ts';
import { cellCode, escapeMarkdown, inlineCode } from '../text/markdown.ts';

/** How change tracking stands on a target, as a Markdown document. */
export function kitStatusMarkdown(report: KitReport): string {
  return [
    `# ${t('Change tracking of {0}', escapeMarkdown(report.target))}`,
    `${inlineCode(report.address)} — **${stateText(report.state)}**`,
    adviceText(report),
    tables(report),
    facts(report),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n')
    .concat('\n');
}

function stateText(state: KitReport['state']): string {
  switch (state) {
    case 'absent':
      return t('not installed');
    case 'current':
      return t('installed');
    case 'partial':
      return t('installed in part');
    case 'older':
      return t('installed by an older version of Syncline');
    case 'newer':
      return t('installed by a newer version of Syncline');
    case 'restored':
      return t('installed, but the database was restored since');
  }
}

/** What to do next in the editor; the report's own advice speaks of the command line. */
function adviceText({ state, tables: list }: KitReport): string {
  const install = t('**Syncline: Install change tracking** writes the migration: review it and deploy it.');
  switch (state) {
    case 'absent':
      return `${t('Until it is installed, changes are found by comparing.')} ${install}`;
    case 'partial':
      return `${t('Some of it is missing. Installing it again mends it and keeps the change log.')} ${install}`;
    case 'older':
      return `${t('Installing it again brings it up to date and keeps the change log.')} ${install}`;
    case 'newer':
      return t('Update this extension. Until then changes are found by comparing.');
    case 'restored':
      return t(
        'The database was restored or cloned, so positions in its change log are void. Run the migration again there, or {0}.',
        inlineCode('select public.syncline_prune()'),
      );
    case 'current':
      return list.every(({ tracked, cause }) => tracked || cause === KEYLESS)
        ? t('Everything is in order.')
        : `${t('Changes of some tables are not logged: they are found by comparing.')} ${install}`;
  }
}

const KEYLESS = 'no-primary-key';

/** Why a table's changes are not logged; a cause that is not known here stands as it is. */
function causeText(cause: string): string {
  switch (cause) {
    case KEYLESS:
      return t('It has no primary key.');
    case 'absent':
      return t('It is not there any more.');
    case 'untracked':
      return t('Its triggers are missing, switched off, or made for another key.');
    case 'altered':
      return t('It was altered since.');
    case 'truncated':
      return t('It was truncated: no keys are left of what was deleted.');
    case 'unlogged':
      return t('It is an unlogged table.');
    case 'inherited':
      return t('Other tables inherit from it.');
    case 'replicated':
      return t('It is filled by replication.');
    default:
      return cause;
  }
}

function tables({ tables: list }: KitReport): string | undefined {
  if (list.length === 0) return undefined;
  const rows = list.map(({ table, tracked, cause }) => {
    const how = tracked ? t('✓ logged') : t('✗ not logged');
    return `| ${cellCode(table)} | ${how} | ${cause === undefined ? '' : escapeMarkdown(causeText(cause))} |`;
  });
  return [`| ${t('Table')} | ${t('Changes')} | ${t('Why')} |`, '|:--|:--|:--|', ...rows].join('\n');
}

function facts({
  installedVersion,
  version,
  missing,
  changeLogRows,
  oldestChange,
  stagedPushes,
}: KitReport): string {
  const lines = [
    installedVersion === undefined
      ? t('This version of Syncline installs version {0}.', version)
      : t(
          'Version {0} is installed; this version of Syncline installs version {1}.',
          installedVersion,
          version,
        ),
    changeLogRows === undefined
      ? undefined
      : t('The change log holds {0} entries.', formatCount(changeLogRows)),
    oldestChange === undefined ? undefined : t('It reaches back to {0}.', formatInstant(oldestChange)),
    stagedPushes === undefined || stagedPushes === 0
      ? undefined
      : stagedPushes === 1
        ? t('1 push is staged and not decided.')
        : t('{0} pushes are staged and not decided.', formatCount(stagedPushes)),
    missing.length === 0 ? undefined : t('Missing functions: {0}', missing.map(inlineCode).join(', ')),
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [`- ${line}`])).join('\n');
}
