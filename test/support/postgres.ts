import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';

export interface TestDatabase {
  readonly connectionString: string;
  /** Ends every connection to the database and removes it. */
  drop(): Promise<void>;
}

export interface TestPostgres {
  /** The maintenance database `postgres`, as a superuser. */
  readonly connectionString: string;
  /** An empty UTF-8 database; the name is made up when none is given. */
  createDatabase(name?: string): Promise<TestDatabase>;
  /** Gives this caller's share back. The server ends with the test process, or here when nobody else has a share. */
  stop(): Promise<void>;
}

interface RunningServer {
  readonly connectionString: string;
  readonly end: () => Promise<void>;
}

const USER = 'postgres';

/**
 * The guard: a process of its own that waits for its standard input to close, which happens however the test process
 * ends (even by SIGKILL), then stops the server and removes its folder.
 */
const GUARD = `
const { spawn } = require('node:child_process');
const { rmSync } = require('node:fs');
const { program, args, directory, owner } = JSON.parse(process.argv[1]);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...owner });
let ended = false;
const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
child.once('error', () => process.exit(1));
child.once('exit', () => { ended = true; remove(); process.exit(0); });
process.stdin.resume();
process.stdin.once('close', () => { if (!ended) child.kill('SIGINT'); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
`;

let shared: Promise<RunningServer> | undefined;
let shares = 0;

/**
 * A real PostgreSQL server on a free port of 127.0.0.1, in a temporary folder, one for the whole test process: the
 * first caller starts it (a few seconds), the others share it. Ask for a database of your own with createDatabase.
 */
export async function startPostgres(): Promise<TestPostgres> {
  shares += 1;
  shared ??= startAny();
  let server: RunningServer;
  try {
    server = await shared;
  } catch (failure) {
    shares -= 1;
    if (shares === 0) shared = undefined;
    throw failure;
  }
  let returned = false;
  return {
    connectionString: server.connectionString,
    createDatabase: (name) => createDatabase(server.connectionString, name),
    stop: async () => {
      if (returned) return;
      returned = true;
      shares -= 1;
      // Test files follow one another in one process: ending the server between two of them would cost seconds each.
      if (shares === 0 && !insideMocha()) {
        shared = undefined;
        await server.end();
      }
    },
  };
}

function insideMocha(): boolean {
  return 'describe' in globalThis;
}

async function startAny(): Promise<RunningServer> {
  const failures: string[] = [];
  for (const binaries of await findPostgresBinaries()) {
    try {
      return await startWith(binaries);
    } catch (failure) {
      failures.push(`${binaries.origin}: ${failure instanceof Error ? failure.message : String(failure)}`);
    }
  }
  throw new Error(`No PostgreSQL server could be started.\n${failures.join('\n')}`);
}

async function startWith(binaries: PostgresBinaries): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-postgres-'));
  const data = join(directory, 'data');
  const owner = unprivilegedOwner();
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(directory, owner.uid, owner.gid);
  try {
    initialise(binaries.initdb, data, owner);
  } catch (failure) {
    rmSync(directory, { recursive: true, force: true });
    throw failure;
  }
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'];
  // Nothing here has to survive a power cut; the folder is removed at the end.
  for (const off of ['fsync', 'synchronous_commit', 'full_page_writes']) args.push('-c', `${off}=off`);
  if (process.platform !== 'win32') args.push('-c', 'unix_socket_directories=');
  const order = JSON.stringify({ program: binaries.postgres, args, directory, owner });
  const guard = spawn(process.execPath, ['-e', GUARD, order], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  const connectionString = `postgresql://${USER}@127.0.0.1:${port}/postgres`;
  await untilReady(guard, connectionString);
  // Neither the guard nor its pipes may keep a finished test process alive; closing the pipe is what ends the server.
  guard.unref();
  guard.stdin.on('error', () => undefined);
  releasePipe(guard.stdin);
  releasePipe(guard.stderr);
  return {
    connectionString,
    end: () =>
      new Promise((resolve) => {
        guard.ref();
        guard.once('exit', () => resolve());
        guard.stdin.destroy();
      }),
  };
}

/** The pipes of a child are sockets, though their types say only streams. */
function releasePipe(pipe: Readable | Writable): void {
  if (pipe instanceof Socket) pipe.unref();
}

function initialise(initdb: string, data: string, owner: Owner): void {
  const flags = ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--no-sync'];
  let complaint = '';
  // C.UTF-8 is missing on some systems; bytewise order is what the tests rely on in either.
  for (const locale of ['C.UTF-8', 'C']) {
    const made = spawnSync(initdb, [...flags, `--locale=${locale}`], { encoding: 'utf8', ...owner });
    if (made.status === 0) return;
    complaint = made.error?.message ?? made.stderr;
    rmSync(data, { recursive: true, force: true });
  }
  throw new Error(`initdb failed: ${complaint}`);
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root; there it runs as the user postgres, made when absent. */
function unprivilegedOwner(): Owner {
  if (process.platform === 'win32' || userInfo().uid !== 0) return {};
  const id = (flag: string): number => {
    const asked = spawnSync('id', [flag, USER], { encoding: 'utf8' });
    return asked.status === 0 ? Number(asked.stdout) : Number.NaN;
  };
  if (Number.isNaN(id('-u'))) spawnSync('useradd', ['--system', '--user-group', USER]);
  const owner = { uid: id('-u'), gid: id('-g') };
  if (Number.isNaN(owner.uid)) throw new Error(`There is no user "${USER}" to run the server as.`);
  return owner;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function untilReady(guard: ChildProcess, connectionString: string): Promise<void> {
  let log = '';
  guard.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString('utf8')).slice(-4000)));
  const attempts = 300;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (guard.exitCode !== null) throw new Error(`The server ended at once: ${log}`);
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  guard.stdin?.destroy();
  throw new Error(`The server did not answer: ${log}`);
}

async function createDatabase(server: string, name?: string): Promise<TestDatabase> {
  const database = name ?? `test_${randomBytes(6).toString('hex')}`;
  const identifier = pg.escapeIdentifier(database);
  await asSuperuser(server, `create database ${identifier} template template0`);
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  return {
    connectionString: url.href,
    drop: () => asSuperuser(server, `drop database if exists ${identifier} with (force)`),
  };
}

async function asSuperuser(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
