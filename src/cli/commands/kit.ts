import { runOperation } from '../../worker/run-operation.ts';
import { targetRequest, type CommonOptions } from '../environment.ts';
import { kitIsInOrder } from '../../engine/kit-status.ts';
import { printJson } from '../output.ts';
import { describeKit } from '../print-kit.ts';
import { common, type CommandLine } from './command-line.ts';

export function addKit({ program, output, environment, run }: CommandLine): void {
  const kit = program.command('kit').description('what a target may install for change tracking');
  common(kit.command('sql'))
    .description('print the kit as a migration file, to be reviewed and deployed like any other')
    .option('--down', 'print the file that removes it again')
    .option('--write', "write both into the workspace's migrations directory instead")
    .action(async (options: CommonOptions & { readonly down?: boolean; readonly write?: boolean }) =>
      run(options, async (context) => {
        const request = { ...targetRequest(options, environment), write: options.write === true };
        const migration = await runOperation('kitSql', request, context);
        if (migration.current === true)
          output.note('This kit is installed already, and tracks these tables.');
        if (options.json === true) printJson(output, migration);
        else if (migration.files)
          output.result(`Wrote ${migration.files.up}\nand, to remove it, ${migration.files.down}`);
        else output.result(options.down === true ? migration.down : migration.up);
        return 0;
      }),
    );
  common(kit.command('status'))
    .description('show how the kit stands on the target; exits with 2 when it needs attention')
    .action(async (options: CommonOptions) =>
      run(options, async (context) => {
        const report = await runOperation('kitStatus', targetRequest(options, environment), context);
        if (options.json === true) printJson(output, report);
        else output.result(describeKit(report));
        return kitIsInOrder(report) ? 0 : 2;
      }),
    );
}
