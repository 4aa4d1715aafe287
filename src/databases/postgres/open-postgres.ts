import type { Production, ProductionSnapshot } from '../../core/ports.ts';
import { parseCatalogDocument } from '../../core/schema/catalog-document.ts';
import { CATALOG_SQL } from '../kit/catalog-sql.ts';
import { parseConnectionString } from './connection-options.ts';
import { countRows } from './count-rows.ts';
import { probeServer } from './probe.ts';
import { readRows } from './read-rows.ts';
import type { Session } from './session.ts';
import type { SnapshotOrigin, SnapshotSessions } from './snapshot-sessions.ts';
import { openSnapshotSessions } from './snapshot-sessions.ts';

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
        return await withSession(sessions, signal, (session) => probeServer(session, schemas, signal));
      } finally {
        await sessions.close();
      }
    },
    async openSnapshot(signal) {
      const sessions = await openSnapshotSessions(origin, signal);
      const snapshot = snapshotOver(sessions, schemas, () => open.delete(snapshot));
      open.add(snapshot);
      return snapshot;
    },
    async close() {
      await Promise.all([...open].map((snapshot) => snapshot.close()));
    },
  };
}

function snapshotOver(
  sessions: SnapshotSessions,
  schemas: readonly string[] | null,
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
    async close() {
      onClose();
      await sessions.close();
    },
  };
}

async function withSession<Result>(
  sessions: SnapshotSessions,
  signal: AbortSignal,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await sessions.acquire(signal);
  let clean = false;
  try {
    const result = await use(session);
    clean = true;
    return result;
  } finally {
    await sessions.release(session, clean);
  }
}
