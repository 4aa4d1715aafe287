import type { ChangeBatch, ChangeLog, UnansweredCause } from '../../core/changes-port.ts';
import { SynclineError } from '../../core/errors.ts';
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { FindChanges } from './found-changes.ts';
import { rowTaker, type RowTaker } from './row-taker.ts';

/** What the change log told since a position. */
export interface LogReading {
  /** Where the log was read up to; absent when it does not reach back to where the reading began. */
  readonly position?: string;
  readonly tooOld?: 'pruned' | 'moved';
  /** Tables that it does not answer for. */
  readonly unanswered: ReadonlyMap<TableKey, UnansweredCause>;
  readonly rows: number;
}

/** Follows the change log for some tables; may be asked to read on. */
export interface LogFollower {
  readFrom(position: string, records: readonly PulledTableRecord[]): Promise<LogReading>;
  /** Rows that were read of a table so far, and what they weighed. */
  tallyOf(table: TableKey): { readonly read: number; readonly bytes: number };
}

export function followLog(log: ChangeLog, finding: FindChanges): LogFollower {
  const { incoming, signal, onRead } = finding;
  const takers = new Map<TableKey, RowTaker>();
  const tallies = new Map<TableKey, { read: number; bytes: number }>();
  const byKey = new Map(finding.records.map((record) => [record.table.key, record] as const));

  const takerOf = (table: TableKey): RowTaker => {
    const record = byKey.get(table);
    if (record === undefined) throw new SynclineError('INTERNAL', `The change log told of ${table} unasked.`);
    const taker = takers.get(table) ?? rowTaker(record, finding, { repeats: true });
    takers.set(table, taker);
    return taker;
  };

  const take = ({ table, upserts, deletes, bytes }: Extract<ChangeBatch, { kind: 'rows' }>): void => {
    const taker = takerOf(table);
    incoming.batch(() => {
      for (const key of deletes) taker.gone(taker.keyOf(key));
      for (const row of upserts) taker.row(row);
    });
    const tally = tallies.get(table) ?? { read: 0, bytes: 0 };
    tallies.set(table, { read: tally.read + upserts.length + deletes.length, bytes: tally.bytes + bytes });
  };

  return {
    async readFrom(since, records) {
      const tables = records.map(({ table }) => ({
        table: table.source,
        columns: table.columns.map((column) => column.source.name),
      }));
      // Held rows are taken from memory before anything newer is told of them.
      for (const { table } of records) takerOf(table.key);
      const unanswered = new Map<TableKey, UnansweredCause>();
      let rows = 0;
      for await (const batch of log.changes({ since, tables, signal })) {
        switch (batch.kind) {
          case 'too-old':
            return { tooOld: batch.reason, unanswered, rows };
          case 'unanswered':
            unanswered.set(batch.table, batch.cause);
            break;
          case 'rows':
            take(batch);
            await finding.parents?.bring();
            rows += batch.upserts.length + batch.deletes.length;
            onRead(batch.table, 0, rows);
            break;
          case 'end':
            return { position: batch.position, unanswered, rows };
        }
      }
      throw new SynclineError('REMOTE_PROTOCOL', 'The change log ended without saying where.');
    },
    tallyOf: (table) => tallies.get(table) ?? { read: 0, bytes: 0 },
  };
}
