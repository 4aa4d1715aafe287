/** How many rows to ask for next. */
export interface PageSize {
  readonly rows: number;
  /** A page was too much for the server or the line: half as many from now on. */
  shrink(): void;
  /** What the last page came to. */
  learn(asked: number, received: number, bytes: number): void;
}

const MOST_ROWS = 4_000;
const AIMED_BYTES = 2 * 1024 * 1024;

/**
 * Grows pages while they are light and the server gives what is asked for, and keeps them to about 2 MB. A page shorter
 * than asked for means that the server has a cap (or that the table ends, and then nothing is asked for any more).
 */
export function pageSize(start: number): PageSize {
  let rows = Math.max(1, Math.trunc(start));
  let cap = Math.max(rows, MOST_ROWS);
  return {
    get rows() {
      return rows;
    },
    shrink() {
      rows = Math.max(1, Math.floor(rows / 2));
      cap = rows;
    },
    learn(asked, received, bytes) {
      if (received === 0) return;
      if (received < asked) cap = Math.min(cap, received);
      const affordable = Math.max(1, Math.floor((AIMED_BYTES * received) / Math.max(1, bytes)));
      rows = Math.min(cap, affordable, rows * 2);
    },
  };
}
