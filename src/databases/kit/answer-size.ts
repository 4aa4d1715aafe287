/** How many keys to ask the kit for at once. An answer is one JSON document, so it is kept to about 2 MB. */
export interface AnswerSize {
  readonly rows: number;
  /** An answer was too much for the server or the line: half as many from now on. */
  shrink(): void;
  /** What an answer came to. */
  learn(rows: number, bytes: number): void;
}

const MOST_ROWS = 20_000;
const AIMED_BYTES = 2 * 1024 * 1024;

export function answerSize(start: number): AnswerSize {
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
    learn(received, bytes) {
      if (received === 0) return;
      const affordable = Math.max(1, Math.floor((AIMED_BYTES * received) / Math.max(1, bytes)));
      rows = Math.min(cap, affordable, rows * 2);
    },
  };
}
