import { t } from '@vscode/l10n';
import type { MaskPreview } from '../../engine/mask-report.ts';
import { formatRows } from '../text/amounts.ts';
import { displayWidth, padDisplay, truncateDisplay } from '../text/display-width.ts';

const WIDEST_CELL = 40;

/** Masked sample rows as a Markdown document whose columns also line up as plain text. */
export function maskPreviewText(preview: MaskPreview): string {
  const header = preview.columns.map(({ column }) => cellText(column));
  const treatment = preview.columns.map(({ transformer }) => `*${transformer}*`);
  const rows = preview.rows.map((row) =>
    row.map((cell) => (cell === null ? 'NULL' : quoteNull(cellText(cell)))),
  );
  const widths = header.map((name, index) =>
    Math.max(3, ...[name, treatment[index] ?? '', ...rows.map((row) => row[index] ?? '')].map(displayWidth)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => padDisplay(cell, widths[index] ?? 3)).join(' | ')} |`;
  return [
    `# ${t('{0}: {1} as a pull would write them', cellText(preview.table), formatRows(preview.rows.length))}`,
    '',
    t('Read from production just now and masked on the way; originals are not kept anywhere.'),
    t('The first line under the heading names how each column is masked.'),
    '',
    line(header),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    line(treatment),
    ...rows.map(line),
    '',
    `## ${t('Why')}`,
    '',
    ...preview.columns.map(
      ({ column, transformer, detail }) => `- ${cellText(column)}: *${transformer}*. ${cellText(detail)}`,
    ),
    '',
  ].join('\n');
}

/** The text 'NULL' is not NULL. */
function quoteNull(text: string): string {
  return text === 'NULL' ? '"NULL"' : text;
}

function cellText(text: string): string {
  const oneLine = text
    .replace(/\r\n|\r|\n/g, '⏎')
    .replace(/\t/g, '⇥')
    .replace(/\|/g, '\\|');
  return truncateDisplay(oneLine, WIDEST_CELL);
}
