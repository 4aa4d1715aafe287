import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { TestDatabase, TestPostgres } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { Answer } from './ask.ts';
import { ask } from './ask.ts';
import type { Conversation, Recordings } from './recordings.ts';
import { RECORDED_SECRET, authorizationOf, loadRecordings } from './recordings.ts';

/** Conversations that are not answered as recorded, with the reason: none on PostgreSQL. */
const LEFT_OUT: Readonly<Record<string, string>> = {};

/** What PGlite itself does otherwise than PostgreSQL. */
const LEFT_OUT_ON_PGLITE: Readonly<Record<string, string>> = {};

const KEPT_HEADERS: readonly string[] = [
  'content-type',
  'content-range',
  'content-profile',
  'preference-applied',
  'www-authenticate',
];

async function askAs({ request, role }: Conversation, url: string): Promise<Answer> {
  const authorization = authorizationOf(role);
  const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
  const answer = await ask(url + request.path, { ...request, headers });
  const kept = Object.entries(answer.headers).filter(([name]) => KEPT_HEADERS.includes(name));
  return { ...answer, headers: Object.fromEntries(kept) };
}

/** Numbers keep their text, so that digits beyond JavaScript's are compared as well. */
function parsed(body: string, contentType: string | undefined): unknown {
  if (contentType?.includes('json') !== true) return body;
  try {
    return JSON.parse(body, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? `number ${context?.source ?? String(value)}` : value,
    );
  } catch {
    return body;
  }
}

/** The description names the port that it was served from. */
function withoutAddress(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'swagger' in body ? { ...body, host: '' } : body;
}

function comparable(conversation: Conversation, answer: Answer): unknown {
  const body = withoutAddress(parsed(answer.body, answer.headers['content-type']));
  const ordered = /[?&]order=|\/rpc\//.test(conversation.request.path);
  const rows = Array.isArray(body) && !ordered ? sorted(body) : body;
  return { status: answer.status, headers: answer.headers, body: rows };
}

function sorted(rows: readonly unknown[]): readonly unknown[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function tablesAfter(
  sandbox: Sandbox,
  names: readonly string[],
): Promise<Record<string, readonly unknown[]>> {
  const tables: Record<string, readonly unknown[]> = {};
  for (const name of names) {
    const rows = await sandbox.query<{ rows: string }>(
      `select coalesce(json_agg(t), '[]')::text as rows from public."${name}" t`,
    );
    tables[name] = sorted(JSON.parse(rows[0]?.rows ?? '[]') as unknown[]);
  }
  return tables;
}

function answersAsRecorded(
  recordings: Recordings,
  leftOut: Readonly<Record<string, string>>,
  start: () => Promise<SandboxOptions['database']>,
): void {
  let sandbox: Sandbox;
  before(async function () {
    this.timeout(120_000);
    sandbox = await startSandbox({
      database: await start(),
      gateway: false,
      jwtSecret: RECORDED_SECRET,
      statementTimeoutMilliseconds: 2000,
      setupSql: [recordings.schema, recordings.rows],
    });
  });
  after(() => sandbox.stop());

  for (const conversation of recordings.conversations) {
    const reason = leftOut[conversation.name];
    it(
      reason === undefined ? conversation.name : `${conversation.name} (left out: ${reason})`,
      async function () {
        if (reason !== undefined) this.skip();
        if (conversation.after !== undefined) await sandbox.execute(recordings.rows);
        const answer = await askAs(conversation, sandbox.url);
        assert.deepEqual(comparable(conversation, answer), comparable(conversation, conversation.response));
        if (conversation.after === undefined) return;
        const expected = Object.entries(conversation.after).map(
          ([name, rows]) => [name, sorted(rows)] as const,
        );
        assert.deepEqual(
          await tablesAfter(sandbox, Object.keys(conversation.after)),
          Object.fromEntries(expected),
          'the tables afterwards',
        );
        await sandbox.execute(recordings.rows);
      },
    );
  }
}

describe('the sandbox and the conversations recorded from PostgREST 13', function () {
  const recordings = loadRecordings();
  if (recordings === undefined) {
    it('needs the recordings of ../shared/data/postgrest');
    return;
  }

  it('leaves out at most ten of them, each of which exists', () => {
    const names = new Set(recordings.conversations.map(({ name }) => name));
    assert.ok(Object.keys(LEFT_OUT).length <= 10);
    assert.deepEqual(
      [...Object.keys(LEFT_OUT), ...Object.keys(LEFT_OUT_ON_PGLITE)].filter((name) => !names.has(name)),
      [],
    );
  });

  describe('on PostgreSQL', () => {
    let server: TestPostgres;
    let database: TestDatabase;
    answersAsRecorded(recordings, LEFT_OUT, async () => {
      server = await startPostgres();
      database = await server.createDatabase();
      return { kind: 'postgres', connectionString: database.connectionString };
    });
    after(async () => {
      await database.drop();
      await server.stop();
    });
  });

  describe('on PGlite', () => {
    answersAsRecorded(recordings, { ...LEFT_OUT, ...LEFT_OUT_ON_PGLITE }, () =>
      Promise.resolve({ kind: 'pglite' }),
    );
  });
});
