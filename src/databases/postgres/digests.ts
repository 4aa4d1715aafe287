import type { BucketDigest, Digests, KeyTexts } from '../../core/changes-port.ts';
import type { RowBatch } from '../../core/ports.ts';
import { tableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { answerSize } from '../kit/answer-size.ts';
import { boundsSql, bucketRowsSql, digestSql } from '../kit/digest-sql.ts';
import { withSession, type SnapshotSessions } from './snapshot-sessions.ts';

/** The first fetch of a stretch; later ones adapt to the size of rows. */
const FIRST_ROWS = 100;

const CURSOR = 'syncline_bucket_rows';

type BucketRowsRequest = Parameters<Digests['bucketRows']>[0];

/** Digests in plain SQL, within the snapshot. Text keys are cut bytewise, unlike the kit's. */
export function digests(sessions: SnapshotSessions): Digests {
  return {
    source: 'connection-string/1',
    async bounds(table, buckets, signal) {
      const name = tableKey(table.name);
      const statement = {
        text: boundsSql(table, buckets),
        values: [buckets],
        activity: `sampling the keys of ${name}`,
        table: name,
      };
      const rows = await withSession(sessions, signal, (session) =>
        session.query<{ key: KeyTexts }>(statement, signal),
      );
      return rows.map(({ key }) => key);
    },
    async digest({ table, columns, bounds, signal }) {
      const name = tableKey(table.name);
      const statement = {
        text: digestSql(table, columns),
        values: [JSON.stringify(bounds)],
        activity: `digesting ${name}`,
        table: name,
      };
      const rows = await withSession(sessions, signal, (session) =>
        session.query<Omit<BucketDigest, 'rows'> & { readonly rows: string }>(statement, signal),
      );
      return rows.map((row) => ({ ...row, rows: Number(row.rows) }));
    },
    bucketRows: (request) => bucketRows(sessions, request),
  };
}

/** COPY takes no parameters, so the rows come through a cursor. When the iteration ends early, the rollback closes it. */
async function* bucketRows(
  sessions: SnapshotSessions,
  { table, columns, bounds, buckets, signal }: BucketRowsRequest,
): AsyncGenerator<RowBatch> {
  const about = { activity: `reading stretches of ${tableKey(table.name)}`, table: tableKey(table.name) };
  const session = await sessions.acquire(signal);
  let clean = false;
  try {
    const declare = `declare ${CURSOR} no scroll cursor for ${bucketRowsSql(table, columns)}`;
    await session.query({ text: declare, values: [JSON.stringify(bounds), buckets], ...about }, signal);
    const size = answerSize(FIRST_ROWS);
    for (;;) {
      const fetch = { text: `fetch forward ${size.rows} from ${CURSOR}`, ...about };
      const rows = (await session.query<{ row: PostgresTextRow }>(fetch, signal)).map(({ row }) => row);
      if (rows.length === 0) break;
      const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
      size.learn(rows.length, bytes);
      yield { rows, bytes };
    }
    await session.query({ text: `close ${CURSOR}`, ...about }, signal);
    clean = true;
  } finally {
    await sessions.release(session, clean);
  }
}

function bytesOf(row: PostgresTextRow): number {
  return row.reduce((sum, cell) => sum + (cell === null ? 0 : Buffer.byteLength(cell)), 0);
}
