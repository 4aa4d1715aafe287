import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../src/cli/cli.ts', import.meta.url));

/** Node keeps there what it makes of each source file, which is the larger part of a start. */
const COMPILE_CACHE = fileURLToPath(new URL('../../.cache/compile', import.meta.url));

export interface CliRun {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to an environment without any variable of Syncline's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of everything that the process writes to standard error, as it comes. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the command line in a process of its own, from source. */
export function runCli(
  args: readonly string[],
  { env = {}, onStderr, onStart }: CliOptions = {},
): Promise<CliRun> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SYNCLINE_'));
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(text, child);
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
