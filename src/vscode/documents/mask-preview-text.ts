import { t } from '@vscode/l10n';
import type { MaskPreview } from '../../engine/mask-report.ts';
import { formatRows } from '../text/amounts.ts';
import { displayWidth, padDisplay, truncateDisplay } from '../text/display-width.ts';

const WIDEST_CELL = 40;

/** Masked sample rows as plain text whose columns line up. */
export function maskPreviewText(preview: MaskPreview): string {
  const header = preview.columns.map(({ column }) => cellText(column));
  const treatment = preview.columns.map(({ transformer }) => transformer);
  const rows = preview.rows.map((row) =>
    row.map((cell) => (cell === null ? 'NULL' : quoteNull(cellText(cell)))),
  );
  const widths = header.map((name, index) =>
    Math.max(...[name, treatment[index] ?? '', ...rows.map((row) => row[index] ?? '')].map(displayWidth)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padDisplay(cell, widths[index] ?? 0))
      .join(' │ ')
      .trimEnd();
  const rule = (left: string) => widths.map((width) => '─'.repeat(width)).join(left);
  return [
    t('{0}: {1} as a pull would write them', cellText(preview.table), formatRows(preview.rows.length)),
    t('Read from production just now and masked on the way; originals are not kept anywhere.'),
    '',
    line(header),
    line(treatment),
    rule('─┼─'),
    ...rows.map(line),
    '',
    t('Why'),
    ...preview.columns.map(
      ({ transformer, detail }, index) =>
        `  ${padDisplay(header[index] ?? '', longest(header))}  ${padDisplay(transformer, longest(treatment))}  ${detail}`,
    ),
    '',
  ].join('\n');
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(displayWidth));
}

/** The text 'NULL' is not NULL. */
function quoteNull(text: string): string {
  return text === 'NULL' ? '"NULL"' : text;
}

function cellText(text: string): string {
  return truncateDisplay(text.replace(/\r\n|\r|\n/g, '⏎').replace(/\t/g, '⇥'), WIDEST_CELL);
}
