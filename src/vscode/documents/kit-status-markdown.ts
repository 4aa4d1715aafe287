import { t } from '@vscode/l10n';
import type { KitReport } from '../../engine/kit-report.ts';
import { formatCount, formatInstant } from '../text/amounts.ts';
import { cellCode, escapeMarkdown, inlineCode } from '../text/markdown.ts';

/** How change tracking stands on a target, as a Markdown document. */
export function kitStatusMarkdown(report: KitReport): string {
  return [
    `# ${t('Change tracking of {0}', escapeMarkdown(report.target))}`,
    `${inlineCode(report.address)} — **${stateText(report.state)}**`,
    escapeMarkdown(report.advice),
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

function tables({ tables: list }: KitReport): string | undefined {
  if (list.length === 0) return undefined;
  const rows = list.map(({ table, tracked, cause }) => {
    const how = tracked ? t('✓ logged') : t('✗ not logged');
    return `| ${cellCode(table)} | ${how} | ${cause === undefined ? '' : escapeMarkdown(cause)} |`;
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
      : t('{0} pushes are staged and not decided.', formatCount(stagedPushes)),
    missing.length === 0 ? undefined : t('Missing functions: {0}', missing.map(inlineCode).join(', ')),
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [`- ${line}`])).join('\n');
}
