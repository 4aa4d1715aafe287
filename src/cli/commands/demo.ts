import { demo, type DemoOptions } from '../demo.ts';
import { wholeNumber, type CommandLine } from './command-line.ts';

export function addDemo({ program, output, run }: CommandLine): void {
  program
    .command('demo')
    .description('pull a made-up production, anonymized, from a sandbox that runs on this machine')
    .option('--workspace <folder>', 'where the demo workspace is made', 'demo-workspace')
    .option('--members <number>', 'how many members the scout group has (5 to 50000)', wholeNumber, 50)
    .option('--json', 'print the report as JSON')
    .option('--serve', 'keep the sandbox running afterwards, until Ctrl-C')
    .action(async (options: DemoOptions & { readonly json?: boolean }) =>
      run(options, (context) => demo(options, output, context)),
    );
}
