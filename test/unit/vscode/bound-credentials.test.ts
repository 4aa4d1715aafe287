import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { openCredentials, sealCredentials } from '../../../src/vscode/secrets/bound-credentials.ts';

const url = 'https://abcd.supabase.co';
const supabase = { supabaseUrl: url, supabaseKey: 'sb_secret_x' };
const database = { databaseUrl: 'postgres://postgres:x@db.abcd.supabase.co/postgres' };

describe('kept credentials', () => {
  it('open for the URL they were entered for', () => {
    assert.deepEqual(openCredentials(sealCredentials(supabase, url), url), {
      state: 'connected',
      credentials: supabase,
    });
  });

  it('open for no other URL, and for none', () => {
    const sealed = sealCredentials(supabase, url);
    fc.assert(
      fc.property(fc.option(fc.webUrl(), { nil: undefined }), (other) => {
        fc.pre(other !== url);
        assert.deepEqual(openCredentials(sealed, other), { state: 'moved' });
      }),
    );
    for (const other of [`${url}/`, `${url}.evil.org`, 'http://abcd.supabase.co', undefined]) {
      assert.deepEqual(openCredentials(sealed, other), { state: 'moved' });
    }
  });

  it('hold a connection string back, too, once syncline.json names another project', () => {
    assert.deepEqual(openCredentials(sealCredentials(database, undefined), undefined).state, 'connected');
    assert.deepEqual(openCredentials(sealCredentials(database, url), url).state, 'connected');
    assert.deepEqual(openCredentials(sealCredentials(database, undefined), url), { state: 'moved' });
    assert.deepEqual(openCredentials(sealCredentials(database, url), undefined), { state: 'moved' });
  });

  it('never open on the word of the binding alone', () => {
    const forged = JSON.stringify({ boundTo: 'https://other.supabase.co', credentials: supabase });
    assert.deepEqual(openCredentials(forged, 'https://other.supabase.co'), { state: 'moved' });
  });

  it('are none when nothing or nonsense is kept', () => {
    const nonsense = [
      undefined,
      '',
      '{',
      'null',
      '{}',
      '{"boundTo":1,"credentials":{}}',
      '{"boundTo":null,"credentials":{}}',
    ];
    for (const text of nonsense)
      assert.deepEqual(openCredentials(text, undefined), { state: 'disconnected' });
    const keyAlone = JSON.stringify({ boundTo: url, credentials: { supabaseKey: 'x' } });
    assert.deepEqual(openCredentials(keyAlone, url), { state: 'disconnected' });
  });
});
