import type { MaskPreview, MaskSuggestion } from '../engine/mask-report.ts';
import { columns } from './text-table.ts';

export function describeSuggestion({ tables, added, text }: MaskSuggestion, dryRun: boolean): string {
  const rows = tables.flatMap(({ table, columns: treated }) =>
    treated.map(({ column, transformer, reason, detail }) => [
      table,
      column,
      transformer,
      `${reason}: ${detail}`,
    ]),
  );
  return [
    columns(['table', 'column', 'transformer', 'why'], rows),
    '',
    ...(dryRun ? [text] : [`${added} rules were added to syncline.json.`]),
  ].join('\n');
}

export function describePreview({ columns: treated, rows }: MaskPreview): string {
  return columns(
    treated.map(({ column, transformer }) => `${column} (${transformer})`),
    rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : oneLine(cell)))),
  );
}

/** Line breaks and tabs would break the table; a long text is cut. */
function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 40 ? `${flat.slice(0, 39)}…` : flat;
}
