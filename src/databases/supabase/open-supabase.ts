import type { Capability, Clock, Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { cleanKey, keyRole } from './api-key.ts';
import { changeLog } from './change-log.ts';
import { countRows } from './count-rows.ts';
import { digests } from './digests.ts';
import { contactProject, kitStatus } from './kit.ts';
import { projectAddress } from './project-address.ts';
import { readCatalog } from './read-catalog.ts';
import { readByKeyWithFilters, readByKeyWithKit } from './read-by-key.ts';
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
      const capabilities: Capability[] = contact.describes ? ['catalog'] : [];
      if (contact.kit) capabilities.push('kit');
      const { serverVersion } = contact.describes ? parseCatalogDocument(contact.document) : {};
      return {
        capabilities,
        // The kit answers to nobody else.
        role: contact.describes ? 'service_role' : role,
        seesAllRows: seesAllRows || contact.describes,
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
        readByKey: (request) =>
          contact.kit ? readByKeyWithKit(session, request) : readByKeyWithFilters(session, request),
        ...(contact.kit && {
          changeLog: changeLog(session, pageRows),
          digests: digests(session, pageRows),
        }),
        close: () => Promise.resolve(),
      };
    },
    kitStatus: (signal) => kitStatus(session, signal),
    close: () => Promise.resolve(),
  };
}
