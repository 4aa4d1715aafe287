import { existsSync } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';
import type { Seal, UndoLog } from '../../core/undo-port.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { changePlace, decodeChange, operationPlace } from './undo-format.ts';

/** Rows that are read at a time: other rows of the file may be asked for meanwhile. */
const PAGE = 500;

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
  return {
    get rowCount() {
      return guarded(() =>
        Number(connection.prepare<[], bigint>('SELECT count(*) FROM changed').pluck().get() ?? 0n),
      );
    },
    *rows(base) {
      const page = connection.prepare<[string, bigint], { place: bigint; change: Uint8Array }>(
        `SELECT place, change FROM changed WHERE table_key = ? AND place > ? ORDER BY place LIMIT ${PAGE}`,
      );
      for (let last = 0n; ;) {
        const rows = guarded(() => page.all(base.table.key, last));
        for (const { change } of rows) yield decodeChange(base, seal.open(changePlace(base), change));
        const end = rows.at(-1);
        if (end === undefined) return;
        last = end.place;
      }
    },
    find(base, key) {
      const change = guarded(() =>
        connection
          .prepare<[string, Uint8Array], Uint8Array>(
            'SELECT change FROM changed WHERE table_key = ? AND name = ?',
          )
          .pluck()
          .get(base.table.key, seal.name(encodeRow(key))),
      );
      return change === undefined ? undefined : decodeChange(base, seal.open(changePlace(base), change));
    },
    tables: () =>
      guarded(() =>
        connection.prepare<[], string>('SELECT DISTINCT table_key FROM changed ORDER BY 1').pluck().all(),
      ),
    *operationsBackwards() {
      const page = connection.prepare<[bigint], { place: bigint; operation: Uint8Array }>(
        `SELECT place, operation FROM operations WHERE place < ? ORDER BY place DESC LIMIT ${PAGE}`,
      );
      for (let last = 2n ** 62n; ;) {
        const operations = guarded(() => page.all(last));
        for (const { place, operation } of operations) yield seal.open(operationPlace(place), operation);
        const end = operations.at(-1);
        if (end === undefined) return;
        last = end.place;
      }
    },
    close: () => {
      connection.close();
    },
  };
}
