import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { WORKSPACE_FILE_NAME } from '../core/rules/workspace-file.ts';
import { CREATE_CATALOG_FUNCTION_SQL } from '../databases/kit/catalog-function-sql.ts';
import { demoRowsSql } from '../sandbox/demo/rows.ts';
import { demoSchemaSql } from '../sandbox/demo/schema-sql.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { runOperation, type OperationContext } from '../worker/run-operation.ts';
import { maskingKeyFrom } from './environment.ts';
import { printJson, type Output } from './output.ts';
import { describePull } from './print-pull.ts';

export interface DemoOptions {
  readonly workspace: string;
  readonly members: number;
  readonly json?: boolean;
  readonly serve?: boolean;
}

/** Starts the sandbox with a scout group's production, makes a workspace, and pulls anonymized into it. */
export async function demo(options: DemoOptions, output: Output, context: OperationContext): Promise<number> {
  const folder = resolve(options.workspace);
  output.note(`Starting a Supabase project in a box, with a scout group of ${options.members} members...`);
  const sandbox = await startDemoSandbox(options.members);
  try {
    await makeWorkspace(folder, sandbox.url);
    const report = await runOperation(
      'pull',
      {
        folder,
        credentials: { supabaseUrl: sandbox.url, supabaseKey: sandbox.secretKey },
        maskingKey: maskingKeyFrom(process.env) ?? randomBytes(32).toString('base64'),
        replaceLocalEdits: true,
      },
      context,
    );
    if (options.json === true) printJson(output, report);
    else output.result(describePull(report));
    if (options.serve === true) await serveUntilCancelled(sandbox, folder, output, context.signal);
    return 0;
  } finally {
    await sandbox.stop();
  }
}

async function startDemoSandbox(members: number): Promise<Sandbox> {
  const sandbox = await startSandbox({
    database: { kind: 'pglite' },
    setupSql: [demoSchemaSql, CREATE_CATALOG_FUNCTION_SQL],
  });
  try {
    for (const statement of demoRowsSql({ members })) await sandbox.execute(statement);
    await sandbox.execute('ANALYZE');
    await sandbox.reload();
    return sandbox;
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

const NEW_WORKSPACE_FILE = `{
  "local": { "path": "./dev.db" },
  "targets": { "production": { "protected": true } }
}
`;

/** A folder with a workspace file that points at the sandbox, whose port is another one each time. */
async function makeWorkspace(folder: string, url: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, WORKSPACE_FILE_NAME);
  const text = existsSync(path) ? await readFile(path, 'utf8') : NEW_WORKSPACE_FILE;
  const edits = modify(text, ['targets', 'production', 'supabaseUrl'], url, {
    formattingOptions: { insertSpaces: true, tabSize: 2 },
  });
  await writeFile(path, applyEdits(text, edits));
}

async function serveUntilCancelled(
  sandbox: Sandbox,
  folder: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  output.note(
    [
      '',
      'The sandbox keeps running until Ctrl-C. To connect the editor:',
      `  workspace   ${folder}`,
      `  URL         ${sandbox.url}`,
      `  secret key  ${sandbox.secretKey}`,
    ].join('\n'),
  );
  await new Promise<void>((ended) => signal.addEventListener('abort', () => ended(), { once: true }));
}
