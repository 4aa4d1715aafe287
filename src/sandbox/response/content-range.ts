import type { RowRange } from '../request/range.ts';

/** Such as `0-24/3573`, with `*` for what is unknown or empty. */
export function contentRange(first: bigint, last: bigint, total: bigint | undefined): string {
  const rows = total !== 0n && first <= last ? `${first}-${last}` : '*';
  return `${rows}/${total ?? '*'}`;
}

/** What so many rows of a range are, as a status and a header. */
export function rangeOutcome(
  range: RowRange,
  rows: bigint,
  total: bigint | undefined,
): { readonly status: 200 | 206 | 416; readonly contentRange: string } {
  const first = range.first;
  const last = first + rows - 1n;
  const header = contentRange(first, last, total);
  if (total === undefined) return { status: 200, contentRange: header };
  if (first > total) return { status: 416, contentRange: header };
  return { status: rows < total ? 206 : 200, contentRange: header };
}
