import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import {
  KEYED_HASH_BYTES,
  keyedCellHasher,
  ROW_DIGEST_BYTES,
  rowDigest,
} from '../../../src/core/values/digest.ts';
import { hmacSha256 } from '../../../src/core/values/hmac-sha256.ts';
import { encodeRow } from '../../../src/core/values/row-encoding.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });

describe('hmacSha256', () => {
  it("is createHmac's, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.array(text, { maxLength: 5 }),
        (key, texts) => {
          const digest = hmacSha256(key);
          for (const message of texts) {
            assert.equal(digest(message), createHmac('sha256', key).update(message).digest('binary'));
          }
        },
      ),
    );
  });

  it('is right at every length around a block and beyond its first buffer', () => {
    const key = new Uint8Array(32).fill(7);
    const digest = hmacSha256(key);
    const lengths = [...Array(200).keys(), 959, 960, 961, 5000, 20, 100_000, 3];
    for (const length of lengths) {
      for (const letter of ['a', 'é', '🙂']) {
        const message = letter.repeat(length);
        assert.equal(digest(message), createHmac('sha256', key).update(message).digest('binary'));
      }
    }
  });
});

describe('keyedCellHasher', () => {
  const key = new Uint8Array(32).fill(1);

  it('is an HMAC under a key derived for the context', () => {
    const derived = new Uint8Array(hkdfSync('sha256', key, '', 'users.email', 32));
    const expected = createHmac('sha256', derived)
      .update('ada@example.com')
      .digest()
      .subarray(0, KEYED_HASH_BYTES);
    assert.deepEqual(Buffer.from(keyedCellHasher(key, 'users.email')('ada@example.com')), expected);
  });

  it('does not show that two columns hold the same value', () => {
    const [one, two] = ['users.email', 'users.login'].map((context) => keyedCellHasher(key, context)('same'));
    assert.notDeepEqual(one, two);
  });

  it('depends on the key', () => {
    const other = new Uint8Array(32).fill(2);
    assert.notDeepEqual(keyedCellHasher(key, 'c')('same'), keyedCellHasher(other, 'c')('same'));
  });

  it('gives hashes that the next call leaves alone', () => {
    const hash = keyedCellHasher(key, 'c');
    const first = hash('one');
    const copy = Uint8Array.from(first);
    hash('two');
    assert.deepEqual(first, copy);
  });
});

describe('rowDigest', () => {
  it("is the beginning of SHA-256 of the row's encoding", () => {
    const row = [1n, 'two', null, 3.5, new Uint8Array([4])];
    const whole = createHash('sha256').update(encodeRow(row)).digest();
    assert.deepEqual(Buffer.from(rowDigest(row)), whole.subarray(0, ROW_DIGEST_BYTES));
  });
});
