import type { Capability, Clock, Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { cleanKey, keyRole } from './api-key.ts';
import { countRows } from './count-rows.ts';
import { contactProject } from './kit.ts';
import { projectAddress } from './project-address.ts';
import { readCatalog } from './read-catalog.ts';
import { readTable } from './read-table.ts';
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

const PAGE_ROWS = 1_000;
const REQUEST_TIMEOUT_MILLISECONDS = 60_000;

/**
 * Production through supabase-js: PostgREST over HTTPS with an API key. Reads see rows as they are when each page is
 * read, not one instant. Nothing is sent yet. Throws REMOTE_URL_INVALID, REMOTE_TLS_REQUIRED, CREDENTIALS_MISSING or
 * REMOTE_UNAUTHORIZED for what is wrong with the URL or the key themselves.
 */
export function openSupabase(options: SupabaseOptions): Production {
  const url = projectAddress(options.url);
  const key = cleanKey(options.key);
  const session: RestSession = {
    send: createRestClient({
      url,
      key,
      fetch: options.fetch ?? fetch,
      requestTimeoutMilliseconds: options.requestTimeoutMilliseconds ?? REQUEST_TIMEOUT_MILLISECONDS,
    }),
    retry: retryPolicy(options.retry),
    address: url.href.replace(/\/$/, ''),
    clock: options.clock ?? Date.now,
  };
  const pageRows = options.pageRows ?? PAGE_ROWS;
  return {
    address: session.address,
    async probe(signal) {
      const contact = await contactProject(session, signal);
      const { role, seesAllRows } = keyRole(key);
      const capabilities: Capability[] = contact.kit ? ['catalog', 'kit'] : [];
      const { serverVersion } = contact.kit ? parseCatalogDocument(contact.document) : {};
      return {
        capabilities,
        // The kit answers to nobody else.
        role: contact.kit ? 'service_role' : role,
        seesAllRows: seesAllRows || contact.kit,
        ...(serverVersion !== undefined && { serverVersion }),
        latencyMilliseconds: contact.latencyMilliseconds,
      };
    },
    async openSnapshot(signal): Promise<ProductionSnapshot> {
      const contact = await contactProject(session, signal);
      return {
        consistent: false,
        id: contact.time.toISOString(),
        catalog: (catalogSignal) => readCatalog(session, options.schemas, catalogSignal),
        countRows: (table, countSignal, where) => countRows(session, table, where, countSignal),
        readRows: (request) => readTable(session, pageRows, request),
        close: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
}
