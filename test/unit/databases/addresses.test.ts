import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { SynclineError } from '../../../src/core/errors.ts';
import { openProduction } from '../../../src/databases/open-production.ts';
import { parseConnectionString } from '../../../src/databases/postgres/connection-options.ts';
import { cleanKey, keyRole } from '../../../src/databases/supabase/api-key.ts';
import { projectAddress } from '../../../src/databases/supabase/project-address.ts';

/** The error of a call, which must be a SynclineError that gives nothing away. */
function refusal(run: () => unknown, secret: string): ErrorCode {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof SynclineError);
    assert.ok(
      !JSON.stringify([thrown.message, thrown.details]).includes(secret),
      'the error quotes a secret',
    );
    return thrown.code;
  }
  return assert.fail('nothing was refused');
}

describe('connection strings', () => {
  it('are read with all their parts', () => {
    const options = parseConnectionString(
      'postgresql://postgres.abcd:p%40ss%2Fword@aws-0.pooler.supabase.com:6543/my%20db?options=reference%3Dabcd',
    );
    assert.deepEqual(
      [options.host, options.port, options.user, options.password, options.database, options.options],
      ['aws-0.pooler.supabase.com', 6543, 'postgres.abcd', 'p@ss/word', 'my db', 'reference=abcd'],
    );
    assert.equal(options.address, 'postgres://aws-0.pooler.supabase.com:6543/my db');
    assert.equal(options.tls?.rejectUnauthorized, true);
    assert.equal(options.tls.servername, 'aws-0.pooler.supabase.com');
  });

  const plain = ['localhost', '127.0.0.1', '127.8.8.8', '[::1]', '%2Fvar%2Frun%2Fpostgresql'];
  for (const host of plain) {
    it(`need no TLS to ${host}`, () => {
      assert.equal(parseConnectionString(`postgres://u:p@${host}/db`).tls, undefined);
      assert.ok(parseConnectionString(`postgres://u:p@${host}/db?sslmode=require`).tls);
    });
  }

  for (const mode of ['prefer', 'allow', 'require', 'verify-ca', 'verify-full']) {
    it(`verify the certificate of another machine with sslmode=${mode}`, () => {
      assert.equal(
        parseConnectionString(`postgres://db.test/x?sslmode=${mode}`).tls?.rejectUnauthorized,
        true,
      );
    });
  }

  it('trust the given root certificate', () => {
    assert.equal(parseConnectionString('postgres://db.test/x', 'PEM').tls?.ca, 'PEM');
  });

  const refused: readonly [string, ErrorCode][] = [
    ['postgres://u:hunter2@db.test/x?sslmode=disable', 'REMOTE_TLS_REQUIRED'],
    ['postgres://u:hunter2@db.test/x?sslmode=no-verify', 'REMOTE_TLS_REQUIRED'],
    ['postgres://u:hunter2@db.test/x?sslmode=maybe', 'REMOTE_URL_INVALID'],
    ['mysql://u:hunter2@db.test/x', 'REMOTE_URL_INVALID'],
    ['postgres://u:hunter2#@db.test:port/x', 'REMOTE_URL_INVALID'],
    ['host=db.test password=hunter2', 'REMOTE_URL_INVALID'],
    ['postgres://u:hunter2@db.test/x?sslrootcert=/does/not/exist', 'REMOTE_TLS'],
    ['', 'REMOTE_URL_INVALID'],
  ];
  for (const [text, code] of refused) {
    it(`are refused with ${code}: ${text.replace('hunter2', '***')}`, () => {
      assert.equal(
        refusal(() => parseConnectionString(text), 'hunter2'),
        code,
      );
    });
  }
});

describe('project URLs', () => {
  const accepted: readonly [string, string][] = [
    ['https://abcd.supabase.co', 'https://abcd.supabase.co/'],
    [' https://abcd.supabase.co/ ', 'https://abcd.supabase.co/'],
    ['https://abcd.supabase.co/rest/v1/', 'https://abcd.supabase.co/'],
    ['http://127.0.0.1:54321', 'http://127.0.0.1:54321/'],
    ['http://localhost:54321/?x=1#y', 'http://localhost:54321/'],
  ];
  for (const [text, href] of accepted) {
    it(`take ${text}`, () => assert.equal(projectAddress(text).href, href));
  }

  const refused: readonly [string, ErrorCode][] = [
    ['abcd.supabase.co', 'REMOTE_URL_INVALID'],
    ['', 'REMOTE_URL_INVALID'],
    ['ftp://abcd.supabase.co', 'REMOTE_URL_INVALID'],
    ['https://supabase.com/dashboard/project/abcd', 'REMOTE_URL_INVALID'],
    ['https://user:hunter2@abcd.supabase.co', 'REMOTE_URL_INVALID'],
    ['http://abcd.supabase.co', 'REMOTE_TLS_REQUIRED'],
    ['http://127.0.0.1.evil.test', 'REMOTE_TLS_REQUIRED'],
  ];
  for (const [text, code] of refused) {
    it(`refuse ${text} with ${code}`, () => {
      assert.equal(
        refusal(() => projectAddress(text), 'hunter2'),
        code,
      );
    });
  }
});

describe('API keys', () => {
  const jwt = (claims: object): string =>
    `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
  const keys: readonly [string, string, boolean][] = [
    ['sb_secret_abc', 'service_role', true],
    ['sb_publishable_abc', 'anon', false],
    [jwt({ role: 'service_role' }), 'service_role', true],
    [jwt({ role: 'anon' }), 'anon', false],
    [jwt({ role: 'authenticated' }), 'authenticated', false],
    [jwt({ sub: 'x' }), 'unknown', false],
    ['a.b.c', 'unknown', false],
    ['something-else', 'unknown', false],
  ];
  for (const [key, role, seesAllRows] of keys) {
    it(`${key.slice(0, 20)} is ${role}`, () => assert.deepEqual(keyRole(key), { role, seesAllRows }));
  }

  it('lose the blanks of a copy and paste', () =>
    assert.equal(cleanKey(' sb_secret_abc\n'), 'sb_secret_abc'));
  it('are refused when empty', () =>
    assert.equal(
      refusal(() => cleanKey(' '), 'hunter2'),
      'CREDENTIALS_MISSING',
    ));
  it('are refused with characters that no key has', () =>
    assert.equal(
      refusal(() => cleanKey('hunter2 …'), 'hunter2'),
      'REMOTE_UNAUTHORIZED',
    ));
});

describe('openProduction', () => {
  const supabase = { supabaseUrl: 'https://abcd.supabase.co', supabaseKey: 'sb_secret_abc' };
  it('prefers the connection string', () => {
    const production = openProduction({ ...supabase, databaseUrl: 'postgres://u:hunter2@db.test/x' });
    assert.equal(production.address, 'postgres://db.test:5432/x');
  });
  it('takes the project URL and key', () => {
    assert.equal(openProduction(supabase).address, 'https://abcd.supabase.co');
  });
  for (const options of [{}, { supabaseUrl: 'https://abcd.supabase.co' }, { supabaseKey: 'hunter2' }]) {
    it(`asks for credentials when given ${Object.keys(options).join() || 'nothing'}`, () => {
      assert.equal(
        refusal(() => openProduction(options), 'hunter2'),
        'CREDENTIALS_MISSING',
      );
    });
  }
});
