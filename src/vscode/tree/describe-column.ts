/** The words on a column's row in the tree. */
import { t } from '@vscode/l10n';
import type { ColumnStatus, TableStatus } from '../../engine/workspace-status.ts';
import { escapeMarkdown, inlineCode } from '../text/markdown.ts';

/** What a column is first of all; decides its icon. */
export type ColumnRole = 'key' | 'reference' | 'masked' | 'plain';

export function columnRole(column: ColumnStatus, table: TableStatus): ColumnRole {
  if (table.primaryKey.includes(column.column)) return 'key';
  if (column.references !== undefined) return 'reference';
  return isMasked(column, table) ? 'masked' : 'plain';
}

/** How a column is masked is decided by the pull; before the first one nothing is said about it. */
function isMasked(column: ColumnStatus, table: TableStatus): boolean {
  return table.drift !== 'never-pulled' && column.transformer !== 'keep';
}

/** What follows the column's name: `varchar(40) · → users · masked as email`. */
export function columnDescription(column: ColumnStatus, table: TableStatus): string {
  return [
    shortType(column.postgresType),
    column.references === undefined ? undefined : `→ ${column.references.table}`,
    isMasked(column, table) ? t('masked as {0}', column.transformer) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export function columnLabel(column: ColumnStatus, table: TableStatus): string {
  return [
    column.column,
    column.postgresType,
    table.primaryKey.includes(column.column) ? t('primary key') : undefined,
    column.references === undefined
      ? undefined
      : t('refers to {0} of {1}', column.references.column, column.references.table),
    table.drift === 'never-pulled'
      ? undefined
      : isMasked(column, table)
        ? t('masked as {0}', column.transformer)
        : t('not masked'),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** The tooltip's Markdown. */
export function columnTooltip(column: ColumnStatus, table: TableStatus): string {
  const marks = [
    inlineCode(column.postgresType),
    column.nullable ? t('may be NULL') : t('never NULL'),
    table.primaryKey.includes(column.column) ? t('primary key') : undefined,
    column.references === undefined
      ? undefined
      : t('refers to {0}', inlineCode(`${column.references.table}.${column.references.column}`)),
  ].filter((mark) => mark !== undefined);
  return [inlineCode(column.column), marks.join(' · '), treatment(column, table)].join('\n\n');
}

function treatment(column: ColumnStatus, table: TableStatus): string {
  if (table.drift === 'never-pulled') return t('Not pulled yet: the pull decides whether it is masked.');
  return isMasked(column, table)
    ? t('Masked with {0}: {1}', inlineCode(column.transformer), escapeMarkdown(column.detail))
    : t('Passes through unmasked: {0}', escapeMarkdown(column.detail));
}

/** Postgres's own shorter names, for a narrow sidebar. */
function shortType(type: string): string {
  return type
    .replace(/^character varying/, 'varchar')
    .replace(/^character(?=\(|$)/, 'char')
    .replace(/^timestamp(\(\d+\))? with time zone/, 'timestamptz$1')
    .replace(/^timestamp(\(\d+\))? without time zone/, 'timestamp$1')
    .replace(/^time(\(\d+\))? with time zone/, 'timetz$1')
    .replace(/^time(\(\d+\))? without time zone/, 'time$1')
    .replace(/^double precision/, 'float8')
    .replace(/^public\./, '');
}
