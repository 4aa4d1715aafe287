/**
 * A row as a document of the language `dbrow`: strict JSON, a column a line, the key first, then ordinal order. NULL is
 * `null` and differs from `""`. Numbers that JSON can carry exactly are numbers, all other values are strings.
 */
import type { ShownRow } from '../../engine/changes-report.ts';
import type { TableStatus } from '../../engine/workspace-status.ts';

/** What of a table decides how its rows are written. */
export type RowShape = Pick<TableStatus, 'primaryKey' | 'columnDetails'>;

/** The text; empty for a row that is not there. */
export function rowDocumentText(row: ShownRow | null, shape: RowShape | undefined): string {
  if (row === null) return '';
  const types = new Map(shape?.columnDetails?.map(({ column, postgresType }) => [column, postgresType]));
  const lines = keyFirst(row, shape?.primaryKey ?? []).map(
    ({ column, text }) => `  ${JSON.stringify(column)}: ${valueText(text, types.get(column))}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

function keyFirst(row: ShownRow, primaryKey: readonly string[]): ShownRow {
  const key = primaryKey.flatMap((name) => row.filter(({ column }) => column === name));
  return [...key, ...row.filter(({ column }) => !primaryKey.includes(column))];
}

function valueText(text: string | null, postgresType: string | undefined): string {
  if (text === null) return 'null';
  if (postgresType === 'boolean') return BOOLEANS.get(text) ?? JSON.stringify(text);
  const isNumber = postgresType !== undefined && NUMBER_TYPES.test(postgresType);
  // What a JSON number would alter (1.10, 9007199254740993, NaN) stays as it is spelt.
  return isNumber && String(Number(text)) === text && Number.isFinite(Number(text))
    ? text
    : JSON.stringify(text);
}

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ['t', 'true'],
  ['true', 'true'],
  ['f', 'false'],
  ['false', 'false'],
]);

const NUMBER_TYPES = /^(smallint|integer|bigint|numeric|real|double precision)\b/;
