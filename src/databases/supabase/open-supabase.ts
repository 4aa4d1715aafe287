import type { Capability, Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { cleanKey, keyRole } from './api-key.ts';
import { countRows } from './count-rows.ts';
import { contactProject } from './kit.ts';
import type { SupabaseOptions } from './open-rest-session.ts';
import { openRestSession } from './open-rest-session.ts';
import { readCatalog } from './read-catalog.ts';
import { readTable } from './read-table.ts';

const PAGE_ROWS = 1_000;

/**
 * Production through supabase-js: PostgREST over HTTPS with an API key. Reads see rows as they are when each page is
 * read, not one instant. Nothing is sent yet. Throws REMOTE_URL_INVALID, REMOTE_TLS_REQUIRED, CREDENTIALS_MISSING or
 * REMOTE_UNAUTHORIZED for what is wrong with the URL or the key themselves.
 */
export function openSupabase(options: SupabaseOptions): Production {
  const session = openRestSession(options);
  const pageRows = options.pageRows ?? PAGE_ROWS;
  return {
    address: session.address,
    async probe(signal) {
      const contact = await contactProject(session, signal);
      const { role, seesAllRows } = keyRole(cleanKey(options.key));
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
        countRows: (table, countSignal) => countRows(session, table, countSignal),
        readRows: (request) => readTable(session, pageRows, request),
        close: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
}
