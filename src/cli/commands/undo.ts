import type { UndoReport } from '../../engine/undo-report.ts';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describeUndo, describeUndoable } from '../print-undo.ts';
import { common, type CommandLine } from './command-line.ts';

interface UndoFlags extends CommonOptions {
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly rehearse?: boolean;
  readonly arm?: string;
}

export function addUndo({ program, output, environment, run }: CommandLine): void {
  common(program.command('undo'))
    .description('take the last pull or push back; rows that were changed since stay')
    .argument('[run]', 'the run to take back; the latest one when absent')
    .option('--list', 'list the runs that can be undone, and change nothing')
    .option('--dry-run', 'show what would be taken back, and change nothing')
    .option('--rehearse', 'do all of it in transactions that are rolled back')
    .option('--arm <target>', "a protected target's name, to allow undoing a push")
    .action(async (wanted: string | undefined, options: UndoFlags) =>
      run(options, async (context) => {
        const request = targetRequest(options, environment);
        if (options.list === true) {
          const runs = await runOperation('undoable', request, context);
          if (options.json === true) printJson(output, runs);
          else output.result(describeUndoable(runs));
          return 0;
        }
        const key = maskingKeyFrom(environment);
        const report = await runOperation(
          'undo',
          {
            ...request,
            ...(wanted === undefined ? {} : { run: wanted }),
            ...(key === undefined ? {} : { maskingKey: key }),
            mode: options.dryRun === true ? 'plan' : options.rehearse === true ? 'rehearse' : 'apply',
            ...(options.arm === undefined ? {} : { arm: options.arm }),
            replaceLocalEdits: options.yes === true,
          },
          context,
        );
        if (options.json === true) printJson(output, report);
        else output.result(describeUndo(report));
        return exitCodeOf(report);
      }),
    );
}

/** 3: refused by a guard. 2: rows were left that somebody changed since. */
function exitCodeOf({ state, stale }: UndoReport): number {
  if (state === 'refused') return 3;
  return stale.length > 0 ? 2 : 0;
}
