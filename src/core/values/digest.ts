import { Buffer } from 'node:buffer';
import { hash, hkdfSync } from 'node:crypto';
import type { Row } from './cell.ts';
import { encodeRow } from './row-encoding.ts';

/** Bytes of a row's digest: SHA-256 cut to 128 bits. Two of a billion rows share one with probability 2^-69. */
export const ROW_DIGEST_BYTES = 16;

/** Bytes of a keyed hash of a cell: HMAC-SHA256 cut to 128 bits. */
export const KEYED_HASH_BYTES = 16;

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/**
 * SHA-256 of the row's encoding, cut to {@link ROW_DIGEST_BYTES}. Rows whose cells are equal but not identical (1.0 and
 * 1.00) digest differently: give it the codecs' comparable forms.
 */
export function rowDigest(row: Row): Uint8Array {
  return new Uint8Array(hash('sha256', encodeRow(row), 'buffer').subarray(0, ROW_DIGEST_BYTES));
}

/**
 * A keyed hash for the cells of one column: HMAC-SHA256 of the text's UTF-8, cut to {@link KEYED_HASH_BYTES}, under a
 * key derived (HKDF-SHA256, no salt, `context` as its info) so that equal values of two contexts do not look equal.
 * Without the key, nobody can try values against a hash.
 */
export function keyedCellHasher(key: Uint8Array, context: string): (text: string) => Uint8Array {
  const derived = new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), context, HASH_BYTES));
  const digest = hmacSha256(derived);
  return (text) => new Uint8Array(digest(text).subarray(0, KEYED_HASH_BYTES));
}

/** HMAC-SHA256 (RFC 2104) by two one-shot hashes, which Node makes several times faster than createHmac. */
function hmacSha256(key: Uint8Array): (text: string) => Uint8Array {
  let inner = padded(key, 0x36, 4096);
  const outer = padded(key, 0x5c, BLOCK_BYTES + HASH_BYTES);
  return (text) => {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const most = BLOCK_BYTES + text.length * 3;
    if (most > inner.length) inner = padded(key, 0x36, most * 2);
    const length = inner.write(text, BLOCK_BYTES, 'utf8');
    outer.set(hash('sha256', inner.subarray(0, BLOCK_BYTES + length), 'buffer'), BLOCK_BYTES);
    return hash('sha256', outer, 'buffer');
  };
}

/** A buffer of `size` bytes that starts with the key's block, each byte combined with `pad`. */
function padded(key: Uint8Array, pad: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.fill(pad, 0, BLOCK_BYTES);
  for (const [index, byte] of key.entries()) buffer[index] = byte ^ pad;
  return buffer;
}
