import { hash, hkdfSync } from 'node:crypto';
import type { Row } from './cell.ts';
import { hmacSha256 } from './hmac-sha256.ts';
import { encodeRow } from './row-encoding.ts';

/** Bytes of a row's digest: SHA-256 cut to 128 bits. Two of a billion rows share one with probability 2^-69. */
export const ROW_DIGEST_BYTES = 16;

/** Bytes of a keyed hash of a cell: HMAC-SHA256 cut to 128 bits. */
export const KEYED_HASH_BYTES = 16;

const KEY_BYTES = 32;

/**
 * SHA-256 of the row's encoding, cut to {@link ROW_DIGEST_BYTES}. Rows whose cells are equal but not identical (1.0 and
 * 1.00) digest differently: give it the codecs' comparable forms.
 */
export function rowDigest(row: Row): Uint8Array {
  return firstBytes(hash('sha256', encodeRow(row), 'binary'), ROW_DIGEST_BYTES);
}

/**
 * A keyed hash for the cells of one column: HMAC-SHA256 of the text's UTF-8, cut to {@link KEYED_HASH_BYTES}, under a
 * key derived (HKDF-SHA256, no salt, `context` as its info) so that equal values of two contexts do not look equal.
 * Without the key, nobody can try values against a hash.
 */
export function keyedCellHasher(key: Uint8Array, context: string): (text: string) => Uint8Array {
  const digest = hmacSha256(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), context, KEY_BYTES)));
  return (text) => firstBytes(digest(text), KEYED_HASH_BYTES);
}

/** The first bytes of text whose characters are bytes. */
function firstBytes(latin1: string, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index++) bytes[index] = latin1.charCodeAt(index);
  return bytes;
}
