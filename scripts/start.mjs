/**
 * `npm start`: the demo workspace in an editor, with the sandbox behind it, until Ctrl-C.
 *
 * The command line prepares the workspace and keeps the sandbox running (`demo --serve`); it says so on standard error
 * when both are ready. The editor is VS Code when `code` is on PATH, else VS Code's server, opened in a browser. Further
 * arguments go to `demo`: `npm start -- --members 5000`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installCodeServer } from '../test/support/vscode/code-server.ts';
import { findExecutable } from '../test/support/vscode/command.ts';
import { cacheFolder, projectRoot } from '../test/support/vscode/paths.ts';
import { startServer } from '../test/support/vscode/server.ts';
import { userSettings } from '../test/support/vscode/settings.ts';
import { workbenchAddress } from '../test/support/vscode/workbench-address.ts';

const READY = 'keeps running until Ctrl-C';
const workspace = join(projectRoot, 'demo-workspace');
const closers = [];

async function end(code) {
  for (const close of closers.splice(0).reverse()) await close();
  process.exit(code);
}

/** Resolves when the workspace is there and the sandbox answers. */
function serveDemo() {
  const args = ['dist/cli.cjs', 'demo', '--workspace', workspace, '--serve', ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'pipe'] });
  closers.push(() => child.kill('SIGINT'));
  child.on('exit', (code) => end(code ?? 1));
  return new Promise((resolve) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      process.stderr.write(chunk);
      text += chunk.toString();
      if (text.includes(READY)) resolve();
    });
  });
}

function openInCode(code) {
  const args = [`--extensionDevelopmentPath=${projectRoot}`, '--new-window', workspace];
  spawn(code, args, { stdio: 'inherit' }).on('exit', (status) => {
    if (status !== 0) void end(status ?? 1);
  });
  console.log('\nVS Code opens with the demo workspace.');
}

async function openInBrowser() {
  const codeServer = await installCodeServer((line) => console.log(line));
  const dataFolder = join(cacheFolder, 'start');
  mkdirSync(join(dataFolder, 'data', 'User'), { recursive: true });
  writeFileSync(join(dataFolder, 'data', 'User', 'settings.json'), userSettings({}));
  const server = await startServer(codeServer, { dataFolder });
  closers.push(() => server.stop());
  const address = workbenchAddress(server.port, { workspaceFolder: workspace, extensionPath: projectRoot });
  console.log(`\n"code" is not on PATH. Open VS Code in a browser instead:\n  ${address}`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0));

await serveDemo();
const code = findExecutable('code');
if (code) openInCode(code);
else await openInBrowser();
