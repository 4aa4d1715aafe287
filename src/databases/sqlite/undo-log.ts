import { existsSync } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import type { Seal, UndoLog } from '../../core/undo-port.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { entriesOf } from './undo-blocks.ts';
import { changePlace, decodeChange, operationPlace } from './undo-format.ts';

/** Blocks are read one at a time: rows of others may be asked for meanwhile. */
interface StoredBlock {
  readonly place: bigint;
  readonly block: Uint8Array;
}

/** See {@link UndoDatabase.openUndoLog}. */
export function openUndoLog(driver: SqliteDriver, path: string, seal: Seal): UndoLog {
  if (!existsSync(path)) {
    throw new SynclineError('LEDGER_CORRUPT', `What was kept to undo the run, ${path}, is missing.`, {
      path,
    });
  }
  // A crash may have left a journal to roll back.
  const connection = driver.open(path, { mode: 'write', subject: 'stage' });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, 'stage');
    }
  };
  const nextChanges = guarded(() =>
    connection.prepare<[string, bigint], StoredBlock>(
      'SELECT place, block FROM change_blocks WHERE table_key = ? AND place > ? ORDER BY place LIMIT 1',
    ),
  );
  const operationsBefore = guarded(() =>
    connection.prepare<[bigint], StoredBlock>(
      'SELECT place, block FROM operation_blocks WHERE place < ? ORDER BY place DESC LIMIT 1',
    ),
  );
  const findName = guarded(() =>
    connection.prepare<[string, Uint8Array], { block: bigint; entry: bigint }>(
      'SELECT block, entry FROM changed WHERE table_key = ? AND name = ?',
    ),
  );
  const blockAt = guarded(() =>
    connection
      .prepare<[bigint, string], Uint8Array>(
        'SELECT block FROM change_blocks WHERE place = ? AND table_key = ?',
      )
      .pluck(),
  );
  /** Rows are asked for in about the order in which they were recorded. */
  let latest: { readonly place: bigint; readonly entries: readonly Uint8Array[] } | undefined;
  const entriesIn = (base: BaseTable, place: bigint): readonly Uint8Array[] => {
    if (latest?.place === place) return latest.entries;
    const block = guarded(() => blockAt.get(place, base.table.key));
    if (block === undefined) return [];
    latest = { place, entries: entriesOf(seal.open(changePlace(base, place), block)) };
    return latest.entries;
  };
  return {
    get rowCount() {
      return guarded(() =>
        Number(connection.prepare<[], bigint>('SELECT count(*) FROM changed').pluck().get() ?? 0n),
      );
    },
    *rows(base) {
      for (let last = 0n; ;) {
        const found = guarded(() => nextChanges.get(base.table.key, last));
        if (found === undefined) return;
        const entries = entriesOf(seal.open(changePlace(base, found.place), found.block));
        for (const entry of entries) yield decodeChange(base, entry);
        last = found.place;
      }
    },
    find(base, key) {
      const name = encodeRow(key);
      const found = guarded(() => findName.get(base.table.key, seal.name(name)));
      if (found === undefined) return undefined;
      const entry = entriesIn(base, found.block)[Number(found.entry)];
      const change = entry === undefined ? undefined : decodeChange(base, entry);
      // The names lie beside the blocks: what they point at must be what was asked for.
      if (change === undefined || !Buffer.from(encodeRow(change.key)).equals(name)) {
        throw new SynclineError('LEDGER_CORRUPT', `What was kept of ${base.table.key} is damaged.`, {
          table: base.table.key,
        });
      }
      return change;
    },
    tables: () =>
      guarded(() =>
        connection
          .prepare<[], string>('SELECT DISTINCT table_key FROM change_blocks ORDER BY 1')
          .pluck()
          .all(),
      ),
    *operationsBackwards() {
      for (let last = 2n ** 62n; ;) {
        const found = guarded(() => operationsBefore.get(last));
        if (found === undefined) return;
        yield* entriesOf(seal.open(operationPlace(found.place), found.block)).reverse();
        last = found.place;
      }
    },
    close: () => {
      connection.close();
    },
  };
}
