import type { PushReport } from '../../engine/push-report.ts';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePush } from '../print-push.ts';
import { common, type CommandLine } from './command-line.ts';
import { selecting, selectionFrom, type SelectionFlags } from './selection-options.ts';

interface PushFlags extends CommonOptions, SelectionFlags {
  readonly dryRun?: boolean;
  readonly rehearse?: boolean;
  readonly arm?: string;
  readonly rowByRow?: boolean;
  readonly approve?: readonly string[];
}

const EXIT_CODES: Readonly<Partial<Record<PushReport['state'], number>>> = { refused: 3, partial: 2 };

export function addPush({ program, output, environment, run }: CommandLine): void {
  selecting(common(program.command('push')))
    .description('push local changes to production: all of them, or none')
    .option('--dry-run', 'show what would be pushed, and send nothing')
    .option('--rehearse', 'do all of it on the server in a transaction that is rolled back')
    .option('--arm <target>', "a protected target's name, to allow this push")
    .option('--approve <table...>', 'tables whose "push" is "approval" in syncline.json, to allow this push')
    .option('--row-by-row', 'push row by row where there is neither the kit nor a connection string')
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
            ...(options.approve === undefined ? {} : { approved: options.approve }),
            ...selectionFrom(options),
            confirmed: options.yes ?? false,
            rowByRow: options.rowByRow ?? false,
          },
          context,
        );
        if (options.json === true) printJson(output, report);
        else output.result(describePush(report));
        return EXIT_CODES[report.state] ?? 0;
      }),
    );
}
