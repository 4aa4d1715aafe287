import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { bytesOf, dump } from '../../support/sqlite-files.ts';
import { closedPort, selfSignedSite, webSite, type TestServer } from '../databases/test-servers.ts';
import { cliProject, configure, WRONG_PASSWORD, type Environment } from './cli-project.ts';

interface BadInput {
  readonly what: string;
  readonly code: ErrorCode;
  readonly env: () => Environment | Promise<Environment>;
  readonly file?: object | string;
  readonly args?: readonly string[];
  readonly message?: RegExp;
}

describe('bad input to the command line', function () {
  this.timeout(60_000);
  const project = cliProject();
  const servers: TestServer[] = [];
  after(async () => {
    for (const server of servers) await server.stop();
  });
  const withServer = async (start: Promise<TestServer>): Promise<number> => {
    const server = await start;
    servers.push(server);
    return server.port;
  };

  const cases: readonly BadInput[] = [
    { what: 'a URL that is none', code: 'REMOTE_URL_INVALID', env: () => project.http('my project') },
    {
      what: 'a connection string that is none',
      code: 'REMOTE_URL_INVALID',
      env: () => ({ ...project.direct(), SYNCLINE_DATABASE_URL: 'localhost/db' }),
    },
    {
      what: 'a host that does not exist',
      code: 'REMOTE_UNREACHABLE',
      env: () => project.http('https://project.invalid'),
    },
    {
      what: 'a web site that is no Supabase project',
      code: 'REMOTE_PROTOCOL',
      env: async () => project.http(`http://127.0.0.1:${await withServer(webSite())}`),
    },
    {
      what: 'an unencrypted URL of another machine',
      code: 'REMOTE_TLS_REQUIRED',
      env: () => project.http('http://example.com'),
    },
    {
      what: 'a wrong key',
      code: 'REMOTE_UNAUTHORIZED',
      env: () => project.http(undefined, `sb_secret_${WRONG_PASSWORD}`),
    },
    {
      what: 'a role that does not exist',
      code: 'REMOTE_UNAUTHORIZED',
      env: () => ({
        ...project.direct(),
        SYNCLINE_DATABASE_URL: project.connectionString().replace('postgres@', `nobody:${WRONG_PASSWORD}@`),
      }),
    },
    {
      what: 'a database that does not exist',
      code: 'REMOTE_NOT_FOUND',
      env: () => ({ ...project.direct(), SYNCLINE_DATABASE_URL: `${project.connectionString()}_not` }),
    },
    {
      what: 'a publishable key',
      code: 'REMOTE_ROWS_HIDDEN',
      env: () => project.http(undefined, project.sandbox().publishableKey),
      message: /hides/,
    },
    {
      what: 'a role under row level security',
      code: 'REMOTE_ROWS_HIDDEN',
      env: () => project.direct('reader'),
      message: /cli_reader.*hides/,
    },
    {
      what: 'no network, through HTTPS',
      code: 'REMOTE_UNREACHABLE',
      env: async () => project.http(`http://127.0.0.1:${await closedPort()}`),
    },
    {
      what: 'no network, to the database',
      code: 'REMOTE_UNREACHABLE',
      env: async () => ({
        ...project.direct(),
        SYNCLINE_DATABASE_URL: `postgres://u@127.0.0.1:${await closedPort()}/d`,
      }),
    },
    {
      what: 'a certificate that nobody vouches for',
      code: 'REMOTE_TLS',
      env: async () => project.http(`https://localhost:${await withServer(selfSignedSite())}`),
    },
    {
      what: 'no credentials',
      code: 'CREDENTIALS_MISSING',
      env: () => ({ ...project.direct(), SYNCLINE_DATABASE_URL: '' }),
    },
    {
      what: 'no masking key',
      code: 'MASKING_KEY_MISSING',
      env: () => ({ SYNCLINE_DATABASE_URL: project.connectionString() }),
    },
    {
      what: 'a masking key that is too short',
      code: 'MASKING_KEY_INVALID',
      env: () => ({ ...project.direct(), SYNCLINE_MASKING_KEY: 'c2hvcnQ=' }),
    },
    {
      what: 'a comma too few in syncline.json',
      code: 'CONFIG_INVALID',
      env: () => project.direct(),
      file: '{\n  "local": { "path": "./dev.db" }\n  "targets": {}\n}',
      message: /syncline\.json:3:3: /,
    },
    {
      what: 'a property that syncline.json does not have',
      code: 'CONFIG_INVALID',
      env: () => project.direct(),
      file: '{\n  "local": { "path": "./dev.db" },\n  "targets": { "production": { "url": "x" } }\n}',
      message: /syncline\.json:3:32: .*url/,
    },
    {
      what: 'a value that syncline.json does not allow',
      code: 'CONFIG_INVALID',
      env: () => project.direct(),
      file: '{ "local": { "path": "./dev.db" }, "targets": { "production": {} },\n "defaults": { "direction": "sideways" } }',
      message: /syncline\.json:2:16: /,
    },
    {
      what: 'an empty syncline.json',
      code: 'CONFIG_INVALID',
      env: () => project.direct(),
      file: '',
      message: /syncline\.json:1:1: /,
    },
    {
      what: 'a rule for an unknown table',
      code: 'CONFIG_UNKNOWN_TABLE',
      env: () => project.direct(),
      file: { tables: { member: { mask: {} } } },
      message: /"member".*Tables: .*members/,
    },
    {
      what: 'a rule for an unknown column',
      code: 'CONFIG_UNKNOWN_COLUMN',
      env: () => project.direct(),
      file: { tables: { members: { mask: { mail: 'email' } } } },
      message: /"mail".*Columns: .*email/,
    },
    {
      what: 'a rule with an unknown transformer',
      code: 'CONFIG_UNKNOWN_TRANSFORMER',
      env: () => project.direct(),
      file: { tables: { members: { mask: { email: 'scramble' } } } },
      message: /syncline\.json:1:\d+: .*scramble/,
    },
    {
      what: 'a rule whose transformer cannot mask the column',
      code: 'MASKING_IMPOSSIBLE',
      env: () => project.direct(),
      file: { tables: { members: { mask: { section_id: 'city' } } } },
      message: /section_id/,
    },
    {
      what: 'a target that there is not',
      code: 'TARGET_UNKNOWN',
      env: () => project.direct(),
      args: ['--target', 'staging'],
      message: /production/,
    },
    {
      what: 'an option that there is not',
      code: 'USAGE',
      env: () => project.direct(),
      args: ['--everything'],
    },
    {
      what: 'a mode that there is not',
      code: 'USAGE',
      env: () => project.direct(),
      args: ['--mode', 'sideways'],
    },
  ];

  /** The cases run beside one another: some of them wait for retries. */
  const runs = new Map<BadInput, Promise<{ readonly run: CliRun; readonly unchanged: () => void }>>();
  before(() => {
    const atOnce = 4;
    const queue = [...cases];
    const take = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { env, file, args = [] } = next;
        const at = project.workspace('suite');
        if (file !== undefined) configure(at, file);
        const before = bytesOf(join(at, 'dev.db'));
        const unchanged = (): void => assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
        const running = Promise.resolve(env()).then((given) => project.pull(at, given, ...args));
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
      const error = project.refused(run, code);
      if (message !== undefined) assert.match(error.message, message);
      if (code === 'CONFIG_INVALID') {
        assert.ok(Number(error.details['line']) >= 1 && Number(error.details['column']) >= 1);
      }
      unchanged();
    });
  }

  it('no syncline.json: CONFIG_NOT_FOUND', async () => {
    const at = project.workspace();
    for (const name of ['syncline.json', '.syncline']) rmSync(join(at, name), { recursive: true });
    project.refused(await project.pull(at, project.direct()), 'CONFIG_NOT_FOUND');
    assert.ok(!existsSync(join(at, '.syncline')));
  });

  it('a table without a primary key is pulled by replacement, and said so', async () => {
    const at = project.workspace();
    const before = dump(join(at, 'dev.db'));
    const run = await runCli(['pull', '--workspace', at], { env: project.direct() });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /log has no primary key: it is replaced whole by every pull/);
    assert.equal(dump(join(at, 'dev.db')), before);
  });
});
