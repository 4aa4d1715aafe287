/**
 * code-server from npm carries the real workbench and extension host (4.139.1 is VS Code 1.139.1), for machines where
 * VS Code itself cannot be downloaded. Installed once into `.vscode-test/`, never a dependency of the project.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findExecutable, runCommand } from './command.ts';
import { MissingTool } from './missing-tool.ts';
import { installSystemPackages } from './system-packages.ts';
import { cacheFolder } from './paths.ts';

const VERSION = '4.139.1';
/** The Node that code-server wants; this package carries the headers that its native parts are built with. */
const NODE_VERSION = '24.21.0';

export interface CodeServer {
  /** Node's executable. */
  readonly node: string;
  /** VS Code's own server script. */
  readonly serverMain: string;
}

function locate(folder: string): CodeServer {
  return {
    node: join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
    serverMain: join(folder, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs `work` while no other process does: two suites may ask for the installation at once. */
async function whileLocked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
      if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
      else await sleep(500);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function installBuildTools(progress: (line: string) => void): Promise<void> {
  const wanted = [
    { package: 'pkg-config', present: findExecutable('pkg-config') !== undefined },
    { package: 'g++', present: findExecutable('g++') !== undefined },
    { package: 'make', present: findExecutable('make') !== undefined },
    { package: 'python3', present: findExecutable('python3') !== undefined },
    {
      package: 'libkrb5-dev',
      present: existsSync('/usr/include/gssapi/gssapi.h') || existsSync('/usr/include/gssapi.h'),
    },
  ];
  const missing = wanted.filter(({ present }) => !present).map((tool) => tool.package);
  if (missing.length > 0) await installSystemPackages(missing, progress);
}

async function install(folder: string, progress: (line: string) => void): Promise<void> {
  await installBuildTools(progress);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const node = `node-linux-${process.arch}`;
  writeFileSync(
    join(partial, 'package.json'),
    JSON.stringify({ private: true, description: 'The workbench that the tests run in.' }),
  );
  const npm = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const quiet = ['--no-fund', '--no-audit', '--save-exact', '--loglevel=error'];
    await runCommand('npm', ['install', ...quiet, ...args], {
      cwd: partial,
      env: { ...npmEnvironment(), ...env },
    });
  };
  progress(`code-server ${VERSION}: installing from npm (about 2 minutes and 620 MB, once)`);
  await npm([`${node}@${NODE_VERSION}`]);
  const nodeFolder = join(partial, 'node_modules', node);
  const path = `${join(nodeFolder, 'bin')}:${process.env['PATH'] ?? ''}`;
  await npm([`code-server@${VERSION}`], {
    PATH: path,
    npm_config_nodedir: nodeFolder,
    // npm 11.16 and later run install scripts of approved packages only; code-server and what it builds are all needed.
    npm_config_dangerously_allow_all_scripts: 'true',
  });
  const built = locate(partial);
  await runCommand(built.node, [built.serverMain, '--version']);
  renameSync(partial, folder);
}

/** This process's environment without what the npm that started us says about our own project. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(cache|registry|https?_?proxy|proxy|noproxy|cafile|userconfig)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}

/**
 * Installs code-server if it is not there yet.
 * @throws MissingTool where it cannot be had.
 */
export async function installCodeServer(progress: (line: string) => void): Promise<CodeServer> {
  if (process.platform !== 'linux') throw new MissingTool('code-server stands in for VS Code on Linux only');
  const folder = join(cacheFolder, `code-server-${VERSION}`);
  const marker = join(folder, 'installed');
  mkdirSync(cacheFolder, { recursive: true });
  await whileLocked(join(cacheFolder, 'install.lock'), async () => {
    if (existsSync(marker)) return;
    try {
      await install(folder, progress);
    } catch (error) {
      if (error instanceof MissingTool) throw error;
      throw new MissingTool(
        `code-server could not be installed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    writeFileSync(marker, `${VERSION}\n`);
    progress(`code-server ${VERSION}: installed`);
  });
  return locate(folder);
}
