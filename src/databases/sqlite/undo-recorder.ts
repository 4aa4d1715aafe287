import type { Seal, UndoRecorder } from '../../core/undo-port.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import type { SqliteDriver } from './driver.ts';
import { ensureFolder, sqliteError } from './errors.ts';
import { removeFiles } from './remove.ts';
import { changePlace, encodeChange, operationPlace, UNDO_SQL } from './undo-format.ts';

/** See {@link UndoDatabase.createUndoLog}. */
export function createUndoLog(driver: SqliteDriver, path: string, seal: Seal): UndoRecorder {
  ensureFolder(path, 'stage');
  removeFiles(path);
  const connection = driver.open(path, { mode: 'create', subject: 'stage' });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, 'stage');
    }
  };
  const discard = (): void => {
    connection.close();
    removeFiles(path);
  };
  try {
    connection.pragma('synchronous = FULL');
    // What is forgotten may be an earlier value of production.
    connection.pragma('secure_delete = ON');
    connection.exec(UNDO_SQL);
    connection.exec('BEGIN');
  } catch (error) {
    discard();
    throw sqliteError(error, 'stage');
  }
  // A row that is recorded again was changed again: what it was before the run stays.
  const addRow = connection.prepare<[string, Uint8Array, Uint8Array]>(
    'INSERT INTO changed (table_key, name, change) VALUES (?, ?, ?)',
  );
  const addOperation = connection.prepare<[number, Uint8Array]>('INSERT INTO operations VALUES (?, ?)');
  const committed = { rows: 0 };
  const counts = { rows: 0, operations: 0, places: 0 };
  return {
    path,
    get rows() {
      return counts.rows;
    },
    get operations() {
      return counts.operations;
    },
    row(base, change) {
      guarded(() => {
        const bytes = seal.seal(changePlace(base), encodeChange(change));
        addRow.run(base.table.key, seal.name(encodeRow(change.key)), bytes);
      });
      counts.rows += 1;
    },
    restart() {
      guarded(() => connection.exec('ROLLBACK; BEGIN'));
      counts.rows = committed.rows;
    },
    operation(bytes) {
      counts.operations += 1;
      counts.places += 1;
      const place = counts.places;
      guarded(() => addOperation.run(place, seal.seal(operationPlace(place), bytes)));
    },
    keepOperations(places) {
      guarded(() => {
        connection.exec('CREATE TEMP TABLE kept (place INTEGER PRIMARY KEY)');
        const keep = connection.prepare<[number]>('INSERT OR IGNORE INTO temp.kept VALUES (?)');
        for (const place of places) keep.run(place + 1);
        connection.exec(
          'DELETE FROM operations WHERE place NOT IN (SELECT place FROM temp.kept); DROP TABLE temp.kept',
        );
        const left = connection
          .prepare<[], { count: bigint }>('SELECT count(*) AS count FROM operations')
          .get();
        counts.operations = Number(left?.count ?? 0n);
      });
    },
    commit() {
      guarded(() => connection.exec('COMMIT; BEGIN'));
      committed.rows = counts.rows;
    },
    close: () => {
      connection.close();
    },
    discard,
  };
}
