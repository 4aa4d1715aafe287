import { Option } from 'commander';
import { CHANGE_METHODS, type ChangeMethod } from '../../core/changes-port.ts';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePull } from '../print-pull.ts';
import { common, type CommandLine } from './command-line.ts';
import { selecting, selectionFrom, type SelectionFlags } from './selection-options.ts';

interface PullFlags extends CommonOptions, SelectionFlags {
  readonly raw?: boolean;
  readonly mode?: 'full' | 'incremental';
  readonly into?: string;
  readonly method?: ChangeMethod;
}

export function addPull({ program, output, environment, run }: CommandLine): void {
  selecting(common(program.command('pull')))
    .description('pull production into the local database, anonymized')
    .addOption(
      new Option(
        '--mode <mode>',
        'what to transfer: full, which is usual, or incremental, which a part and a copy always are',
      ).choices(['full', 'incremental']),
    )
    .option('--children', 'with records or a set: also the rows that refer to them, up to 10000')
    .option('--into <file>', 'leave the local database alone, and make a copy of it with the changes')
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
            ...(options.mode === undefined ? {} : { mode: options.mode }),
            ...selectionFrom(options),
            ...(options.into === undefined ? {} : { into: options.into }),
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
