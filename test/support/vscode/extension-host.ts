/** Runs a compiled mocha suite inside a real extension host and brings its results out through a file. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { runInElectron } from './electron.ts';
import { SUITE_STARTS, type SuiteResults } from '../run/results.ts';
import { projectRoot } from './paths.ts';
import { openWorkbench } from './workbench.ts';

export interface ExtensionHostTests {
  /** The source tree to load as the extension under development; the project when neither it nor `vsix` is given. */
  readonly extensionPath?: string;
  /** A packaged extension to install and test instead. */
  readonly vsix?: string;
  readonly workspaceFolder: string;
  /** The compiled suite; `out/test/extension/index.cjs` when absent. */
  readonly extensionTestsPath?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trusted?: boolean;
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the suite prints, line by line. */
  readonly print?: (line: string) => void;
  /** Milliseconds after which a run that has not ended is given up; 10 minutes when absent. */
  readonly timeout?: number;
}

/** What a backend is asked to run: everything decided. */
export interface ExtensionHostRun {
  readonly extensionPath: string;
  readonly vsix?: string;
  readonly workspaceFolder: string;
  readonly extensionTestsPath: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly trusted: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  readonly timeout: number;
}

/** VS Code asks for an extension under development when it runs tests; a packaged one is not, so this stands in. */
function placeholderExtension(folder: string): string {
  const path = join(folder, 'placeholder');
  mkdirSync(path, { recursive: true });
  const manifest = {
    name: 'placeholder',
    publisher: 'tests',
    version: '0.0.1',
    engines: { vscode: '^1.101.0' },
  };
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  return path;
}

/** What the workbench itself says in the middle of a suite. */
const WORKBENCH_TALK = /^(Ignoring fetching additional builtin extensions|\[AccountPolicyGate\])/;

/** Passes on what the suite prints; what the workbench says before that is kept for the case that it never starts. */
function suiteOutput(print: (line: string) => void): { log(values: unknown[]): void; finish(): void } {
  const before: string[] = [];
  let started = false;
  return {
    log: (values) => {
      const line = format(...values);
      if (WORKBENCH_TALK.test(line)) return;
      if (line === SUITE_STARTS) started = true;
      else if (started) print(line);
      else before.push(line);
    },
    finish: () => {
      if (!started) before.forEach(print);
    },
  };
}

async function runInCodeServer(run: ExtensionHostRun): Promise<void> {
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const output = suiteOutput(run.print);
  const workbench = await openWorkbench({
    ...run,
    progress: run.print,
    beforeLoad: async (page) => {
      // The workbench calls these two in a browser that runs an extension's tests.
      await page.exposeFunction('codeAutomationLog', (_level: string, values: unknown[]) =>
        output.log(values),
      );
      await page.exposeFunction('codeAutomationExit', () => ended());
      page.on('crash', () => ended());
    },
  });
  const timer = setTimeout(ended, run.timeout);
  await end;
  clearTimeout(timer);
  output.finish();
  await workbench.close();
}

/**
 * Runs the suite in code-server, or in VS Code downloaded by @vscode/test-electron when SYNCLINE_TEST_ELECTRON=1.
 * @throws MissingTool where neither can be had.
 */
export async function runExtensionHostTests(tests: ExtensionHostTests): Promise<SuiteResults> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-extension-host-'));
  const resultsFile = join(folder, 'results.json');
  const run: ExtensionHostRun = {
    extensionPath:
      tests.vsix === undefined ? (tests.extensionPath ?? projectRoot) : placeholderExtension(folder),
    ...(tests.vsix === undefined ? {} : { vsix: tests.vsix }),
    workspaceFolder: tests.workspaceFolder,
    extensionTestsPath:
      tests.extensionTestsPath ?? join(projectRoot, 'out', 'test', 'extension', 'index.cjs'),
    settings: tests.settings ?? {},
    trusted: tests.trusted ?? true,
    env: { ...tests.env, SYNCLINE_TEST_RESULTS: resultsFile },
    print: tests.print ?? (() => undefined),
    timeout: tests.timeout ?? 600_000,
  };
  try {
    await (process.env['SYNCLINE_TEST_ELECTRON'] === '1' ? runInElectron(run) : runInCodeServer(run));
    if (!existsSync(resultsFile)) return { passed: 0, failures: [], skipped: [], finished: false };
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as SuiteResults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
