import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ERROR_KINDS, type ErrorCode } from '../../../src/core/errors.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { interceptingProxy } from '../../support/intercepting-proxy.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { skip } from '../../support/skip.ts';
import { bytesOf, dump, execute } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { closedPort, selfSignedSite, webSite, type TestServer } from '../databases/test-servers.ts';

const KEY = Buffer.alloc(32, 9).toString('base64');
const SECRET = 'ada@lovelace.test';

const SCHEMA = `
  create table members (id bigint primary key, email text not null unique, section_id int not null);
  create table sections (id int primary key, name text not null);
  alter table members add foreign key (section_id) references sections;
  create table log (line text);
  insert into sections values (1, 'Beavers'), (2, 'Cubs');
  insert into members select n, 'member' || n || '@scouts.test', 1 + n % 2 from generate_series(1, 2500) n;
  insert into members values (0, '${SECRET}', 1);
  insert into log values ('a'), ('a');
  alter table sections enable row level security;`;

describe('bad input to the command line', function () {
  this.timeout(60_000);
  const folder = temporaryFolders();
  const suiteFolder = temporaryFolders('suite');
  const servers: TestServer[] = [];
  let postgres: TestPostgres;
  let production: TestDatabase;
  let sandbox: Sandbox;
  /** A workspace after a pull. */
  let template: string;

  before(async () => {
    postgres = await startPostgres();
    production = await postgres.createDatabase();
    await withClient(production.connectionString, (client) => client.query(SCHEMA));
    sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString: production.connectionString },
      defaultGrants: true,
    });
    await withClient(production.connectionString, (client) =>
      client.query(`
        do $$ begin if not exists (select from pg_roles where rolname = 'cli_reader') then
          create role cli_reader login noinherit; end if; end $$;
        grant usage on schema public to cli_reader; grant select on all tables in schema public to cli_reader;`),
    );
    template = suiteFolder();
    configure(template);
    const { code, stderr } = await pull(template, direct());
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await sandbox.stop();
    for (const server of servers) await server.stop();
    await production.drop();
    await postgres.stop();
  });

  type Environment = Readonly<Record<string, string>>;
  const direct = (): Environment => ({
    SYNCLINE_DATABASE_URL: production.connectionString,
    SYNCLINE_MASKING_KEY: KEY,
  });
  const http = (url = sandbox.url, key = sandbox.secretKey): Environment => ({
    SYNCLINE_SUPABASE_URL: url,
    SYNCLINE_SUPABASE_KEY: key,
    SYNCLINE_MASKING_KEY: KEY,
  });
  const asReader = (): Environment => {
    const url = new URL(production.connectionString);
    url.username = 'cli_reader';
    return { ...direct(), SYNCLINE_DATABASE_URL: url.href };
  };

  function configure(at: string, file: object | string = {}): void {
    const text = { local: { path: './dev.db' }, targets: { production: {} } };
    writeFileSync(
      join(at, 'syncline.json'),
      typeof file === 'string' ? file : JSON.stringify({ ...text, ...file }),
    );
  }

  function pull(at: string, env: Environment, ...more: readonly string[]): Promise<CliRun> {
    return runCli(['pull', '--workspace', at, '--json', ...more], { env });
  }

  function workspace(): string {
    const at = folder();
    cpSync(template, at, { recursive: true });
    return at;
  }

  /** Asserts what holds for every refusal; returns the error. */
  function refused(
    run: CliRun,
    code: ErrorCode,
  ): { readonly message: string; readonly details: Record<string, unknown> } {
    const document = JSON.parse(run.stdout) as {
      error: { code: string; message: string; remedy: string; details: Record<string, unknown> };
    };
    assert.equal(document.error.code, code, run.stdout + run.stderr);
    assert.equal(run.code, ERROR_KINDS[code].exit);
    assert.ok(run.code === 1 || run.code === 3);
    assert.equal(document.error.remedy, ERROR_KINDS[code].remedy);
    assert.ok(run.stderr.includes(document.error.message) && run.stderr.includes(document.error.remedy));
    for (const secret of [SECRET, KEY, sandbox.secretKey, 'wrong-password']) {
      assert.ok(!(run.stdout + run.stderr).includes(secret), `${secret} was printed`);
    }
    return document.error;
  }

  interface BadInput {
    readonly what: string;
    readonly code: ErrorCode;
    readonly env: () => Environment | Promise<Environment>;
    readonly file?: object | string;
    readonly args?: readonly string[];
    readonly message?: RegExp;
  }

  const withServer = async (start: Promise<TestServer>): Promise<number> => {
    const server = await start;
    servers.push(server);
    return server.port;
  };

  const cases: readonly BadInput[] = [
    { what: 'a URL that is none', code: 'REMOTE_URL_INVALID', env: () => http('my project') },
    {
      what: 'a connection string that is none',
      code: 'REMOTE_URL_INVALID',
      env: () => ({ ...direct(), SYNCLINE_DATABASE_URL: 'localhost/db' }),
    },
    {
      what: 'a host that does not exist',
      code: 'REMOTE_UNREACHABLE',
      env: () => http('https://project.invalid'),
    },
    {
      what: 'a web site that is no Supabase project',
      code: 'REMOTE_PROTOCOL',
      env: async () => http(`http://127.0.0.1:${await withServer(webSite())}`),
    },
    {
      what: 'an unencrypted URL of another machine',
      code: 'REMOTE_TLS_REQUIRED',
      env: () => http('http://example.com'),
    },
    {
      what: 'a wrong key',
      code: 'REMOTE_UNAUTHORIZED',
      env: () => http(sandbox.url, 'sb_secret_wrong-password'),
    },
    {
      what: 'a role that does not exist',
      code: 'REMOTE_UNAUTHORIZED',
      env: () => ({
        ...direct(),
        SYNCLINE_DATABASE_URL: production.connectionString.replace('postgres@', 'nobody:wrong-password@'),
      }),
    },
    {
      what: 'a database that does not exist',
      code: 'REMOTE_NOT_FOUND',
      env: () => ({ ...direct(), SYNCLINE_DATABASE_URL: `${production.connectionString}_not` }),
    },
    {
      what: 'a publishable key',
      code: 'REMOTE_ROWS_HIDDEN',
      env: () => http(sandbox.url, sandbox.publishableKey),
      message: /hides/,
    },
    {
      what: 'a role under row level security',
      code: 'REMOTE_ROWS_HIDDEN',
      env: asReader,
      message: /cli_reader.*hides/,
    },
    {
      what: 'no network, through HTTPS',
      code: 'REMOTE_UNREACHABLE',
      env: async () => http(`http://127.0.0.1:${await closedPort()}`),
    },
    {
      what: 'no network, to the database',
      code: 'REMOTE_UNREACHABLE',
      env: async () => ({
        ...direct(),
        SYNCLINE_DATABASE_URL: `postgres://u@127.0.0.1:${await closedPort()}/d`,
      }),
    },
    {
      what: 'a certificate that nobody vouches for',
      code: 'REMOTE_TLS',
      env: async () => http(`https://localhost:${await withServer(selfSignedSite())}`),
    },
    { what: 'no credentials', code: 'CREDENTIALS_MISSING', env: () => ({ SYNCLINE_MASKING_KEY: KEY }) },
    {
      what: 'no masking key',
      code: 'MASKING_KEY_MISSING',
      env: () => ({ SYNCLINE_DATABASE_URL: production.connectionString }),
    },
    {
      what: 'a masking key that is too short',
      code: 'MASKING_KEY_INVALID',
      env: () => ({ ...direct(), SYNCLINE_MASKING_KEY: 'c2hvcnQ=' }),
    },
    {
      what: 'a comma too few in syncline.json',
      code: 'CONFIG_INVALID',
      env: direct,
      file: '{\n  "local": { "path": "./dev.db" }\n  "targets": {}\n}',
      message: /syncline\.json:3:3: /,
    },
    {
      what: 'a property that syncline.json does not have',
      code: 'CONFIG_INVALID',
      env: direct,
      file: '{\n  "local": { "path": "./dev.db" },\n  "targets": { "production": { "url": "x" } }\n}',
      message: /syncline\.json:3:32: .*url/,
    },
    {
      what: 'a value that syncline.json does not allow',
      code: 'CONFIG_INVALID',
      env: direct,
      file: '{ "local": { "path": "./dev.db" }, "targets": { "production": {} },\n "defaults": { "direction": "sideways" } }',
      message: /syncline\.json:2:16: /,
    },
    {
      what: 'an empty syncline.json',
      code: 'CONFIG_INVALID',
      env: direct,
      file: '',
      message: /syncline\.json:1:1: /,
    },
    {
      what: 'a rule for an unknown table',
      code: 'CONFIG_UNKNOWN_TABLE',
      env: direct,
      file: { tables: { member: { mask: {} } } },
      message: /"member".*Tables: .*members/,
    },
    {
      what: 'a rule for an unknown column',
      code: 'CONFIG_UNKNOWN_COLUMN',
      env: direct,
      file: { tables: { members: { mask: { mail: 'email' } } } },
      message: /"mail".*Columns: .*email/,
    },
    {
      what: 'a rule with an unknown transformer',
      code: 'CONFIG_UNKNOWN_TRANSFORMER',
      env: direct,
      file: { tables: { members: { mask: { email: 'scramble' } } } },
      message: /syncline\.json:1:\d+: .*scramble/,
    },
    {
      what: 'a rule whose transformer cannot mask the column',
      code: 'MASKING_IMPOSSIBLE',
      env: direct,
      file: { tables: { members: { mask: { section_id: 'city' } } } },
      message: /section_id/,
    },
    {
      what: 'a target that there is not',
      code: 'TARGET_UNKNOWN',
      env: direct,
      args: ['--target', 'staging'],
      message: /production/,
    },
    { what: 'an option that there is not', code: 'USAGE', env: direct, args: ['--everything'] },
    { what: 'a mode that there is not', code: 'USAGE', env: direct, args: ['--mode', 'sideways'] },
  ];

  /** The cases run beside one another: some of them wait for retries. */
  const runs = new Map<BadInput, Promise<{ readonly run: CliRun; readonly unchanged: () => void }>>();
  before(() => {
    const atOnce = 4;
    const queue = [...cases];
    const take = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { env, file, args = [] } = next;
        const at = suiteFolder();
        cpSync(template, at, { recursive: true });
        if (file !== undefined) configure(at, file);
        const before = bytesOf(join(at, 'dev.db'));
        const unchanged = (): void => assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
        const running = Promise.resolve(env()).then((given) => pull(at, given, ...args));
        runs.set(
          next,
          running.then((run) => ({ run, unchanged })),
        );
        await running;
      }
    };
    return Promise.all(Array.from({ length: atOnce }, take));
  });

  for (const each of cases) {
    const { what, code, message } = each;
    it(`${what}: ${code}`, async () => {
      const { run, unchanged } = await runs.get(each)!;
      const error = refused(run, code);
      if (message !== undefined) assert.match(error.message, message);
      if (code === 'CONFIG_INVALID')
        assert.ok(Number(error.details['line']) >= 1 && Number(error.details['column']) >= 1);
      unchanged();
    });
  }

  it('no syncline.json: CONFIG_NOT_FOUND', async () => {
    const at = folder();
    refused(await pull(at, direct()), 'CONFIG_NOT_FOUND');
    assert.ok(!existsSync(join(at, '.syncline')));
  });

  describe('as the local path', () => {
    const paths: readonly {
      readonly what: string;
      readonly code: ErrorCode;
      readonly path?: string;
      readonly spoil?: (path: string) => void;
    }[] = [
      { what: 'one in a folder that is missing', code: 'LOCAL_DIRECTORY_MISSING', path: './none/dev.db' },
      { what: 'a folder', code: 'LOCAL_IS_DIRECTORY', path: './sub', spoil: (path) => mkdirSync(path) },
      { what: 'a read-only file', code: 'LOCAL_READ_ONLY', spoil: (path) => chmodSync(path, 0o444) },
      { what: 'what is not a database', code: 'LOCAL_NOT_A_DATABASE', path: './syncline.json' },
      {
        what: 'a damaged database',
        code: 'LOCAL_CORRUPT',
        spoil(path) {
          const bytes = readFileSync(path);
          bytes.fill(0xee, 4096 * 3, 4096 * 8);
          writeFileSync(path, bytes);
        },
      },
    ];
    for (const { what, code, path = './dev.db', spoil } of paths) {
      it(`${what}: ${code}`, async () => {
        const at = workspace();
        configure(at, { local: { path } });
        spoil?.(join(at, path));
        const whole = join(at, path);
        const before = existsSync(whole) && code !== 'LOCAL_IS_DIRECTORY' ? bytesOf(whole) : undefined;
        refused(await pull(at, direct()), code);
        if (before === undefined) assert.equal(existsSync(whole), code === 'LOCAL_IS_DIRECTORY');
        else assert.deepEqual(bytesOf(whole), before);
      });
    }

    it('a database that another program writes to: LOCAL_LOCKED', async () => {
      const at = workspace();
      const before = bytesOf(join(at, 'dev.db'));
      const writer = new Database(join(at, 'dev.db'));
      writer.exec('BEGIN IMMEDIATE');
      try {
        refused(await pull(at, direct()), 'LOCAL_LOCKED');
      } finally {
        writer.close();
      }
      assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
    });

    it('a database with edits of one’s own: LOCAL_EDITS, until --yes', async () => {
      const at = workspace();
      execute(join(at, 'dev.db'), `UPDATE sections SET name = 'mine' WHERE id = 1`);
      const before = bytesOf(join(at, 'dev.db'));
      const error = refused(await pull(at, direct()), 'LOCAL_EDITS');
      assert.deepEqual(error.details, { edits: 1 });
      assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
      const run = await pull(at, direct(), '--yes');
      assert.equal(run.code, 0, run.stderr);
      const report = JSON.parse(run.stdout) as { local: { replacedEdits: number } };
      assert.equal(report.local.replacedEdits, 1);
    });

    it('one on a full disk: DISK_FULL', async function () {
      const at = workspace();
      const disk = join(at, 'disk');
      mkdirSync(disk);
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
      if (mounted.status !== 0) skip(this, 'a small file system cannot be mounted here', 'tool');
      try {
        for (const name of ['syncline.json', 'dev.db']) renameSync(join(at, name), join(at, `${name}-`));
        rmSync(join(at, '.syncline'), { recursive: true });
        cpSync(join(at, 'syncline.json-'), join(disk, 'syncline.json'));
        execute(join(disk, 'dev.db'), 'CREATE TABLE mine (a)', 'INSERT INTO mine VALUES (1)');
        const before = bytesOf(join(disk, 'dev.db'));
        refused(await pull(disk, direct()), 'DISK_FULL');
        assert.deepEqual(bytesOf(join(disk, 'dev.db')), before);
      } finally {
        spawnSync('umount', [disk]);
      }
    });
  });

  describe('of tables altered while they are read', () => {
    it('a table that is dropped, through supabase-js', () =>
      alteredMeanwhile(
        'drop table log',
        "create table log (line text); insert into log values ('a'), ('a')",
      ));
    it('a table that is altered, through supabase-js', () =>
      alteredMeanwhile(
        'alter table sections add column motto text',
        'alter table sections drop column motto',
      ));
    it('a column that is dropped, through supabase-js', () =>
      alteredMeanwhile(
        'alter table sections rename column name to title',
        'alter table sections rename column title to name',
      ));

    async function alteredMeanwhile(change: string, undo: string): Promise<void> {
      const at = workspace();
      const before = bytesOf(join(at, 'dev.db'));
      let rowsAsked = 0;
      const proxy = await interceptingProxy(sandbox.url, async (_, method, path) => {
        if (method === 'GET' && path.includes('/members?')) rowsAsked += 1;
        // The first reading is the sample; this is in the middle of the rows.
        if (rowsAsked !== 3) return;
        rowsAsked += 1;
        await sandbox.execute(change);
      });
      try {
        const run = await pull(at, http(proxy.url));
        refused(run, 'REMOTE_CHANGED');
        assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
      } finally {
        await proxy.stop();
        await sandbox.execute(undo);
      }
    }

    for (const [what, change, undo] of [
      ['dropped', 'drop table log', `create table log (line text); insert into log values ('a'), ('a')`],
      ['emptied', 'truncate log', `insert into log values ('a'), ('a')`],
      [
        'rewritten',
        'alter table log alter column line type varchar(100) using line || chr(33)',
        'alter table log alter column line type text using left(line, 1)',
      ],
    ] as const) {
      it(`a table that is ${what} before it is reached, through a connection string`, async () => {
        const at = workspace();
        const before = bytesOf(join(at, 'dev.db'));
        await withClient(production.connectionString, async (client) => {
          // Holds the table until the pull has its snapshot and waits for the table.
          await client.query('begin; lock table log in access exclusive mode');
          const running = pull(at, direct());
          await withClient(production.connectionString, async (watcher) => {
            for (;;) {
              const { rowCount } = await watcher.query(
                `select from pg_locks where not granted and relation = 'log'::regclass`,
              );
              if (rowCount !== 0) break;
              await new Promise((resolve) => setTimeout(resolve, 20));
            }
          });
          await client.query(change);
          await client.query('commit');
          try {
            refused(await running, 'REMOTE_CHANGED');
          } finally {
            await client.query(undo);
          }
        });
        assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
      });
    }
  });

  it('a table without a primary key is pulled by replacement, and said so', async () => {
    const at = workspace();
    const run = await runCli(['pull', '--workspace', at], { env: direct() });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /log has no primary key: it is replaced whole by every pull/);
    assert.equal(dump(join(at, 'dev.db')), dump(join(template, 'dev.db')));
  });
});
