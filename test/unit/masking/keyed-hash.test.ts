import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { keyedHash } from '../../../src/core/masking/keyed-hash.ts';
import { domainKey, maskingKey } from '../../../src/core/masking/masking-key.ts';
import { expectError } from '../../support/expect-error.ts';
import { testKey } from './tables.ts';

describe('keyed hash', () => {
  it('is HMAC-SHA-256 of the UTF-8 text, whatever its length', () => {
    const secret = testKey(3).bytes;
    const hash = keyedHash(secret);
    const agrees = (message: string): void => {
      const expected = createHmac('sha256', secret).update(message, 'utf8').digest('binary');
      assert.equal(hash(message), expected);
    };
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), agrees));
    // Longer and shorter ones in turn: the buffer that they share grows.
    for (const length of [0, 1, 55, 56, 64, 170, 171, 5000, 3, 100_000, 7]) agrees('é'.repeat(length));
  });
});

describe('masking key', () => {
  const base64 = Buffer.from(testKey(5).bytes).toString('base64');

  it('reads 32 bytes of base64 in either alphabet, padded or not', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
    const standard = Buffer.from(bytes).toString('base64');
    const spellings = [
      standard,
      ` ${standard}\n`,
      standard.replace(/=+$/, ''),
      Buffer.from(bytes).toString('base64url'),
    ];
    for (const spelling of spellings) assert.deepEqual(maskingKey(spelling).bytes, bytes);
  });

  for (const [what, wrong] of [
    ['nothing', ''],
    ['31 bytes', Buffer.alloc(31, 9).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 9).toString('base64')],
    ['hexadecimal', Buffer.alloc(32, 9).toString('hex')],
    ['characters that are not base64', `${base64.slice(0, -2)}!=`],
  ] as const) {
    it(`refuses ${what}`, () => expectError('MASKING_KEY_INVALID', () => maskingKey(wrong)));
  }

  it('has a fingerprint that names the key and is no part of it', () => {
    const [one, other] = [testKey(1), testKey(2)];
    assert.match(one.fingerprint, /^[0-9a-f]{16}$/);
    assert.notEqual(one.fingerprint, other.fingerprint);
    assert.equal(one.fingerprint, testKey(1).fingerprint);
    assert.ok(!Buffer.from(one.bytes).toString('hex').includes(one.fingerprint));
    assert.ok(!Buffer.from(domainKey(one, 'fingerprint')).toString('hex').startsWith(one.fingerprint));
  });

  it('derives a key for each domain by HKDF with the version in its info', () => {
    const key = testKey(1);
    const expected = hkdfSync('sha256', key.bytes, new Uint8Array(0), 'v1/email', 32);
    assert.deepEqual(domainKey(key, 'email'), new Uint8Array(expected));
    assert.notDeepEqual(domainKey(key, 'email'), domainKey(key, 'phone'));
  });
});
