import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import { SynclineError } from '../errors.ts';
import type { Seal } from '../undo-port.ts';
import { keyedHash } from './keyed-hash.ts';
import type { MaskingKey } from './masking-key.ts';

const CIPHER = 'aes-256-gcm';
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES, NAME_BYTES] = [32, 12, 16, 16];

/** What may lie on the disk as it is. */
export const PLAIN: Seal = {
  seal: (_, bytes) => bytes,
  open: (_, sealed) => sealed,
  name: (bytes) => bytes,
};

/**
 * Keeps what is personal data: AES-256-GCM under a key of the run's own (HKDF-SHA-256 of the masking key), a nonce, the
 * ciphertext and its tag. Without the masking key nobody can read it. `randomBytes` is injected.
 */
export function sealFor(key: MaskingKey, run: string, randomBytes: (size: number) => Uint8Array): Seal {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key.bytes, new Uint8Array(0), `undo/v1/${purpose}/${run}`, KEY_BYTES));
  const sealing = createSecretKey(derive('seal'));
  const nameOf = keyedHash(derive('name'));
  return {
    seal(place, bytes) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealing, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place, 'utf8'));
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(place, sealed) {
      try {
        const end = sealed.length - TAG_BYTES;
        const decipher = createDecipheriv(CIPHER, sealing, sealed.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(place, 'utf8'));
        decipher.setAuthTag(sealed.subarray(end));
        return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
      } catch (cause) {
        throw new SynclineError(
          'LEDGER_CORRUPT',
          'What was kept to undo the run is damaged, or was kept with another masking key.',
          { run },
          { cause },
        );
      }
    },
    // One character for each byte: different bytes are different texts.
    name: (bytes) =>
      Buffer.from(nameOf(Buffer.from(bytes).toString('latin1')).slice(0, NAME_BYTES), 'latin1'),
  };
}
