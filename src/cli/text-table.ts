/** Text for a terminal: aligned columns, counts, bytes and durations. */
import stringWidth from 'string-width';

/** Aligns rows under headings. `right` names the columns, from 0, whose cells stand at the right. */
export function columns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [] }: { readonly right?: readonly number[] } = {},
): string {
  const widths = headings.map((heading, index) =>
    Math.max(stringWidth(heading), ...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(cell)));
        return right.includes(index) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Decimal units, as network traffic is counted. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
