import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SynclineError, toSynclineError } from '../core/errors.ts';
import { printError, terminalOutput } from './output.ts';
import { createProgram } from './program.ts';

// Rows die young: letting V8 grow the space for them costs a hundred megabytes and gains nothing that can be measured.
setFlagsFromString('--semi-space-growth-factor=1');

const output = terminalOutput();
const program = createProgram(output, process.env, manifest.version, (code) => {
  process.exitCode = code;
});
for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)]) {
  command.exitOverride();
}
program.parseAsync().catch((thrown: unknown) => {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? 0 : 1;
    if (thrown.exitCode === 0 || !process.argv.includes('--json')) return;
    printError(output, new SynclineError('USAGE', thrown.message.replace(/^error: /, '')), true);
    return;
  }
  const error = toSynclineError(thrown);
  printError(output, error, process.argv.includes('--json'));
  process.exitCode = error.exitCode;
});
