import { Option } from 'commander';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePull } from '../print-pull.ts';
import { common, type CommandLine } from './command-line.ts';

interface PullFlags extends CommonOptions {
  readonly raw?: boolean;
  readonly mode: 'full' | 'incremental';
}

export function addPull({ program, output, environment, run }: CommandLine): void {
  common(program.command('pull'))
    .description('pull production into the local database, anonymized')
    .addOption(
      new Option('--mode <mode>', 'what to transfer').choices(['full', 'incremental']).default('full'),
    )
    .option('--raw', 'pull without masking: personal data will be in the local file')
    .action(async (options: PullFlags) =>
      run(options, async (context) => {
        const key = maskingKeyFrom(environment);
        const report = await runOperation(
          'pull',
          {
            ...targetRequest(options, environment),
            ...(key === undefined ? {} : { maskingKey: key }),
            mode: options.mode,
            raw: options.raw === true,
            replaceLocalEdits: options.yes === true,
          },
          context,
        );
        if (options.json === true) printJson(output, report);
        else output.result(describePull(report));
        return 0;
      }),
    );
}
