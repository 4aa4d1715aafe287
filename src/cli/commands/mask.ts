import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SynclineError } from '../../core/errors.ts';
import { WORKSPACE_FILE_NAME } from '../../core/rules/workspace-file.ts';
import { runOperation } from '../../worker/run-operation.ts';
import { maskingKeyFrom, targetRequest, type CommonOptions } from '../environment.ts';
import { printJson } from '../output.ts';
import { describePreview, describeSuggestion } from '../print-masking.ts';
import { common, wholeNumber, type CommandLine } from './command-line.ts';

interface PreviewFlags extends CommonOptions {
  readonly rows: number;
}

export function addMask({ program, output, environment, run }: CommandLine): void {
  const mask = program.command('mask').description('look at how columns are masked, and write it down');
  common(mask.command('suggest'))
    .description(`write the masking of every column into ${WORKSPACE_FILE_NAME}`)
    .option('--dry-run', 'print the proposed file and write nothing')
    .action(async (options: CommonOptions & { readonly dryRun?: boolean }) =>
      run(options, async (context) => {
        const suggestion = await runOperation('maskSuggest', targetRequest(options, environment), context);
        if (options.dryRun !== true) await writeSuggestion(resolve(options.workspace), suggestion.text);
        if (options.json === true) printJson(output, suggestion);
        else output.result(describeSuggestion(suggestion, options.dryRun === true));
        return 0;
      }),
    );
  common(mask.command('preview <table>'))
    .description('show rows of a table as a pull would write them')
    .option('--rows <number>', 'how many', wholeNumber, 10)
    .action(async (table: string, options: PreviewFlags) =>
      run(options, async (context) => {
        const key = maskingKeyFrom(environment);
        if (key === undefined) {
          throw new SynclineError('MASKING_KEY_MISSING', 'A preview needs a masking key, and there is none.');
        }
        const preview = await runOperation(
          'maskPreview',
          { ...targetRequest(options, environment), maskingKey: key, table, rows: options.rows },
          context,
        );
        if (options.json === true) printJson(output, preview);
        else output.result(describePreview(preview));
        return 0;
      }),
    );
}

async function writeSuggestion(folder: string, text: string): Promise<void> {
  const path = join(folder, WORKSPACE_FILE_NAME);
  if ((await readFile(path, 'utf8')) !== text) await writeFile(path, text);
}
