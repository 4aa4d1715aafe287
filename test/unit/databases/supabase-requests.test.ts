import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { SynclineError } from '../../../src/core/errors.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { SupabaseOptions } from '../../../src/databases/supabase/open-rest-session.ts';
import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import { retryAfterMilliseconds } from '../../../src/databases/supabase/retry.ts';

const VALUE = 'ada@example.com';
const NOW = Date.parse('2026-01-01T00:00:00Z');

const users: Table = {
  name: { schema: 'public', name: 'users' },
  columns: [{ name: 'id', type: { kind: 'integer', bits: 64 }, postgresType: 'bigint', nullable: false }],
  primaryKey: { name: 'users_pkey', columns: ['id'] },
  uniques: [],
  checks: [],
  foreignKeys: [],
  indexes: [],
  rowSecurity: false,
};

type Answer = (url: URL, signal: AbortSignal) => Promise<Response> | Response;

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** An error body as PostgREST writes it, with a row's value where the server quotes one. */
function failed(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const body = { code, message: `value ${VALUE}`, details: `Key (email)=(${VALUE})`, hint: VALUE };
  return () => json(status, body, headers);
}

function thrown(code: string): Answer {
  return () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(VALUE), { code }) });
  };
}

/** A project whose answers are given one by one, the last one for ever; the first contact says that there is no kit. */
function project(answers: readonly Answer[], more: Partial<SupabaseOptions> = {}) {
  const requests: URL[] = [];
  const sleeps: number[] = [];
  const production = openSupabase({
    url: 'https://abcd.supabase.co',
    key: 'sb_secret_abc',
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.pathname.includes('/rpc/')) return json(404, { code: 'PGRST202' });
      requests.push(url);
      return answers[Math.min(requests.length, answers.length) - 1]!(url, init!.signal!);
    },
    retry: {
      tries: 3,
      random: () => 1,
      sleep: (milliseconds) => Promise.resolve(void sleeps.push(milliseconds)),
    },
    clock: () => NOW,
    ...more,
  });
  return { production, requests, sleeps };
}

async function read(
  production: ReturnType<typeof openSupabase>,
  signal = new AbortController().signal,
  limit?: number,
): Promise<string[]> {
  const snapshot = await production.openSnapshot(signal);
  const ids: string[] = [];
  const request = { table: users, columns: ['id'], signal, ...(limit !== undefined && { limit }) };
  for await (const batch of snapshot.readRows(request)) ids.push(...batch.rows.map((row) => row[0]!));
  return ids;
}

function page(...ids: readonly number[]): Answer {
  return () =>
    json(
      200,
      ids.map((id) => ({ c0: String(id), k0: String(id) })),
    );
}

describe('reading through supabase-js', () => {
  const failures: readonly [string, Answer, ErrorCode, number][] = [
    ['401', failed(401, 'PGRST301'), 'REMOTE_UNAUTHORIZED', 1],
    ['401 of the gateway', () => json(401, { message: 'Invalid API key' }), 'REMOTE_UNAUTHORIZED', 1],
    ['401 for a right that anon lacks', failed(401, '42501'), 'REMOTE_FORBIDDEN', 1],
    ['403', failed(403, '42501'), 'REMOTE_FORBIDDEN', 1],
    ['404 for a table that is gone', failed(404, 'PGRST205'), 'REMOTE_CHANGED', 1],
    ['404 of the database', failed(404, '42P01'), 'REMOTE_CHANGED', 1],
    ['404 of another kind', failed(404, 'PGRST125'), 'REMOTE_NOT_FOUND', 1],
    ['404 in HTML', () => html(404), 'REMOTE_PROTOCOL', 1],
    ['400 for a column that is gone', failed(400, '42703'), 'REMOTE_CHANGED', 1],
    ['400 of the database', failed(400, '22P02'), 'REMOTE_QUERY', 1],
    ['400 of PostgREST', failed(400, 'PGRST100'), 'REMOTE_PROTOCOL', 1],
    ['406 for a hidden schema', failed(406, 'PGRST106'), 'REMOTE_NOT_FOUND', 1],
    [
      'a redirect',
      () => new Response(null, { status: 301, headers: { location: '/' } }),
      'REMOTE_PROTOCOL',
      1,
    ],
    ['HTML', () => html(200), 'REMOTE_PROTOCOL', 1],
    ['another JSON than rows', () => json(200, { c0: VALUE }), 'REMOTE_PROTOCOL', 1],
    ['a JSON number', () => json(200, [{ c0: 12, k0: '1' }]), 'REMOTE_PROTOCOL', 1],
    ['429', failed(429, ''), 'REMOTE_RATE_LIMITED', 3],
    ['a statement timeout', failed(500, '57014'), 'REMOTE_TIMEOUT', 3],
    ['500', failed(500, 'XX000'), 'REMOTE_UNAVAILABLE', 1],
    ['502 in HTML', () => html(502), 'REMOTE_UNAVAILABLE', 3],
    ['503', failed(503, 'PGRST002'), 'REMOTE_UNAVAILABLE', 3],
    ['504', failed(504, 'PGRST003'), 'REMOTE_TIMEOUT', 3],
    ['a paused project', failed(540, ''), 'REMOTE_UNREACHABLE', 1],
    [
      'a cut body',
      () => new Response('[{"c0":"1"', { headers: { 'content-type': 'application/json' } }),
      'REMOTE_PROTOCOL',
      3,
    ],
    ['a lost connection', thrown('UND_ERR_SOCKET'), 'REMOTE_UNREACHABLE', 3],
    ['no such host', thrown('ENOTFOUND'), 'REMOTE_UNREACHABLE', 3],
    ['a refused connection', thrown('ECONNREFUSED'), 'REMOTE_UNREACHABLE', 3],
    ['an unknown certificate', thrown('DEPTH_ZERO_SELF_SIGNED_CERT'), 'REMOTE_TLS', 1],
    ['a certificate of another host', thrown('ERR_TLS_CERT_ALTNAME_INVALID'), 'REMOTE_TLS', 1],
  ];
  for (const [what, answer, code, tries] of failures) {
    it(`answers ${what} with ${code} after ${tries === 1 ? 'one try' : `${tries} tries`}`, async () => {
      const { production, requests } = project([answer]);
      await assert.rejects(read(production), (error) => {
        assert.ok(error instanceof SynclineError);
        assert.equal(error.code, code);
        assert.ok(
          !JSON.stringify([error.message, error.details, error.cause]).includes(VALUE),
          error.message,
        );
        assert.ok(error.message.includes('users') || code === 'REMOTE_TLS', error.message);
        return true;
      });
      assert.equal(requests.length, tries);
    });
  }

  it('pages by key until a page is empty, whatever the length of the pages', async () => {
    const { production, requests } = project([page(1, 2), page(5), page(8, 9), page()]);
    assert.deepEqual(await read(production), ['1', '2', '5', '8', '9']);
    assert.deepEqual(
      requests.map((url) => url.searchParams.get('or')),
      [null, '(id.gt."2")', '(id.gt."5")', '(id.gt."9")'],
    );
  });

  it('asks for no more rows than the limit', async () => {
    const { production, requests } = project([page(1, 2), page(3)], { pageRows: 2 });
    assert.deepEqual(await read(production, undefined, 3), ['1', '2', '3']);
    assert.deepEqual(
      requests.map((url) => url.searchParams.get('limit')),
      ['2', '1'],
    );
  });

  it('waits exponentially with jitter, and as long as the server asks', async () => {
    const again = project([failed(503, ''), failed(503, ''), page()]);
    assert.deepEqual(await read(again.production), []);
    assert.deepEqual(again.sleeps, [300, 600]);
    const asked = project([failed(503, ''), failed(429, '', { 'retry-after': '7' }), page()]);
    assert.deepEqual(await read(asked.production), []);
    assert.deepEqual(asked.sleeps, [300, 7000]);
  });

  it('does not wait for as long as a server may ask', async () => {
    const { production, sleeps } = project([failed(429, '', { 'retry-after': '3600' }), page()]);
    await assert.rejects(read(production), { code: 'REMOTE_RATE_LIMITED' });
    assert.deepEqual(sleeps, []);
  });

  it('asks for half a page after a statement timeout', async () => {
    const { production, requests } = project([failed(500, '57014'), page(1), page()]);
    assert.deepEqual(await read(production), ['1']);
    assert.deepEqual(
      requests.slice(0, 2).map((url) => url.searchParams.get('limit')),
      ['1000', '500'],
    );
  });

  it('ends the request when the signal fires', async () => {
    const abort = new AbortController();
    let ended = false;
    const { production } = project([
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended = true;
            reject(signal.reason as Error);
          });
          abort.abort();
        }),
    ]);
    await assert.rejects(read(production, abort.signal), { code: 'CANCELLED' });
    assert.ok(ended);
  });

  it('gives up on a silent server after the time limit', async () => {
    const silent: Answer = (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    const { production, requests } = project([silent], { requestTimeoutMilliseconds: 5 });
    await assert.rejects(read(production), { code: 'REMOTE_TIMEOUT' });
    assert.equal(requests.length, 3);
  });

  it('fetches one page ahead and no more', async () => {
    const { production, requests } = project([page(1), page(2), page(3), page()]);
    const { signal } = new AbortController();
    const snapshot = await production.openSnapshot(signal);
    const rows = snapshot.readRows({ table: users, columns: ['id'], signal })[Symbol.asyncIterator]();
    await rows.next();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(requests.length, 2);
    await rows.return!();
  });
});

function html(status: number): Response {
  return new Response('<html></html>', { status, headers: { 'content-type': 'text/html' } });
}

describe('Retry-After', () => {
  const headers: readonly [string | null, number | undefined][] = [
    [null, undefined],
    ['', undefined],
    ['3', 3000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9000],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
    ['soon', undefined],
  ];
  for (const [header, milliseconds] of headers) {
    it(`${header ?? 'absent'} means ${milliseconds ?? 'nothing'}`, () => {
      assert.equal(retryAfterMilliseconds(header, NOW), milliseconds);
    });
  }
});
