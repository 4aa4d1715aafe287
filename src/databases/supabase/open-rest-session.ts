import type { Clock } from '../../core/ports.ts';
import { cleanKey } from './api-key.ts';
import { projectAddress } from './project-address.ts';
import { createRestClient } from './rest-client.ts';
import type { RestSession } from './rest-session.ts';
import type { RetryOptions } from './retry.ts';
import { retryPolicy } from './retry.ts';

export interface SupabaseOptions {
  /** The project URL: `https://abcd.supabase.co`. */
  readonly url: string;
  /** The secret key (service role): `sb_secret_...`, or a JWT. */
  readonly key: string;
  /** The schemas to describe; all that the API exposes but the managed ones when absent. */
  readonly schemas?: readonly string[];
  readonly fetch?: typeof fetch;
  /** Rows of the first page; later ones adapt to the server and the size of rows. */
  readonly pageRows?: number;
  /** For one request with its body. */
  readonly requestTimeoutMilliseconds?: number;
  readonly retry?: RetryOptions;
  readonly clock?: Clock;
}

const REQUEST_TIMEOUT_MILLISECONDS = 60_000;

/**
 * What every use of one project shares. Nothing is sent yet. Throws REMOTE_URL_INVALID, REMOTE_TLS_REQUIRED,
 * CREDENTIALS_MISSING or REMOTE_UNAUTHORIZED for what is wrong with the URL or the key themselves.
 */
export function openRestSession(options: SupabaseOptions): RestSession {
  const url = projectAddress(options.url);
  return {
    send: createRestClient({
      url,
      key: cleanKey(options.key),
      fetch: options.fetch ?? fetch,
      requestTimeoutMilliseconds: options.requestTimeoutMilliseconds ?? REQUEST_TIMEOUT_MILLISECONDS,
    }),
    retry: retryPolicy(options.retry),
    address: url.href.replace(/\/$/, ''),
    clock: options.clock ?? Date.now,
  };
}
