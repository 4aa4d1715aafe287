import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CodeServer } from './code-server.ts';

export interface Server {
  readonly port: number;
  /** What the server and its extension hosts have printed so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Holds the settings, the state, the logs and the installed extensions. */
  readonly dataFolder: string;
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

const READY = /Extension host agent listening on (\d+)/;

/** Nothing is asked of the network. */
const NO_GALLERY = '{}';

/** This process's environment without what a VS Code whose terminal we were started from says about itself. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name)),
  );
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    // The server leads a process group: extension hosts, watchers and pty hosts end with it.
    process.kill(-child.pid, name);
  } catch {
    // The group has ended already.
  }
}

/** Starts VS Code's server on a free port of the loopback address. */
export async function startServer(codeServer: CodeServer, options: ServerOptions): Promise<Server> {
  const args = [
    codeServer.serverMain,
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level=off',
    '--enable-smoke-test-driver',
    `--server-data-dir=${options.dataFolder}`,
  ];
  const child = spawn(codeServer.node, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inheritedEnvironment(), EXTENSIONS_GALLERY: NO_GALLERY, ...options.env },
  });
  let output = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const onExit = () => signal(child, 'SIGKILL');
  process.once('exit', onExit);

  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = READY.exec(output)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code ?? ''}:\n${output}`)));
  });

  return {
    port,
    output: () => output,
    stop: async () => {
      signal(child, 'SIGTERM');
      await Promise.race([exited, sleep(5000, undefined, { ref: false })]);
      signal(child, 'SIGKILL');
      await exited;
      process.off('exit', onExit);
    },
  };
}

/** Installs a packaged extension, as a person would with "Install from VSIX...". */
export function installArguments(vsix: string, dataFolder: string): string[] {
  return [
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--server-data-dir=${dataFolder}`,
    `--install-extension=${vsix}`,
  ];
}
