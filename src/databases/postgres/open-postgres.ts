import type { Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { CATALOG_SQL } from '../kit/catalog-sql.ts';
import { changeLog } from './change-log.ts';
import { parseConnectionString } from './connection-options.ts';
import { countRows } from './count-rows.ts';
import { digests } from './digests.ts';
import { isKitUsable, kitStatus } from './kit.ts';
import { probeServer } from './probe.ts';
import { keyReader } from './read-by-key.ts';
import { readRows } from './read-rows.ts';
import type { SnapshotOrigin, SnapshotSessions } from './snapshot-sessions.ts';
import { openSnapshotSessions, withSession } from './snapshot-sessions.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=...`. */
  readonly connectionString: string;
  /** The schemas to describe; all but the managed ones when absent. */
  readonly schemas?: readonly string[];
  /** PEM of the authority to trust instead of the well-known ones. */
  readonly rootCertificate?: string;
  readonly connectTimeoutMilliseconds?: number;
}

const CONNECT_TIMEOUT_MILLISECONDS = 15_000;

/**
 * Production through a Postgres connection string: the catalog, COPY, and one REPEATABLE READ instant for everything that
 * a snapshot reads. Nothing is connected yet. Throws REMOTE_URL_INVALID or REMOTE_TLS_REQUIRED for the string itself.
 */
export function openPostgres(options: PostgresOptions): Production {
  const origin: SnapshotOrigin = {
    options: parseConnectionString(options.connectionString, options.rootCertificate),
    connectTimeoutMilliseconds: options.connectTimeoutMilliseconds ?? CONNECT_TIMEOUT_MILLISECONDS,
  };
  const schemas = options.schemas ?? null;
  const open = new Set<ProductionSnapshot>();
  return {
    address: origin.options.address,
    async probe(signal) {
      const sessions = await openSnapshotSessions(origin, signal);
      try {
        const kit = await isKitUsable(sessions, signal);
        return await withSession(sessions, signal, (session) =>
          probeServer(session, { schemas, kit }, signal),
        );
      } finally {
        await sessions.close();
      }
    },
    async openSnapshot(signal) {
      const sessions = await openSnapshotSessions(origin, signal);
      let kit: boolean;
      try {
        kit = await isKitUsable(sessions, signal);
      } catch (thrown) {
        await sessions.close();
        throw thrown;
      }
      const snapshot = snapshotOver(sessions, { schemas, kit }, () => open.delete(snapshot));
      open.add(snapshot);
      return snapshot;
    },
    async kitStatus(signal) {
      const sessions = await openSnapshotSessions(origin, signal);
      try {
        return await kitStatus(sessions, signal);
      } finally {
        await sessions.close();
      }
    },
    async close() {
      await Promise.all([...open].map((snapshot) => snapshot.close()));
    },
  };
}

function snapshotOver(
  sessions: SnapshotSessions,
  { schemas, kit }: { readonly schemas: readonly string[] | null; readonly kit: boolean },
  onClose: () => void,
): ProductionSnapshot {
  return {
    consistent: true,
    id: sessions.id,
    async catalog(signal) {
      const statement = { text: CATALOG_SQL, values: [schemas], activity: 'reading the catalog' };
      const [row] = await withSession(sessions, signal, (session) =>
        session.query<{ catalog: unknown }>(statement, signal),
      );
      return parseCatalogDocument(row?.catalog);
    },
    countRows: (table, signal, where) =>
      withSession(sessions, signal, (session) => countRows(session, table, where, signal)),
    readRows: (request) => readRows(sessions, request),
    readByKey: keyReader(sessions),
    ...(kit && { changeLog: changeLog(sessions) }),
    digests: digests(sessions),
    async close() {
      onClose();
      await sessions.close();
    },
  };
}
