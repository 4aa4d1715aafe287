import { toSynclineError } from '../core/errors.ts';
import type { Log, PullProgress } from '../engine/progress.ts';
import type { OperationContext } from '../worker/run-operation.ts';
import { printError, type Output } from './output.ts';
import { formatBytes, formatCount } from './text-table.ts';

/**
 * Runs a command's work with a cancel signal from Ctrl-C, and returns the process's exit code: 0, the work's own, or
 * the error's.
 */
export async function runCommand(
  output: Output,
  { json = false, verbose = false }: { readonly json?: boolean; readonly verbose?: boolean },
  work: (context: OperationContext) => Promise<number | undefined>,
): Promise<number> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    output.note('Cancelling; the local database stays as it was. (Ctrl-C again to end at once.)');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const log: Log = (level, message) => {
    if (verbose || level === 'warn') output.note(`${level}: ${message}`);
  };
  try {
    const code = await work({
      signal: controller.signal,
      onProgress: (progress) => output.progress(describeProgress(progress)),
      log,
    });
    return code ?? 0;
  } catch (thrown) {
    const error = toSynclineError(thrown);
    printError(output, error, json);
    if (verbose && error.code === 'INTERNAL' && error.cause instanceof Error)
      output.note(String(error.cause.stack));
    return error.exitCode;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

export function describeProgress(progress: PullProgress): string {
  const { phase, table, rowsDone, rowsTotal, bytes } = progress;
  const share = rowsTotal === 0 ? '' : ` ${Math.floor((100 * rowsDone) / rowsTotal)} %`;
  const rows =
    phase === 'load'
      ? ` ${formatCount(rowsDone)} of ${formatCount(rowsTotal)} rows, ${formatBytes(bytes)}`
      : '';
  return `${phase}${share}${table === undefined ? '' : ` ${table}`}${rows}`;
}
