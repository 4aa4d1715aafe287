/** A production, a Supabase project over it, and workspaces that were pulled from it by the command line. */
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { ERROR_KINDS, type ErrorCode } from '../../../src/core/errors.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const KEY = Buffer.alloc(32, 9).toString('base64');

/** Stands in production, and may never be printed. */
const PERSONAL = 'ada@lovelace.test';

/** What wrong credentials are made of, so that a test can see them printed. */
export const WRONG_PASSWORD = 'wrong-password';

const SCHEMA = `
  create table members (id bigint primary key, email text not null unique, section_id int not null);
  create table sections (id int primary key, name text not null);
  alter table members add foreign key (section_id) references sections;
  create table log (line text);
  insert into sections values (1, 'Beavers'), (2, 'Cubs');
  insert into members select n, 'member' || n || '@scouts.test', 1 + n % 2 from generate_series(1, 2500) n;
  insert into members values (0, '${PERSONAL}', 1);
  insert into log values ('a'), ('a');
  alter table sections enable row level security;`;

const READER_SQL = `
  do $$ begin if not exists (select from pg_roles where rolname = 'cli_reader') then
    create role cli_reader login noinherit; end if; end $$;
  grant usage on schema public to cli_reader; grant select on all tables in schema public to cli_reader;`;

export type Environment = Readonly<Record<string, string>>;

/** An error as `--json` prints it. */
export interface PrintedError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface CliProject {
  readonly connectionString: () => string;
  readonly sandbox: () => Sandbox;
  /** The environment for a connection string; as a role that row level security hides rows from when told. */
  direct(as?: 'owner' | 'reader'): Environment;
  /** The environment for supabase-js. */
  http(url?: string, key?: string): Environment;
  /** A copy of a workspace after a pull, until the end of the test or of the suite. */
  workspace(until?: 'test' | 'suite'): string;
  /** `syncline pull --json` in a workspace. */
  pull(at: string, env: Environment, ...more: readonly string[]): Promise<CliRun>;
  /** Asserts what holds for every refusal, and returns the error. */
  refused(run: CliRun, code: ErrorCode): PrintedError;
}

/** Writes the workspace file: properties beside the usual ones, or a whole text. */
export function configure(at: string, file: object | string = {}): void {
  const usual = { local: { path: './dev.db' }, targets: { production: {} } };
  writeFileSync(
    join(at, 'syncline.json'),
    typeof file === 'string' ? file : JSON.stringify({ ...usual, ...file }),
  );
}

/** Sets the project up before the suite it is called in, and takes it away afterwards. */
export function cliProject(): CliProject {
  const folders = { test: temporaryFolders(), suite: temporaryFolders('suite') };
  let postgres: TestPostgres;
  let production: TestDatabase;
  let sandbox: Sandbox;
  let template: string;

  before(async () => {
    postgres = await startPostgres();
    production = await postgres.createDatabase();
    const { connectionString } = production;
    await withClient(connectionString, (client) => client.query(SCHEMA));
    sandbox = await startSandbox({ database: { kind: 'postgres', connectionString }, defaultGrants: true });
    await withClient(connectionString, (client) => client.query(READER_SQL));
    template = folders.suite();
    configure(template);
    const { code, stderr } = await project.pull(template, project.direct());
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await sandbox.stop();
    await production.drop();
    await postgres.stop();
  });

  const project: CliProject = {
    connectionString: () => production.connectionString,
    sandbox: () => sandbox,
    direct(as = 'owner') {
      const url = new URL(production.connectionString);
      if (as === 'reader') url.username = 'cli_reader';
      return { SYNCLINE_DATABASE_URL: url.href, SYNCLINE_MASKING_KEY: KEY };
    },
    http: (url = sandbox.url, key = sandbox.secretKey) => ({
      SYNCLINE_SUPABASE_URL: url,
      SYNCLINE_SUPABASE_KEY: key,
      SYNCLINE_MASKING_KEY: KEY,
    }),
    workspace(until = 'test') {
      const at = folders[until]();
      cpSync(template, at, { recursive: true });
      return at;
    },
    pull: (at, env, ...more) => runCli(['pull', '--workspace', at, '--json', ...more], { env }),
    refused(run, code) {
      const { error } = JSON.parse(run.stdout) as { error: PrintedError };
      assert.equal(error.code, code, run.stdout + run.stderr);
      assert.equal(run.code, ERROR_KINDS[code].exit);
      assert.ok(run.code === 1 || run.code === 3);
      assert.equal(error.remedy, ERROR_KINDS[code].remedy);
      assert.ok(run.stderr.includes(error.message) && run.stderr.includes(error.remedy));
      for (const secret of [PERSONAL, KEY, sandbox.secretKey, WRONG_PASSWORD]) {
        assert.ok(!(run.stdout + run.stderr).includes(secret), `${secret} was printed`);
      }
      return error;
    },
  };
  return project;
}
