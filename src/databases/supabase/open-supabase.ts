import type { Capability, Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { cleanKey, keyRole } from './api-key.ts';
import { changeLog } from './change-log.ts';
import { countRows } from './count-rows.ts';
import { digests } from './digests.ts';
import { contactProject, kitStatus } from './kit.ts';
import type { SupabaseOptions } from './open-rest-session.ts';
import { openRestSession } from './open-rest-session.ts';
import { readCatalog } from './read-catalog.ts';
import { readByKeyWithFilters, readByKeyWithKit } from './read-by-key.ts';
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
