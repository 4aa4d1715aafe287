import { Command } from 'commander';
import type { CommandLine } from './commands/command-line.ts';
import { addDemo } from './commands/demo.ts';
import { addKit } from './commands/kit.ts';
import { addMask } from './commands/mask.ts';
import { addPull } from './commands/pull.ts';
import { addPush } from './commands/push.ts';
import { addStatus } from './commands/status.ts';
import { addSync } from './commands/sync.ts';
import { addUndo } from './commands/undo.ts';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';
import { runCommand } from './run-command.ts';

/** The command line. `onExit` is told the exit code of the command that ran. */
export function createProgram(
  output: Output,
  environment: Environment,
  version: string,
  onExit: (code: number) => void,
): Command {
  const program = new Command('syncline')
    .description('Keeps a local SQLite database and a production Supabase project in step.')
    .version(version)
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    })
    .option('--verbose', 'write the log to standard error');
  const line: CommandLine = {
    program,
    output,
    environment,
    run: async ({ json = false }, work) => {
      const verbose = program.opts<{ verbose?: boolean }>().verbose === true;
      onExit(await runCommand(output, { json, verbose }, work));
    },
  };
  for (const add of [addStatus, addPull, addPush, addSync, addUndo, addKit, addMask, addDemo]) add(line);
  return program;
}
