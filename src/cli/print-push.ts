import type { ChangePreview, PushedTable, PushReport } from '../engine/push-report.ts';
import { columns } from './text-table.ts';

const SAYING: Readonly<Record<PushReport['state'], string>> = {
  planned: 'Nothing was sent. This is what a push would do:',
  rehearsed: 'The server did all of it, and then took it back:',
  pushed: 'Production has it:',
  refused: 'Nothing was pushed.',
  nothing: 'There is nothing to push.',
  partial: 'The push ended before its end. Production has only this:',
};

/** A push's report for people. */
export function describePush(report: PushReport): string {
  const { tables, totals, refused, preview, warnings } = report;
  return [
    `${report.target} ${report.address}`,
    SAYING[report.state],
    ...(tables.length === 0 && report.state !== 'partial'
      ? []
      : ['', tableOfCounts(tables, [['', ...counts(totals)]])]),
    ...(report.left === undefined
      ? []
      : ['', 'Not done, and still local changes:', '', tableOfCounts(report.left)]),
    ...(report.state === 'planned' || report.state === 'rehearsed'
      ? ['', ...preview.flatMap(describeChange)]
      : []),
    ...(refused.length === 0
      ? []
      : [
          '',
          report.state === 'partial' ? 'It ended at:' : 'Refused:',
          ...refused.map(
            ({ table, key, op, column, message }) =>
              `  ${key.length === 0 ? table : `${op} ${table} ${key.join(', ')}`}${column === undefined ? '' : `, ${column}`}: ${message}`,
          ),
        ]),
    ...warnings.map((warning) => `Worth knowing: ${warning}`),
  ].join('\n');
}

function counts({ inserted, updated, deleted }: Omit<PushedTable, 'table'>): string[] {
  return [inserted, updated, deleted].map(String);
}

function tableOfCounts(tables: readonly PushedTable[], more: readonly string[][] = []): string {
  return columns(
    ['table', 'insert', 'update', 'delete'],
    [...tables.map((table) => [table.table, ...counts(table)]), ...more],
    { right: [1, 2, 3] },
  );
}

function describeChange({ table, op, key, columns: changed }: ChangePreview): string[] {
  const mark = { insert: '+', update: '~', delete: '-' }[op];
  const show = (text: string | null | undefined): string => (text == null ? 'NULL' : JSON.stringify(text));
  return [
    `${mark} ${table} ${key.join(', ')}`,
    ...(op === 'update'
      ? changed.map(({ column, before, after }) => `    ${column}: ${show(before)} -> ${show(after)}`)
      : []),
  ];
}
