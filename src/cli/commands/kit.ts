import { runOperation } from '../../worker/run-operation.ts';
import { targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { common, type CommandLine } from './command-line.ts';

export function addKit({ program, output, environment, run }: CommandLine): void {
  const kit = program.command('kit').description('what a target may install for change tracking');
  common(kit.command('sql'))
    .description('print the kit as a migration file, to be reviewed and deployed like any other')
    .option('--down', 'print the file that removes it again')
    .action(async (options: CommonOptions & { readonly down?: boolean }) =>
      run(options, async (context) => {
        const migration = await runOperation('kitSql', targetRequest(options, environment), context);
        if (options.json === true) printJson(output, migration);
        else output.result(options.down === true ? migration.down : migration.up);
        return 0;
      }),
    );
}
