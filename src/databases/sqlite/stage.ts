import { SynclineError } from '../../core/errors.ts';
import { seenColumnOf, type Stage, type WriteRow } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { ensureFolder, sqliteError } from './errors.ts';
import { flushFile } from './flush-file.ts';
import { danglingReferencesOf } from './references.ts';
import { removeFiles } from './remove.ts';
import { rowPresence } from './row-presence.ts';

/** SQLite's page cache for a stage, in KiB (the pragma's negative form): the bound on its memory. */
const CACHE_KIB = 16_384;

/**
 * A new stage with the given tables, each with one more column for the seen hashes. It needs no journal: whatever
 * happens before {@link Stage.finish}, the file is thrown away whole.
 */
export function createStage(driver: SqliteDriver, path: string, tables: readonly LocalTable[]): Stage {
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
  try {
    prepare(connection, tables);
  } catch (error) {
    connection.close();
    removeFiles(path);
    throw sqliteError(error, 'stage');
  }
  return {
    path,
    batch(work) {
      guarded(() => {
        connection.exec('BEGIN');
        work();
        connection.exec('COMMIT');
      });
    },
    writer: (table) => writerFor(connection, table),
    finishTable: (table) =>
      guarded(() => {
        for (const index of table.indexes) connection.exec(index.sql);
      }),
    countRows: (table) => guarded(() => countRows(connection, table)),
    has: (table, columns) => rowPresence(connection, table.name, columns),
    texts: (table) => textsOf(connection, table),
    danglingReferences: () =>
      guarded(() => tables.flatMap((table) => danglingReferencesOf(connection, table.name))),
    integrityProblems: () =>
      guarded(() =>
        connection
          .prepare<[], string>('PRAGMA quick_check(20)')
          .pluck()
          .all()
          .filter((line) => line !== 'ok'),
      ),
    finish: () =>
      guarded(() => {
        connection.close();
        flushFile(path);
      }),
    discard() {
      connection.close();
      removeFiles(path);
    },
  };
}

function prepare(connection: Connection, tables: readonly LocalTable[]): void {
  connection.pragma('journal_mode = OFF');
  connection.pragma('synchronous = OFF');
  connection.pragma('locking_mode = EXCLUSIVE');
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  for (const table of tables) {
    connection.exec(table.createSql);
    const column = quoteIdentifier(seenColumnOf(table));
    connection.exec(`ALTER TABLE ${quoteIdentifier(table.name)} ADD COLUMN ${column} BLOB`);
  }
}

function writerFor(connection: Connection, table: LocalTable): WriteRow {
  const names = [...table.columns.map((column) => column.name), seenColumnOf(table)].map(quoteIdentifier);
  const places = names.map(() => '?').join(', ');
  const insert = connection.prepare(
    `INSERT INTO ${quoteIdentifier(table.name)} (${names.join(', ')}) VALUES (${places})`,
  );
  return (cells, seen) => {
    try {
      insert.run(...cells, seen);
    } catch (error) {
      throw tooManyValues(error, table);
    }
  };
}

function* textsOf(connection: Connection, table: LocalTable): Generator<(string | null)[]> {
  const columns = table.columns.map(({ name, declaredType }) => {
    const column = quoteIdentifier(name);
    // Numbers and bytes are not even read: the driver would make objects of them.
    return declaredType.startsWith('TEXT') ? column : `iif(typeof(${column}) = 'text', ${column}, NULL)`;
  });
  const select = connection.prepare<[], (string | null)[]>(
    `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(table.name)}`,
  );
  try {
    yield* select.raw().iterate();
  } catch (error) {
    throw sqliteError(error, 'stage');
  }
}

function tooManyValues(error: unknown, table: LocalTable): unknown {
  return error instanceof RangeError
    ? new SynclineError('VALUE_UNREPRESENTABLE', `A row of ${table.key} does not fit SQLite's limits.`, {
        table: table.key,
      })
    : error;
}

function countRows(connection: Connection, table: LocalTable): number {
  const count = connection
    .prepare<[], bigint>(`SELECT count(*) FROM ${quoteIdentifier(table.name)}`)
    .pluck()
    .get();
  return Number(count ?? 0n);
}
