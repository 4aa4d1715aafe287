import { randomBytes } from 'node:crypto';
import type { SecretStorage } from 'vscode';

export interface MaskingKey {
  /** 32 bytes in base64. */
  readonly key: string;
  /** True when it was made just now. */
  readonly created: boolean;
}

/** The folder's masking key from the secret storage; made on first use. Two pulls with one key mask alike. */
export async function maskingKeyOf(secrets: SecretStorage, folder: string): Promise<MaskingKey> {
  const slot = `syncline.maskingKey ${JSON.stringify(folder)}`;
  const kept = await secrets.get(slot);
  if (kept !== undefined) return { key: kept, created: false };
  const key = randomBytes(32).toString('base64');
  await secrets.store(slot, key);
  return { key, created: true };
}
