import assert from 'node:assert/strict';
import {
  apiKeysPage,
  checkConnectionString,
  checkLocalPath,
  checkProjectUrl,
  checkSecretKey,
  type Checked,
} from '../../../src/vscode/connect/check-input.ts';
import { NOW } from './table-status.ts';

function value(checked: Checked): string {
  assert.ok('value' in checked, 'mistake' in checked ? checked.mistake : '');
  return checked.value;
}

function mistake(checked: Checked): string {
  assert.ok('mistake' in checked, 'it was accepted');
  return checked.mistake;
}

function jwt(claims: object): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

describe('a project URL', () => {
  const accepted: readonly [string, string][] = [
    ['https://abcd.supabase.co', 'https://abcd.supabase.co'],
    ['  https://abcd.supabase.co/  ', 'https://abcd.supabase.co'],
    ['HTTPS://ABCD.supabase.co', 'https://abcd.supabase.co'],
    ['https://abcd.supabase.co/rest/v1/', 'https://abcd.supabase.co'],
    ['https://db.example.org:8443/supabase/', 'https://db.example.org:8443/supabase'],
    ['https://supabase.com/dashboard/project/abcd/settings/api', 'https://abcd.supabase.co'],
    ['http://127.0.0.1:54321', 'http://127.0.0.1:54321'],
    ['http://localhost:54321/', 'http://localhost:54321'],
    ['http://[::1]:54321', 'http://[::1]:54321'],
  ];
  for (const [input, url] of accepted) {
    it(`is read from ${input.trim()}`, () => assert.equal(value(checkProjectUrl(input)), url));
  }

  const refused: readonly [string, RegExp][] = [
    ['', /Paste the project URL/],
    ['abcd.supabase.co', /not a URL/],
    ['ftp://abcd.supabase.co', /not a URL/],
    ['postgresql://u:p@h/d', /connection string/],
    ['https://user:secret@abcd.supabase.co', /must not hold a name or a password/],
    ['https://supabase.com/dashboard', /dashboard/],
    ['http://abcd.supabase.co', /Use https/],
    ['http://127.0.0.1.example.org', /Use https/],
  ];
  for (const [input, pattern] of refused) {
    it(`is not ${input === '' ? 'nothing' : input}`, () =>
      assert.match(mistake(checkProjectUrl(input)), pattern));
  }

  it('leads to the page of its keys when Supabase hosts it', () => {
    assert.equal(
      apiKeysPage('https://abcd.supabase.co'),
      'https://supabase.com/dashboard/project/abcd/settings/api-keys',
    );
    assert.equal(apiKeysPage('https://db.example.org'), undefined);
  });
});

describe('a secret key', () => {
  it('is a key of the new form or the service role’s token', () => {
    assert.equal(value(checkSecretKey(' sb_secret_abc\n', NOW)), 'sb_secret_abc');
    const token = jwt({ role: 'service_role', exp: NOW / 1000 + 60 });
    assert.equal(value(checkSecretKey(token, NOW)), token);
  });

  const refused: readonly [string, string, RegExp][] = [
    ['nothing', ' ', /Paste/],
    ['two keys', 'sb_secret_a sb_secret_b', /no spaces/],
    ['the publishable key', 'sb_publishable_abc', /row level security hides rows/],
    ['the anonymous token', jwt({ role: 'anon' }), /row level security hides rows/],
    ['an expired token', jwt({ role: 'service_role', exp: NOW / 1000 - 60 }), /expired/],
    ['a personal access token', 'sbp_abc', /personal access token/],
  ];
  for (const [name, input, pattern] of refused) {
    it(`is not ${name}`, () => assert.match(mistake(checkSecretKey(input, NOW)), pattern));
  }

  it('never stands in what is said about it', () => {
    for (const [, input] of refused) {
      if (input.trim() !== '') assert.ok(!mistake(checkSecretKey(input, NOW)).includes(input));
    }
  });
});

describe('a connection string', () => {
  it('has a password', () => {
    const string = 'postgresql://postgres:s3cret@db.abcd.supabase.co:5432/postgres';
    assert.equal(value(checkConnectionString(` ${string} `)), string);
  });

  it('needs none on this machine', () => {
    assert.equal(
      value(checkConnectionString('postgres://postgres@localhost/x')),
      'postgres://postgres@localhost/x',
    );
  });

  const refused: readonly [string, RegExp][] = [
    ['', /Paste/],
    ['https://abcd.supabase.co', /starts with postgresql/],
    ['postgresql://postgres:[YOUR-PASSWORD]@db.abcd.supabase.co/postgres', /Replace \[YOUR-PASSWORD\]/],
    ['postgresql://postgres:a#b@db.abcd.supabase.co/postgres', /percent-encoded/],
    ['postgresql://postgres@db.abcd.supabase.co/postgres', /password is missing/],
    ['postgresql://postgres:x@db.abcd.supabase.co/postgres?sslmode=disable', /sslmode=disable/],
  ];
  for (const [input, pattern] of refused) {
    it(`is not ${input === '' ? 'nothing' : input}`, () =>
      assert.match(mistake(checkConnectionString(input)), pattern));
  }
});

describe('the local database’s path', () => {
  it('is a file', () => {
    assert.equal(value(checkLocalPath(' ./dev.db ')), './dev.db');
    assert.match(mistake(checkLocalPath('')), /Name a file/);
    assert.match(mistake(checkLocalPath('data/')), /folder/);
  });
});
