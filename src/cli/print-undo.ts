import type { ListedChange } from '../engine/changes-report.ts';
import type { UndoableRun, UndoReport } from '../engine/undo-report.ts';
import { columns, formatCount } from './text-table.ts';

const SAYING: Readonly<Record<UndoReport['state'], string>> = {
  planned: 'Nothing was changed. This is what undoing it would do:',
  rehearsed: 'All of it was done, and then taken back:',
  undone: 'It is undone:',
  refused: 'Nothing was undone: the server refused it.',
  nothing: 'Nothing was undone: every row was changed since.',
};

/** An undo's report for people. */
export function describeUndo(report: UndoReport): string {
  const { tables, totals, stale, preview, warnings } = report;
  const showsChanges = report.state === 'planned' || report.state === 'rehearsed';
  return [
    `The ${report.operation} ${report.run} of ${report.target}.`,
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
    ...(showsChanges ? ['', ...preview.flatMap(describeChange)] : []),
    ...(stale.length === 0
      ? []
      : [
          '',
          report.state === 'refused' ? 'Refused:' : 'Changed since, and left as it is:',
          ...stale.map(({ table, key, message }) => `  ${table} ${key.join(', ')}: ${message}`),
        ]),
    ...warnings.map((warning) => `Worth knowing: ${warning}`),
  ].join('\n');
}

/** The runs that can be undone, the latest first. */
export function describeUndoable(runs: readonly UndoableRun[]): string {
  if (runs.length === 0) return 'There is nothing to undo.';
  return columns(
    ['run', 'what', 'finished', 'rows'],
    runs.map(({ run, operation, finishedAt, rows }) => [run, operation, finishedAt, formatCount(rows)]),
    { right: [3] },
  );
}

function describeChange({ table, op, key, columns: changed, before, after }: ListedChange): string[] {
  const mark = { insert: '+', update: '~', delete: '-' }[op];
  const show = (row: ListedChange['before'], column: string): string => {
    const text = row?.find((cell) => cell.column === column)?.text ?? null;
    return text === null ? 'NULL' : JSON.stringify(text);
  };
  return [
    `${mark} ${table} ${key.join(', ')}`,
    ...(op === 'update'
      ? changed.map((column) => `    ${column}: ${show(before, column)} -> ${show(after, column)}`)
      : []),
  ];
}
