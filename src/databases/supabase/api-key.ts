import { z } from 'zod';
import { SynclineError } from '../../core/errors.ts';

/** Whom a key stands for, as far as its form tells. */
export interface KeyRole {
  readonly role: string;
  /** True only when the form of the key says that it passes row level security by. */
  readonly seesAllRows: boolean;
}

const claimsSchema = z.object({ role: z.string() });

/**
 * Reads the role off an API key: `sb_secret_...` and `sb_publishable_...`, or the `role` claim of a JWT (which the server
 * verifies, not we). A key of another form is taken for one that does not see all rows.
 */
export function keyRole(key: string): KeyRole {
  if (key.startsWith('sb_secret_')) return { role: 'service_role', seesAllRows: true };
  if (key.startsWith('sb_publishable_')) return { role: 'anon', seesAllRows: false };
  const role = roleClaim(key);
  return { role: role ?? 'unknown', seesAllRows: role === 'service_role' };
}

/** The key without the blanks of a copy and paste. Throws CREDENTIALS_MISSING, or REMOTE_UNAUTHORIZED for what is no key. */
export function cleanKey(key: string): string {
  const clean = key.trim();
  if (clean === '') throw new SynclineError('CREDENTIALS_MISSING', 'There is no key for the project.');
  if (!/^[\x21-\x7e]+$/.test(clean)) {
    throw new SynclineError('REMOTE_UNAUTHORIZED', 'The key holds characters that no key has.');
  }
  return clean;
}

function roleClaim(key: string): string | undefined {
  const [, payload, signature] = key.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return claimsSchema.safeParse(claims).data?.role;
  } catch {
    return undefined;
  }
}
