import { Option } from 'commander';
import { CHANGE_METHODS, type ChangeMethod } from '../../core/changes-port.ts';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePull } from '../print-pull.ts';
import { common, type CommandLine } from './command-line.ts';

interface PullFlags extends CommonOptions {
  readonly raw?: boolean;
  readonly mode: 'full' | 'incremental';
  readonly method?: ChangeMethod;
}

export function addPull({ program, output, environment, run }: CommandLine): void {
  common(program.command('pull'))
    .description('pull production into the local database, anonymized')
    .addOption(
      new Option('--mode <mode>', 'what to transfer').choices(['full', 'incremental']).default('full'),
    )
    .addOption(
      new Option('--method <method>', 'the only way in which an incremental pull may find changes').choices([
        ...CHANGE_METHODS,
      ]),
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
            ...(options.method === undefined ? {} : { method: options.method }),
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
