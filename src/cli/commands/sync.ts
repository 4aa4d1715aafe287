import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePull } from '../print-pull.ts';
import { describePush } from '../print-push.ts';
import { common, type CommandLine } from './command-line.ts';

interface SyncFlags extends CommonOptions {
  readonly raw?: boolean;
  readonly arm?: string;
}

export function addSync({ program, output, environment, run }: CommandLine): void {
  common(program.command('sync'))
    .description('pull what production changed, and then push what was changed here')
    .option('--raw', 'the last pull was raw: masking stays off')
    .option('--arm <target>', "a protected target's name, to allow this push")
    .action(async (options: SyncFlags) =>
      run(options, async (context) => {
        const key = maskingKeyFrom(environment);
        const report = await runOperation(
          'sync',
          {
            ...targetRequest(options, environment),
            ...(key === undefined ? {} : { maskingKey: key }),
            raw: options.raw === true,
            confirmed: options.yes === true,
            ...(options.arm === undefined ? {} : { arm: options.arm }),
          },
          context,
        );
        const { pull, push, held } = report;
        if (options.json === true) printJson(output, report);
        else {
          const pushed =
            push === undefined ? 'Nothing was pushed: rows wait for a decision.' : describePush(push);
          output.result(`${describePull(pull)}\n\n${pushed}`);
        }
        if (push?.state === 'refused') return 3;
        return held > 0 ? 2 : 0;
      }),
    );
}
