import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from '@vscode/test-electron';
import { runCommand } from './command.ts';
import type { ExtensionHostRun } from './extension-host.ts';
import { MissingTool } from './missing-tool.ts';
import { cacheFolder } from './paths.ts';
import { userSettings } from './settings.ts';

/**
 * Runs the suite in VS Code itself, downloaded (SYNCLINE_TEST_VSCODE_VERSION, "stable" when absent). On Linux it needs a
 * display: `xvfb-run -a npm test`.
 * @throws MissingTool where it cannot be downloaded.
 */
export async function runInElectron(run: ExtensionHostRun): Promise<void> {
  const version = process.env['SYNCLINE_TEST_VSCODE_VERSION'] ?? 'stable';
  const vscodeExecutablePath = await downloadAndUnzipVSCode({ version, cachePath: cacheFolder }).catch(
    (error: unknown) => {
      throw new MissingTool(`VS Code ${version} cannot be downloaded: ${String(error)}`);
    },
  );
  const folder = mkdtempSync(join(tmpdir(), 'syncline-electron-'));
  const profile = [
    `--user-data-dir=${join(folder, 'user')}`,
    `--extensions-dir=${join(folder, 'extensions')}`,
  ];
  try {
    mkdirSync(join(folder, 'user', 'User'), { recursive: true });
    writeFileSync(join(folder, 'user', 'User', 'settings.json'), userSettings(run));
    if (run.vsix !== undefined) {
      const [cli, ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath, {
        reuseMachineInstall: true,
      });
      if (cli === undefined) throw new MissingTool('The downloaded VS Code has no command line');
      await runCommand(cli, [...cliArgs, ...profile, `--install-extension=${run.vsix}`]);
    }
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: run.extensionPath,
      extensionTestsPath: run.extensionTestsPath,
      extensionTestsEnv: { ...run.env },
      launchArgs: [run.workspaceFolder, '--skip-welcome', '--skip-release-notes', ...profile],
    }).catch((error: unknown) => {
      // A suite that fails ends so as well; its results are in the file.
      run.print(error instanceof Error ? error.message : String(error));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
