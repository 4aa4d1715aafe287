import type { KeyedRows, ReadByKey } from '../../core/changes-port.ts';
import { tableKey, type TableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { readableKeys } from '../kit/readable-keys.ts';
import { readByKeySql } from './push-sql.ts';
import { describePushTable, type PushTable } from './push-table.ts';
import { withSession, type SnapshotSessions } from './snapshot-sessions.ts';

const KEYS_AT_ONCE = 2_000;

/** Reads rows by key within a snapshot. Keys are compared by the key's own equality, as its type. */
export function keyReader(sessions: SnapshotSessions): (request: ReadByKey) => Promise<KeyedRows> {
  // What a table's key is compared by does not change while the snapshot lasts.
  const described = new Map<TableKey, PushTable>();
  return ({ table, columns, keys, signal }) =>
    withSession(sessions, signal, async (session) => {
      const name = tableKey(table.name);
      const shape = described.get(name) ?? (await describePushTable(session, table.name, signal));
      described.set(name, shape);
      const key = table.primaryKey?.columns ?? [];
      const text = readByKeySql(shape, key, columns);
      const wanted = readableKeys(keys);
      const found: PostgresTextRow[] = [];
      for (let from = 0; from < wanted.length; from += KEYS_AT_ONCE) {
        const some = wanted.slice(from, from + KEYS_AT_ONCE);
        const values = key.map((_, index) => some.map((each) => each[index]));
        const statement = { text, values, activity: `reading ${name} by key`, table: name };
        const rows = await session.query<{ cells: PostgresTextRow }>(statement, signal);
        for (const { cells } of rows) found.push(cells.slice(key.length));
      }
      return found;
    });
}
