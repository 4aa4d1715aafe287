import { runOperation } from '../../worker/run-operation.ts';
import { hasCredentials, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describeStatus } from '../print-status.ts';
import { common, type CommandLine } from './command-line.ts';

interface StatusFlags extends CommonOptions {
  readonly failOnDrift?: boolean;
}

export function addStatus({ program, output, environment, run }: CommandLine): void {
  common(program.command('status'))
    .description('show how the tables stand')
    .option('--fail-on-drift', 'exit with 2 when a table is not in step')
    .action(async (options: StatusFlags) =>
      run(options, async (context) => {
        const { credentials, ...request } = targetRequest(options, environment);
        const result = await runOperation(
          'status',
          hasCredentials(credentials) ? { ...request, credentials } : request,
          context,
        );
        if (options.json === true) printJson(output, result);
        else output.result(describeStatus(result));
        const inStep = result.targets.every((target) =>
          target.tables.every((table) => table.drift === 'in-step'),
        );
        return options.failOnDrift === true && !inStep ? 2 : 0;
      }),
    );
}
