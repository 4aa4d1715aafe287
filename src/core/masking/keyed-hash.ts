import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** Bytes of a block of SHA-256, which is what HMAC pads its key to (RFC 2104). */
const BLOCK = 64;
const DIGEST = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** A message's digest: 32 characters, each one byte (0 to 255). */
export type KeyedHash = (message: string) => string;

/**
 * HMAC-SHA-256 with one key over UTF-8 text. The padded keys are written once and both hashes are one-shot calls that
 * give Latin-1 text, which is some ten times faster than `createHmac` for short messages.
 */
export function keyedHash(key: Uint8Array): KeyedHash {
  let inner = padded(key, INNER_PAD, 512);
  const outer = padded(key, OUTER_PAD, DIGEST);
  return (message) => {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    if (message.length * 3 > inner.length - BLOCK) inner = padded(key, INNER_PAD, message.length * 6);
    const length = inner.write(message, BLOCK, 'utf8');
    outer.write(hash('sha256', inner.subarray(0, BLOCK + length), 'binary'), BLOCK, 'latin1');
    return hash('sha256', outer, 'binary');
  };
}

function padded(key: Uint8Array, pad: number, room: number): Buffer {
  const block = Buffer.alloc(BLOCK + room, 0);
  for (let index = 0; index < BLOCK; index += 1) block[index] = (key[index] ?? 0) ^ pad;
  return block;
}
