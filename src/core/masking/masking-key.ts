import { Buffer } from 'node:buffer';
import { hkdfSync } from 'node:crypto';
import { SynclineError } from '../errors.ts';

/** Bytes of a masking key. */
const KEY_LENGTH = 32;

/** The secret that decides every masked value. */
export interface MaskingKey {
  readonly bytes: Uint8Array;
  /** 16 hexadecimal digits that name the key and tell nothing about it. */
  readonly fingerprint: string;
}

/**
 * The key from its base64 form (standard or URL-safe alphabet, padding optional).
 * @throws SynclineError MASKING_KEY_INVALID unless it is exactly 32 bytes
 */
export function maskingKey(base64: string): MaskingKey {
  const text = base64.trim().replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  // Buffer skips what is not base64; encoding back shows whether it did.
  const exact = Buffer.from(bytes).toString('base64').replace(/=+$/, '') === text;
  if (!exact || bytes.length !== KEY_LENGTH) {
    throw new SynclineError('MASKING_KEY_INVALID', 'The masking key is not 32 bytes in base64.');
  }
  return { bytes, fingerprint: Buffer.from(expand(bytes, 'fingerprint/v1')).toString('hex').slice(0, 16) };
}

/**
 * The key of one masking domain: HKDF-SHA-256 (RFC 5869) without salt. `v1` stands for the way values are masked; it
 * changes when the same key must give other values.
 */
export function domainKey(key: MaskingKey, domain: string): Uint8Array {
  return expand(key.bytes, `v1/${domain}`);
}

function expand(bytes: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(0), info, KEY_LENGTH));
}
