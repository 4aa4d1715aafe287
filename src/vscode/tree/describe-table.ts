/** The words on a table's row in the tree, and in its tooltip. */
import { t } from '@vscode/l10n';
import type { TrackingLoss } from '../../core/local-changes-port.ts';
import type { ChangeCounts, TableStatus } from '../../engine/workspace-status.ts';
import { formatAge, formatCount, formatInstant, formatRows } from '../text/amounts.ts';
import { escapeMarkdown, inlineCode } from '../text/markdown.ts';
import { driftLook } from './drift.ts';

/** What follows the table's name: `412 rows · 3 masked · pulled 5 min ago`. */
export function tableDescription(table: TableStatus, now: number): string {
  if (table.drift === 'never-pulled') {
    const estimate = table.estimatedRows === undefined ? [] : [`~${formatRows(table.estimatedRows)}`];
    return [...estimate, t('not pulled yet')].join(' · ');
  }
  return [
    table.rows === undefined ? undefined : formatRows(table.rows),
    table.drift === 'schema-differs' ? t('schema differs') : undefined,
    changes(table.local, (count) => t('{0} changed here', count)),
    changes(table.production, (count) => t('{0} changed in production', count)),
    table.maskedColumns > 0 ? t('{0} masked', table.maskedColumns) : undefined,
    table.pulledAt === undefined ? undefined : t('pulled {0}', formatAge(table.pulledAt, now)),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** For screen readers: the name, how it stands, and what the row says besides. */
export function tableLabel(table: TableStatus, now: number): string {
  const { label } = driftLook(table.drift);
  const parts = tableDescription(table, now).split(' · ');
  return [table.table, label, ...parts.filter((part) => part !== label)].join(', ');
}

/** The tooltip's Markdown. */
export function tableTooltip(table: TableStatus, now: number): string {
  return [
    `${inlineCode(table.table)} — ${driftLook(table.drift).label}`,
    sizeLine(table),
    changesTable(table),
    schemaDifferences(table),
    masking(table),
    times(table, now),
    tracking(table),
    hint(table),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}

function total(counts: ChangeCounts | undefined): number {
  return counts === undefined ? 0 : counts.inserted + counts.updated + counts.deleted;
}

function changes(counts: ChangeCounts | undefined, text: (count: string) => string): string | undefined {
  return total(counts) === 0 ? undefined : text(formatCount(total(counts)));
}

function sizeLine(table: TableStatus): string {
  const columns = table.columns === 1 ? t('1 column') : t('{0} columns', table.columns);
  const key =
    table.primaryKey.length === 0
      ? t('no primary key')
      : t('key {0}', table.primaryKey.map(inlineCode).join(', '));
  const rows =
    table.rows !== undefined
      ? [formatRows(table.rows)]
      : table.estimatedRows !== undefined
        ? [t('about {0} in production', formatRows(table.estimatedRows))]
        : [];
  return [...rows, columns, key].join(' · ');
}

function changesTable({ local, production }: TableStatus): string | undefined {
  if (total(local) + total(production) === 0) return undefined;
  const row = (side: string, counts: ChangeCounts | undefined) =>
    counts === undefined
      ? `| ${side} | – | – | – |`
      : `| ${side} | ${formatCount(counts.inserted)} | ${formatCount(counts.updated)} | ${formatCount(counts.deleted)} |`;
  return [
    `| | ${t('inserted')} | ${t('updated')} | ${t('deleted')} |`,
    '|:--|--:|--:|--:|',
    row(t('Local'), local),
    row(t('Production'), production),
  ].join('\n');
}

function schemaDifferences({ schemaDifferences: differences }: TableStatus): string | undefined {
  if (differences.length === 0) return undefined;
  return [t('Schema differs:'), ...shortened(differences.map((line) => `- ${inlineCode(line)}`))].join('\n');
}

function masking(table: TableStatus): string | undefined {
  if (table.drift === 'never-pulled') return undefined;
  const masked = table.columnDetails?.filter(({ transformer }) => transformer !== 'keep');
  if (masked === undefined) {
    if (table.maskedColumns === 0) return undefined;
    return table.maskedColumns === 1
      ? t('1 column is masked')
      : t('{0} columns are masked', table.maskedColumns);
  }
  if (masked.length === 0) return t('No column is masked.');
  const lines = masked.map(
    ({ column, transformer, detail }) =>
      `- ${inlineCode(column)} → ${inlineCode(transformer)}: ${escapeMarkdown(detail)}`,
  );
  return [t('Masked:'), ...shortened(lines)].join('\n');
}

const LONGEST_LIST = 12;

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= LONGEST_LIST) return lines;
  return [...lines.slice(0, LONGEST_LIST - 1), `- ${t('and {0} more', lines.length - LONGEST_LIST + 1)}`];
}

function times({ pulledAt, comparedAt }: TableStatus, now: number): string | undefined {
  const parts = [
    pulledAt === undefined
      ? undefined
      : t('Pulled {0} ({1})', formatAge(pulledAt, now), formatInstant(pulledAt)),
    comparedAt === undefined || comparedAt === pulledAt
      ? undefined
      : t('compared {0} ({1})', formatAge(comparedAt, now), formatInstant(comparedAt)),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** How local changes are found, where the workspace file says that they are logged. */
function tracking({ tracking: how }: TableStatus): string | undefined {
  if (how === undefined) return undefined;
  if (how.state === 'triggers') return t('Local changes are logged by triggers.');
  return t(
    'Local changes are found by comparing the whole table: {0} The next pull or push makes the triggers anew.',
    lossText(how.reason),
  );
}

function lossText(reason: TrackingLoss): string {
  switch (reason) {
    case 'replaced':
      return t('the file was restored or copied over, or its log was taken out.');
    case 'rebuilt':
      return t('the table was made anew, as migrations of an ORM do.');
    case 'triggers':
      return t('its triggers are gone, or do not fit it any more.');
    case 'uncounted':
      return t('rows are gone that no trigger saw.');
  }
}

function hint(table: TableStatus): string | undefined {
  switch (table.drift) {
    case 'never-pulled':
      return t(
        '“Pull production (anonymized)” brings it into the local database. “Preview masked rows” shows how it would look.',
      );
    case 'unknown':
      return t('“Compare with production” finds out what has changed since the pull.');
    case 'local-changes':
    case 'both':
      return t('A pull asks before it replaces local changes, and keeps them in a backup.');
    case 'production-changes':
    case 'schema-differs':
      return t('“Pull production (anonymized)” brings the local database up to date.');
    case 'in-step':
      return table.primaryKey.length === 0
        ? t('Without a primary key its rows cannot be told apart: a pull replaces the table whole.')
        : undefined;
  }
}
