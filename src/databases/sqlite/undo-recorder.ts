import type { BaseTable } from '../../core/local-ports.ts';
import type { Seal, UndoRecorder } from '../../core/undo-port.ts';
import { encodeRow } from '../../core/values/row-encoding.ts';
import type { SqliteDriver } from './driver.ts';
import { ensureFolder, sqliteError } from './errors.ts';
import { removeFiles } from './remove.ts';
import { entriesOf, undoBlock } from './undo-blocks.ts';
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
  const addName = connection.prepare<[string, Uint8Array, number, number]>(
    'INSERT INTO changed VALUES (?, ?, ?, ?)',
  );
  const addChanges = connection.prepare<[number, string, Uint8Array]>(
    'INSERT INTO change_blocks VALUES (?, ?, ?)',
  );
  const addOperations = connection.prepare<[number, Uint8Array]>(
    'INSERT INTO operation_blocks VALUES (?, ?)',
  );
  const committed = { rows: 0, blocks: 0 };
  const counts = { rows: 0, blocks: 0, operations: 0, operationBlocks: 0 };
  /** The table whose changes are in the block that is being filled. */
  let filling: BaseTable | undefined;
  const changes = undoBlock();
  const operations = undoBlock();
  const writeChanges = (): void => {
    if (filling === undefined || changes.isEmpty) return;
    counts.blocks += 1;
    const block = seal.seal(changePlace(filling, counts.blocks), changes.take());
    addChanges.run(counts.blocks, filling.table.key, block);
  };
  const writeOperations = (): void => {
    if (operations.isEmpty) return;
    counts.operationBlocks += 1;
    const place = counts.operationBlocks;
    addOperations.run(place, seal.seal(operationPlace(place), operations.take()));
  };
  const readOperations = connection
    .prepare<[bigint], Uint8Array>('SELECT block FROM operation_blocks WHERE place = ?')
    .pluck();
  const removeOperations = connection.prepare<[bigint]>('DELETE FROM operation_blocks WHERE place = ?');
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
        if (filling?.table.key !== base.table.key || changes.isFull) writeChanges();
        filling = base;
        const entry = changes.add(encodeChange(change));
        addName.run(base.table.key, seal.name(encodeRow(change.key)), counts.blocks + 1, entry);
      });
      counts.rows += 1;
    },
    restart() {
      if (!changes.isEmpty) changes.take();
      if (counts.rows === committed.rows) return;
      guarded(() => connection.exec('ROLLBACK; BEGIN'));
      counts.rows = committed.rows;
      counts.blocks = committed.blocks;
    },
    operation(bytes) {
      counts.operations += 1;
      operations.add(bytes);
      if (operations.isFull) guarded(writeOperations);
    },
    keepOperations(places) {
      guarded(() => {
        writeOperations();
        const kept = new Set(places);
        const blocks = connection
          .prepare<[], bigint>('SELECT place FROM operation_blocks ORDER BY place')
          .pluck()
          .all();
        counts.operations = 0;
        let index = 0;
        for (const place of blocks) {
          const block = readOperations.get(place);
          if (block === undefined) continue;
          for (const entry of entriesOf(seal.open(operationPlace(place), block))) {
            if (kept.has(index++)) this.operation(entry);
          }
          removeOperations.run(place);
        }
      });
    },
    commit() {
      guarded(() => {
        writeChanges();
        writeOperations();
        connection.exec('COMMIT; BEGIN');
      });
      committed.rows = counts.rows;
      committed.blocks = counts.blocks;
    },
    close: () => {
      connection.close();
    },
    discard,
  };
}
