import { t } from '@vscode/l10n';
import { PULL_PHASES } from '../../engine/progress.ts';
import type { CheckResult, PulledTable, PullReport } from '../../engine/pull-report.ts';
import { formatBytes, formatCount, formatDuration, formatInstant } from '../text/amounts.ts';
import { changeMethodName } from '../tree/describe-capabilities.ts';
import { cellCode, escapeMarkdown, inlineCode } from '../text/markdown.ts';

/** A pull's report as a Markdown document. */
export function pullReportMarkdown(report: PullReport): string {
  return [
    `# ${t('Pull of {0}', escapeMarkdown(report.target))}`,
    summary(report),
    list(t('Warnings'), report.warnings.map(escapeMarkdown)),
    checks(report.checks),
    report.mode === 'full' ? tables(report.tables) : changedTables(report.tables),
    masked(report),
    list(
      t('Not carried over'),
      report.notes.map(
        ({ table, object, message }) => `${inlineCode(`${table}.${object}`)}: ${escapeMarkdown(message)}`,
      ),
    ),
    run(report),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n')
    .concat('\n');
}

function summary({ mode, totals, local, masked: isMasked, snapshot, address }: PullReport): string {
  const lines = [
    t(
      '**{0} rows** in **{1} tables** ({2}) came from {3}.',
      formatCount(totals.rows),
      formatCount(totals.tables),
      formatBytes(totals.bytes),
      inlineCode(address),
    ),
    isMasked
      ? t('**{0} columns** were masked.', formatCount(totals.maskedColumns))
      : t('**Nothing was masked**: this was a raw pull.'),
    local.created
      ? t('The local database {0} was created.', inlineCode(local.path))
      : mode === 'incremental'
        ? t('They were taken into {0} beside what was edited there.', inlineCode(local.path))
        : t('The local database {0} was replaced.', inlineCode(local.path)),
    local.backup === undefined ? undefined : t('Its backup is {0}.', inlineCode(local.backup)),
    local.replacedEdits === 0
      ? undefined
      : t('{0} locally edited rows were replaced; the backup keeps them.', formatCount(local.replacedEdits)),
    snapshot.consistent ? t('All rows were read as of one instant.') : undefined,
  ];
  return lines.filter((line) => line !== undefined).join(' ');
}

function checks(results: readonly CheckResult[]): string | undefined {
  const marks = { passed: '✅', failed: '❌', skipped: '⏭️' } as const;
  const words = { passed: t('passed'), failed: t('failed'), skipped: t('not made') } as const;
  return list(
    t('Checks'),
    results.map(
      ({ name, status, detail }) =>
        `${marks[status]} **${escapeMarkdown(name)}** ${words[status]}: ${escapeMarkdown(detail)}`,
    ),
  );
}

function tables(pulled: readonly PulledTable[]): string | undefined {
  if (pulled.length === 0) return undefined;
  const rows = pulled.map(({ table, localName, rows: count, bytes, columns, withoutKey }) => {
    const name = table === localName ? cellCode(table) : `${cellCode(table)} → ${cellCode(localName)}`;
    const maskedCount = columns.filter(({ transformer }) => transformer !== 'keep').length;
    const remark = withoutKey ? t('no primary key: replaced whole') : '';
    return `| ${name} | ${formatCount(count)} | ${formatBytes(bytes)} | ${columns.length} | ${maskedCount} | ${remark} |`;
  });
  return [
    `## ${t('Tables')}`,
    '',
    `| ${[t('Table'), t('Rows'), t('Received'), t('Columns'), t('Masked'), t('Remarks')].join(' | ')} |`,
    '|:--|--:|--:|--:|--:|:--|',
    ...rows,
  ].join('\n');
}

/** What an incremental pull did to each table, and how it found out: the methods promise different things. */
function changedTables(pulled: readonly PulledTable[]): string | undefined {
  if (pulled.length === 0) return undefined;
  const rows = pulled.map(({ table, changes, found, withoutKey }) => {
    const counts = [changes?.inserted, changes?.updated, changes?.deleted, changes?.held];
    const method =
      found === undefined
        ? withoutKey
          ? t('no primary key: replaced whole')
          : '–'
        : `${changeMethodName(found.method)}${found.instead === undefined ? '' : ` (${escapeMarkdown(found.instead)})`}`;
    const cells = [...counts.map((count) => formatCount(count ?? 0)), formatCount(found?.read ?? 0), method];
    return `| ${cellCode(table)} | ${cells.join(' | ')} |`;
  });
  const head = [
    t('Table'),
    t('Inserted'),
    t('Updated'),
    t('Deleted'),
    t('Held'),
    t('Rows read'),
    t('Found by'),
  ];
  return [
    `## ${t('Tables')}`,
    '',
    `| ${head.join(' | ')} |`,
    '|:--|--:|--:|--:|--:|--:|:--|',
    ...rows,
    '',
    t(
      'Change log, digests and full comparison miss nothing. A watermark misses updates that do not set its column.',
    ),
  ].join('\n');
}

function masked({ tables: pulled, masked: isMasked }: PullReport): string | undefined {
  if (!isMasked) return undefined;
  const rows = pulled.flatMap(({ table, columns }) =>
    columns
      .filter(({ transformer }) => transformer !== 'keep')
      .map(
        ({ column, transformer, detail }) =>
          `| ${cellCode(table)} | ${cellCode(column)} | ${cellCode(transformer)} | ${escapeMarkdown(detail)} |`,
      ),
  );
  if (rows.length === 0) return undefined;
  return [
    `## ${t('Masked columns')}`,
    '',
    `| ${[t('Table'), t('Column'), t('Masked as'), t('Why')].join(' | ')} |`,
    '|:--|:--|:--|:--|',
    ...rows,
  ].join('\n');
}

function run({ run: id, startedAt, finishedAt, durations, snapshot, maskingKey }: PullReport): string {
  const spent = PULL_PHASES.map((phase) => `${phase} ${formatDuration(durations[phase])}`).join(', ');
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
  return [
    `## ${t('Run')}`,
    '',
    `- ${t('Identifier')}: ${inlineCode(id)}`,
    `- ${t('Started')}: ${formatInstant(startedAt)}`,
    `- ${t('Took')}: ${took} (${spent})`,
    `- ${t('Snapshot')}: ${inlineCode(snapshot.id)}`,
    ...(maskingKey === undefined ? [] : [`- ${t('Masking key’s fingerprint')}: ${inlineCode(maskingKey)}`]),
  ].join('\n');
}

function list(heading: string, lines: readonly string[]): string | undefined {
  return lines.length === 0
    ? undefined
    : [`## ${heading}`, '', ...lines.map((line) => `- ${line}`)].join('\n');
}
