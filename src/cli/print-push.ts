import type { ChangePreview, PushReport } from '../engine/push-report.ts';
import { columns } from './text-table.ts';

const SAYING: Readonly<Record<PushReport['state'], string>> = {
  planned: 'Nothing was sent. This is what a push would do:',
  rehearsed: 'The server did all of it, and then took it back:',
  pushed: 'Production has it:',
  refused: 'Nothing was pushed.',
  nothing: 'There is nothing to push.',
};

/** A push's report for people. */
export function describePush(report: PushReport): string {
  const { tables, totals, refused, preview, warnings } = report;
  return [
    `${report.target} ${report.address}`,
    SAYING[report.state],
    ...(tables.length === 0
      ? []
      : [
          '',
          columns(
            ['table', 'insert', 'update', 'delete'],
            [
              ...tables.map((table) => [
                table.table,
                ...[table.inserted, table.updated, table.deleted].map(String),
              ]),
              ['', ...[totals.inserted, totals.updated, totals.deleted].map(String)],
            ],
            { right: [1, 2, 3] },
          ),
        ]),
    ...(report.state === 'planned' || report.state === 'rehearsed'
      ? ['', ...preview.flatMap(describeChange)]
      : []),
    ...(refused.length === 0
      ? []
      : [
          '',
          'Refused:',
          ...refused.map(
            ({ table, key, op, column, message }) =>
              `  ${op} ${table} ${key.join(', ')}${column === undefined ? '' : `, ${column}`}: ${message}`,
          ),
        ]),
    ...warnings.map((warning) => `Worth knowing: ${warning}`),
  ].join('\n');
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
