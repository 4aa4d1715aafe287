import type { PulledTable, PullReport } from '../engine/pull-report.ts';
import { columns, formatBytes, formatCount, formatMilliseconds } from './text-table.ts';

/** A pull's report for people: what came, what was masked by which rule, what was checked, where it is. */
export function describePull(report: PullReport): string {
  const { totals, local, snapshot } = report;
  return [
    `Pulled ${report.target} (${report.address}) ${report.masked ? 'anonymized' : 'RAW, without masking'}.`,
    '',
    report.mode === 'full' ? loadedTables(report) : changedTables(report),
    '',
    ...(report.mode === 'full' ? maskingReasons(report) : []),
    ...section(
      'Checked',
      report.checks.map(
        ({ name, status, detail }) => `${status === 'passed' ? 'ok     ' : status} ${name}: ${detail}`,
      ),
    ),
    ...section(
      'Has no equal in SQLite, and was left out or changed',
      report.notes.map((note) => `${note.table}.${note.object} (${note.kind}): ${note.message}`),
    ),
    ...section('Worth knowing', report.warnings),
    `Snapshot: ${snapshot.id}${snapshot.consistent ? '' : ' (not one instant)'}`,
    ...(report.maskingKey === undefined ? [] : [`Masking key: ${report.maskingKey}`]),
    ...(local.backup === undefined ? [] : [`Backup of the previous database: ${local.backup}`]),
    ...(local.replacedEdits === 0
      ? []
      : [`Local edits replaced (they are in the backup): ${local.replacedEdits}`]),
    `${formatCount(totals.rows)} rows in ${totals.tables} tables, ${formatBytes(totals.bytes)}, ` +
      `${totals.maskedColumns} columns masked, in ${formatMilliseconds(elapsed(report))}.`,
    `The database is ${local.path}`,
  ].join('\n');
}

function loadedTables({ tables }: PullReport): string {
  return columns(
    ['table', 'rows', 'bytes', 'masked columns'],
    tables.map((table) => [
      table.table,
      formatCount(table.rows),
      formatBytes(table.bytes),
      `${masked(table).length} of ${table.columns.length}`,
    ]),
    { right: [1, 2, 3] },
  );
}

function changedTables({ tables }: PullReport): string {
  return columns(
    ['table', 'inserted', 'updated', 'deleted', 'held', 'found by', 'rows read', 'bytes'],
    tables.map(({ table, changes, found, bytes }) => [
      table,
      ...[changes?.inserted, changes?.updated, changes?.deleted, changes?.held].map((count) =>
        formatCount(count ?? 0),
      ),
      found === undefined
        ? 'nothing: no primary key'
        : `${found.method}${found.instead === undefined ? '' : ` (${found.instead})`}`,
      formatCount(found?.read ?? 0),
      formatBytes(bytes),
    ]),
    { right: [1, 2, 3, 4, 6, 7] },
  );
}

function masked(table: PulledTable): PulledTable['columns'] {
  return table.columns.filter((column) => column.transformer !== 'keep');
}

function maskingReasons(report: PullReport): string[] {
  if (!report.masked) return [];
  return section(
    'Masked, and why',
    report.tables.flatMap((table) =>
      masked(table).map(
        ({ column, transformer, reason, detail }) =>
          `${table.table}.${column} by ${transformer} (${reason}: ${detail})`,
      ),
    ),
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), ''];
}

function elapsed(report: PullReport): number {
  return Object.values(report.durations).reduce((sum, duration) => sum + duration, 0);
}
