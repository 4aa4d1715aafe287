import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { SynclineError } from '../core/errors.ts';
import { WORKSPACE_FILE_NAME } from '../core/rules/workspace-file.ts';
import { runOperation } from '../worker/run-operation.ts';
import { demo, type DemoOptions } from './demo.ts';
import {
  hasCredentials,
  maskingKeyFrom,
  targetRequest,
  type CommonOptions,
  type Environment,
} from './environment.ts';
import { printJson, type Output } from './output.ts';
import { describePreview, describeSuggestion } from './print-masking.ts';
import { describePull } from './print-pull.ts';
import { describePush } from './print-push.ts';
import { describeStatus } from './print-status.ts';
import { runCommand } from './run-command.ts';

interface PullFlags extends CommonOptions {
  readonly raw?: boolean;
  readonly mode: 'full' | 'incremental';
}

interface PushFlags extends CommonOptions {
  readonly dryRun?: boolean;
  readonly rehearse?: boolean;
  readonly arm?: string;
}

interface StatusFlags extends CommonOptions {
  readonly failOnDrift?: boolean;
}

interface PreviewFlags extends CommonOptions {
  readonly rows: number;
}

/** The command line. `onExit` is told the exit code of the command that ran. */
export function createProgram(
  output: Output,
  environment: Environment,
  version: string,
  onExit: (code: number) => void,
): Command {
  const program = new Command('syncline')
    .description('Keeps a local SQLite database and a production Supabase project in step.')
    .version(version)
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    })
    .option('--verbose', 'write the log to standard error');
  const verbose = (): boolean => program.opts<{ verbose?: boolean }>().verbose === true;
  const flags = (options: CommonOptions): { json: boolean; verbose: boolean } => ({
    json: options.json === true,
    verbose: verbose(),
  });

  common(program.command('status'))
    .description('show how the tables stand')
    .option('--fail-on-drift', 'exit with 2 when a table is not in step')
    .action(async (options: StatusFlags) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
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
      ),
    );

  common(program.command('pull'))
    .description('pull production into the local database, anonymized')
    .addOption(
      new Option('--mode <mode>', 'what to transfer').choices(['full', 'incremental']).default('full'),
    )
    .option('--raw', 'pull without masking: personal data will be in the local file')
    .action(async (options: PullFlags) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
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
      ),
    );

  common(program.command('push'))
    .description('push local changes to production: all of them in one transaction, or none')
    .option('--dry-run', 'show what would be pushed, and send nothing')
    .option('--rehearse', 'do all of it on the server in a transaction that is rolled back')
    .option('--arm <target>', "a protected target's name, to allow this push")
    .action(async (options: PushFlags) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
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
      ),
    );

  const kit = program.command('kit').description('what a target may install for change tracking');
  common(kit.command('sql'))
    .description('print the kit as a migration file, to be reviewed and deployed like any other')
    .option('--down', 'print the file that removes it again')
    .action(async (options: CommonOptions & { readonly down?: boolean }) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
          const migration = await runOperation('kitSql', targetRequest(options, environment), context);
          if (options.json === true) printJson(output, migration);
          else output.result(options.down === true ? migration.down : migration.up);
          return 0;
        }),
      ),
    );

  const mask = program.command('mask').description('look at how columns are masked, and write it down');
  common(mask.command('suggest'))
    .description(`write the masking of every column into ${WORKSPACE_FILE_NAME}`)
    .option('--dry-run', 'print the proposed file and write nothing')
    .action(async (options: CommonOptions & { readonly dryRun?: boolean }) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
          const suggestion = await runOperation('maskSuggest', targetRequest(options, environment), context);
          if (options.dryRun !== true) await writeSuggestion(resolve(options.workspace), suggestion.text);
          if (options.json === true) printJson(output, suggestion);
          else output.result(describeSuggestion(suggestion, options.dryRun === true));
          return 0;
        }),
      ),
    );
  common(mask.command('preview <table>'))
    .description('show rows of a table as a pull would write them')
    .option('--rows <number>', 'how many', wholeNumber, 10)
    .action(async (table: string, options: PreviewFlags) =>
      onExit(
        await runCommand(output, flags(options), async (context) => {
          const key = maskingKeyFrom(environment);
          if (key === undefined) {
            throw new SynclineError(
              'MASKING_KEY_MISSING',
              'A preview needs a masking key, and there is none.',
            );
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
      ),
    );

  program
    .command('demo')
    .description('pull a made-up production, anonymized, from a sandbox that runs on this machine')
    .option('--workspace <folder>', 'where the demo workspace is made', 'demo-workspace')
    .option('--members <number>', 'how many members the scout group has (5 to 50000)', wholeNumber, 50)
    .option('--json', 'print the report as JSON')
    .option('--serve', 'keep the sandbox running afterwards, until Ctrl-C')
    .action(async (options: DemoOptions & { readonly json?: boolean }) =>
      onExit(await runCommand(output, flags({ ...options }), (context) => demo(options, output, context))),
    );
  return program;
}

/** The options that every command on a workspace takes. */
function common(command: Command): Command {
  return command
    .option('--workspace <folder>', `the folder that holds ${WORKSPACE_FILE_NAME}`, '.')
    .option('--target <name>', 'a target of the workspace file; its first one when absent')
    .option('--json', 'print one JSON document on standard output')
    .option('--yes', 'agree to what would otherwise be asked');
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SynclineError('USAGE', `"${text}" is not a whole number.`);
  return Number(text);
}

async function writeSuggestion(folder: string, text: string): Promise<void> {
  const path = join(folder, WORKSPACE_FILE_NAME);
  if ((await readFile(path, 'utf8')) !== text) await writeFile(path, text);
}
