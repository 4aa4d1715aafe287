/**
 * Runs test/extension inside a real extension host, on the source tree: `node test/support/vscode/run-extension-suite.ts`.
 * SYNCLINE_TEST_GREP chooses tests by title.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoProject } from '../demo-project.ts';
import { runExtensionHostTests } from './extension-host.ts';
import { MissingTool } from './missing-tool.ts';
import type { SuiteResults } from '../run/results.ts';

const MEMBERS = 60;

const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-workspace-'));

async function run(): Promise<SuiteResults> {
  // It runs here, beside the extension host, as production does.
  const sandbox = await startDemoProject(MEMBERS);
  const access = { url: sandbox.url, secretKey: sandbox.secretKey, members: MEMBERS };
  try {
    return await runExtensionHostTests({
      workspaceFolder,
      env: { SYNCLINE_TEST_SANDBOX: JSON.stringify(access) },
      print: (line) => {
        console.log(line);
      },
    });
  } catch (error) {
    if (!(error instanceof MissingTool) || process.env['CI'] === 'true') throw error;
    const skipped = [{ title: 'the extension host', reason: error.message }];
    return { passed: 0, failures: [], skipped, finished: true };
  } finally {
    await sandbox.stop();
    rmSync(workspaceFolder, { recursive: true, force: true });
  }
}

const results = await run();
const file = process.env['SYNCLINE_TEST_RESULTS'];
if (file !== undefined) writeFileSync(file, JSON.stringify(results));
console.log(`${results.passed} passed, ${results.failures.length} failed`);
process.exitCode = results.finished && results.failures.length === 0 ? 0 : 1;
