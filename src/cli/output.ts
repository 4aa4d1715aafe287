import { toErrorRecord, type SynclineError } from '../core/errors.ts';

/** Where the command line writes: results to standard output, everything else to standard error. */
export interface Output {
  readonly result: (text: string) => void;
  readonly note: (text: string) => void;
  /** Overwrites the current line on a terminal; silent elsewhere. */
  readonly progress: (text: string) => void;
}

export function terminalOutput(): Output {
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    result(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!process.stderr.isTTY) return;
      clear();
      process.stderr.write(text.slice(0, process.stderr.columns - 1));
      shown = true;
    },
  };
}

/** One JSON document on standard output, and nothing else. */
export function printJson(output: Output, document: unknown): void {
  output.result(JSON.stringify(document, null, 2));
}

export function printError(output: Output, error: SynclineError, json: boolean): void {
  if (json) printJson(output, { error: toErrorRecord(error) });
  output.note(`syncline: ${error.code}: ${error.message}`);
  output.note(`          ${error.remedy}`);
}
