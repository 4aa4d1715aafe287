import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { skipWithout } from '../support/skip.ts';
import { runCommand } from '../support/vscode/command.ts';
import { runExtensionHostTests } from '../support/vscode/extension-host.ts';
import { artifactsFolder, projectRoot } from '../support/vscode/paths.ts';
import { zipEntries } from '../support/zip-entries.ts';

/** Everything that may be in the VSIX. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension\.cjs|worker\.cjs|webview\.js|webview\.css)$/,
  /^extension\/(l10n|language|schemas)\/[\w.-]+\.json$/,
  /^extension\/media\/([\w-]+\/)*[\w.-]+\.(svg|png|md)$/,
  /^extension\/node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/[\w/-]+\.js)$/,
  /^extension\/node_modules\/better-sqlite3\/prebuilds\/(linux|linuxmusl|darwin|win32)-(x64|arm64)\.node$/,
];

const REQUIRED = [
  'extension/package.json',
  'extension/LICENSE.txt',
  'extension/dist/extension.cjs',
  'extension/dist/worker.cjs',
  'extension/node_modules/better-sqlite3/lib/index.js',
  ...['linux', 'linuxmusl', 'darwin', 'win32'].flatMap((system) =>
    ['x64', 'arm64'].map(
      (processor) => `extension/node_modules/better-sqlite3/prebuilds/${system}-${processor}.node`,
    ),
  ),
];

/** What a bundle of the VSIX may ask for when it runs: the editor, the driver, Node; pg's options are never taken. */
const AVAILABLE = new Set(['vscode', 'better-sqlite3', 'pg-native', 'cloudflare:sockets', ...builtinModules]);

const MEGABYTE = 1024 * 1024;

describe('The packaged extension', function () {
  this.timeout(300_000);
  const vsix = join(artifactsFolder, 'syncline.vsix');

  before(async () => {
    mkdirSync(artifactsFolder, { recursive: true });
    rmSync(vsix, { force: true });
    await runCommand('npm', ['run', '--silent', 'package', '--', '--out', vsix], { cwd: projectRoot });
  });

  it('holds what it needs and nothing else', () => {
    const entries = zipEntries(vsix);
    const names = entries.map(({ name }) => name);
    const total = entries.reduce((sum, { packedSize }) => sum + packedSize, 0);
    for (const { name, size } of entries) console.log(`${String(size).padStart(10)}  ${name}`);
    console.log(`${(total / MEGABYTE).toFixed(1)} MB in ${entries.length} files`);
    const strays = names.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)));
    assert.deepEqual(strays, []);
    assert.deepEqual(
      REQUIRED.filter((name) => !names.includes(name)),
      [],
    );
    assert.ok(total < 12 * MEGABYTE, `it has grown to ${total} bytes`);
  });

  it('asks for no module that is not in it', () => {
    for (const bundle of ['extension', 'worker']) {
      const metafile = JSON.parse(
        readFileSync(join(projectRoot, 'out', 'meta', `${bundle}.json`), 'utf8'),
      ) as Metafile;
      const outside = Object.values(metafile.outputs)
        .flatMap(({ imports }) => imports)
        .filter(({ external }) => external === true)
        .map(({ path }) => path.replace(/^node:/, ''));
      assert.deepEqual(
        outside.filter((path) => !AVAILABLE.has(path)),
        [],
        bundle,
      );
    }
  });

  it('installs, activates and loads its driver in a fresh editor', async function () {
    const workspaceFolder = mkdtempSync(join(tmpdir(), 'syncline-vsix-'));
    const running = runExtensionHostTests({
      vsix,
      workspaceFolder,
      env: { SYNCLINE_TEST_GREP: '@smoke', SYNCLINE_TEST_PACKAGED: '1' },
      print: (line) => {
        console.log(line);
      },
    }).finally(() => rmSync(workspaceFolder, { recursive: true, force: true }));
    const results = await skipWithout(this, running);
    assert.deepEqual(results.failures, []);
    assert.equal(results.finished, true, `it ended during "${results.current ?? 'its start'}"`);
    assert.ok(results.passed >= 4, `only ${results.passed} tests ran`);
  });
});
