import type { Command } from 'commander';
import { SynclineError } from '../../core/errors.ts';
import { WORKSPACE_FILE_NAME } from '../../core/rules/workspace-file.ts';
import type { OperationContext } from '../../worker/run-operation.ts';
import type { CommonOptions, Environment } from '../environment.ts';
import type { Output } from '../output.ts';

/** What every command is made with. */
export interface CommandLine {
  readonly program: Command;
  readonly output: Output;
  readonly environment: Environment;
  /** Does a command's work, prints how it fails, and tells the exit code: the work's own, 0 when it gives none. */
  readonly run: (
    options: Pick<CommonOptions, 'json'>,
    work: (context: OperationContext) => Promise<number | undefined>,
  ) => Promise<void>;
}

/** The options that every command on a workspace takes. */
export function common(command: Command): Command {
  return command
    .option('--workspace <folder>', `the folder that holds ${WORKSPACE_FILE_NAME}`, '.')
    .option('--target <name>', 'a target of the workspace file; its first one when absent')
    .option('--json', 'print one JSON document on standard output')
    .option('--yes', 'agree to what would otherwise be asked');
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SynclineError('USAGE', `"${text}" is not a whole number.`);
  return Number(text);
}
