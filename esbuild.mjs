/**
 * Bundles the extension, its worker, the command line, the webview and the suites that run inside the extension host.
 *
 *   node esbuild.mjs                 dist/ and out/, with source maps
 *   node esbuild.mjs --production    minified, without source maps; what goes into the VSIX
 *   node esbuild.mjs --watch         rebuilds on every change
 *   node esbuild.mjs --quiet         prints problems only
 *   node esbuild.mjs --report        also lists what each bundle is made of
 */
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { argv, exit } from 'node:process';
import { context, analyzeMetafile, build } from 'esbuild';

const watch = argv.includes('--watch');
const production = argv.includes('--production');
const report = argv.includes('--report');
const quiet = argv.includes('--quiet');

const say = (line) => {
  if (!quiet) console.log(line);
};

/**
 * What the extension's own bundle must not carry: the engine and the drivers belong to the worker, so that activation
 * stays quick and the extension host's main thread is never blocked.
 */
const workerOnly =
  /(^|\/)node_modules\/(pg|pg-copy-streams|@supabase|@electric-sql)\/|^src\/(databases|ledger)\//;

const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // pg asks for pg-native and Cloudflare's sockets only when told to; neither is installed.
  external: ['vscode', 'better-sqlite3', '@electric-sql/pglite', 'pg-native', 'cloudflare:sockets', 'mocha'],
  mainFields: ['module', 'main'],
  // import.meta.url is undefined in CommonJS: whoever relies on it learns so here and not at run time.
  logOverride: { 'empty-import-meta': 'error' },
};

/**
 * The suites lie in the project and may find things by their own place, which CommonJS names otherwise. A support file
 * two folders deep (test/support/vscode) finds the project's root from out/test/extension as well.
 */
const suite = {
  ...node,
  define: { 'import.meta.url': '__fileUrl', 'import.meta.dirname': '__dirname' },
  banner: { js: "const __fileUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** esbuild keeps the source's own line; two of them would not parse. */
function hasShebang(entry) {
  return existsSync(entry) && readFileSync(entry, 'utf8').startsWith('#!');
}

const bundles = [
  { name: 'extension', entry: 'src/extension.ts', outfile: 'dist/extension.cjs', options: node },
  { name: 'worker', entry: 'src/worker/worker.ts', outfile: 'dist/worker.cjs', options: node },
  {
    name: 'cli',
    entry: 'src/cli/cli.ts',
    outfile: 'dist/cli.cjs',
    options: hasShebang('src/cli/cli.ts') ? node : { ...node, banner: { js: '#!/usr/bin/env node' } },
  },
  {
    name: 'webview',
    entry: 'webview-ui/main.ts',
    outfile: 'dist/webview.js',
    options: { bundle: true, platform: 'browser', format: 'iife', target: 'chrome134' },
  },
  ...globSync('test/extension/**/*.ts')
    .sort()
    .map((entry) => ({
      name: `test ${basename(entry, '.ts')}`,
      entry,
      outfile: join('out', entry).replace(/\.ts$/, '.cjs'),
      options: suite,
      test: true,
    })),
];

/** Fails the build when the extension's bundle carries what belongs to the worker. */
function checkExtension(metafile) {
  const strays = Object.keys(metafile.inputs).filter((input) => workerOnly.test(input));
  if (strays.length === 0) return;
  throw new Error(
    `dist/extension.cjs must leave the engine and its drivers to the worker, but it bundles ${strays.slice(0, 5).join(', ')}`,
  );
}

/** Prints the size of what was built, and fails the build on a bundle that breaks its rules. */
const inspect = ({ name, outfile, test }) => ({
  name: 'inspect',
  setup(pluginBuild) {
    pluginBuild.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0 || !metafile) return {};
      if (name === 'extension') checkExtension(metafile);
      if (test) return {};
      mkdirSync('out/meta', { recursive: true });
      writeFileSync(`out/meta/${name}.json`, JSON.stringify(metafile));
      const kilobytes = (metafile.outputs[outfile]?.bytes ?? 0) / 1024;
      say(`${outfile.padEnd(20)} ${kilobytes.toFixed(1).padStart(8)} KB`);
      if (report) console.log(await analyzeMetafile(metafile));
      return {};
    });
  },
});

/** Removes what an earlier build left and this one does not make; what it makes is replaced in place. */
function removeStale(kept) {
  const suffixes = production ? [''] : ['', '.map'];
  const made = new Set(
    kept.flatMap(({ outfile, test }) => (test ? ['', '.map'] : suffixes).map((end) => outfile + end)),
  );
  for (const file of globSync(['dist/**/*.*', 'out/test/**/*.*'])) if (!made.has(file)) rmSync(file);
}

const present = bundles.filter(({ entry, outfile }) => {
  if (existsSync(entry)) return true;
  say(`${outfile.padEnd(20)}  skipped: ${entry} does not exist`);
  return false;
});

const plans = present.map((bundle) => ({
  ...bundle.options,
  entryPoints: [bundle.entry],
  outfile: bundle.outfile,
  metafile: true,
  minify: production && !bundle.test,
  sourcemap: !production || bundle.test,
  logLevel: 'warning',
  plugins: [inspect(bundle)],
}));

if (watch) {
  const contexts = await Promise.all(plans.map((plan) => context(plan)));
  await Promise.all(contexts.map((one) => one.watch()));
  say('Watching for changes; Ctrl-C ends.');
} else {
  const results = await Promise.allSettled(plans.map((plan) => build(plan)));
  const failed = results.filter(({ status }) => status === 'rejected');
  if (failed.length === 0) {
    removeStale(present);
    if (existsSync('dist/cli.cjs')) chmodSync('dist/cli.cjs', 0o755);
  }
  const testCount = present.filter(({ test }) => test).length;
  if (failed.length === 0 && testCount > 0) say(`out/test/extension    ${testCount} files`);
  exit(failed.length === 0 ? 0 : 1);
}
