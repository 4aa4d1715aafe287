import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** Bytes of a block and of a digest of SHA-256. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 (RFC 2104) of texts' UTF-8 under one key of at most 64 bytes. The digest is text of 32 characters, each
 * one byte: with short messages, two one-shot hashes that give such text take a tenth of createHmac's time, and a third
 * of the time that Buffers would take.
 */
export function hmacSha256(key: Uint8Array): (text: string) => string {
  let inner = padded(key, 0x36, 1024);
  const outer = padded(key, 0x5c, BLOCK_BYTES + DIGEST_BYTES);
  return (text) => {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const most = BLOCK_BYTES + text.length * 3;
    if (most > inner.length) inner = padded(key, 0x36, most * 2);
    const length = inner.write(text, BLOCK_BYTES, 'utf8');
    const digest = hash('sha256', inner.subarray(0, BLOCK_BYTES + length), 'binary');
    outer.write(digest, BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, 'binary');
  };
}

/** A buffer of `size` bytes that starts with the key's block, each byte combined with `pad`. */
function padded(key: Uint8Array, pad: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.fill(pad, 0, BLOCK_BYTES);
  for (const [index, byte] of key.entries()) buffer[index] = byte ^ pad;
  return buffer;
}
