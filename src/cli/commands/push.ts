import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePush } from '../print-push.ts';
import { common, type CommandLine } from './command-line.ts';

interface PushFlags extends CommonOptions {
  readonly dryRun?: boolean;
  readonly rehearse?: boolean;
  readonly arm?: string;
}

export function addPush({ program, output, environment, run }: CommandLine): void {
  common(program.command('push'))
    .description('push local changes to production: all of them in one transaction, or none')
    .option('--dry-run', 'show what would be pushed, and send nothing')
    .option('--rehearse', 'do all of it on the server in a transaction that is rolled back')
    .option('--arm <target>', "a protected target's name, to allow this push")
    .action(async (options: PushFlags) =>
      run(options, async (context) => {
        const key = maskingKeyFrom(environment);
        const report = await runOperation(
          'push',
          {
            ...targetRequest(options, environment),
            ...(key === undefined ? {} : { maskingKey: key }),
            mode: options.dryRun === true ? 'plan' : options.rehearse === true ? 'rehearse' : 'push',
            ...(options.arm === undefined ? {} : { arm: options.arm }),
          },
          context,
        );
        if (options.json === true) printJson(output, report);
        else output.result(describePush(report));
        return report.state === 'refused' ? 3 : 0;
      }),
    );
}
