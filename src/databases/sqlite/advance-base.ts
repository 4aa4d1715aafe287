import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import { collationOf } from '../../core/schema/local-type.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteCode, sqliteError } from './errors.ts';
import { INCOMING, incomingColumnsOf } from './incoming-format.ts';

/** See {@link IncomingDatabase.advanceBase}. */
export function advanceBase(
  driver: SqliteDriver,
  basePath: string,
  incomingPath: string,
  tables: readonly BaseTable[],
): void {
  const connection = driver.open(basePath, { mode: 'write', subject: 'stage' });
  try {
    connection.pragma('main.synchronous = FULL');
    connection.prepare('ATTACH DATABASE ? AS incoming').run(incomingPath);
    connection.exec('BEGIN IMMEDIATE');
    const arrived = new Set(
      connection
        .prepare<[], string>(`SELECT name FROM incoming.sqlite_schema WHERE type = 'table'`)
        .pluck()
        .all(),
    );
    for (const base of tables) if (arrived.has(base.table.name)) advanceTable(connection, base);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'stage');
  } finally {
    connection.close();
  }
}

/**
 * The rows of a base are as they were at the last sync of each, and held rows stay behind: then two of them may have one
 * value that is unique at any one time. A base is not the place to insist.
 */
function advanceTable(connection: Connection, base: BaseTable): void {
  connection.exec('SAVEPOINT advance');
  try {
    connection.exec(advanceSql(base));
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_CONSTRAINT') !== true) throw error;
    connection.exec('ROLLBACK TO advance');
    dropConstraints(connection, base);
    connection.exec(advanceSql(base));
  }
  connection.exec('RELEASE advance');
}

function list(columns: readonly string[]): string {
  return columns.map(quoteIdentifier).join(', ');
}

/** All rows that change go first, so that rows that swap a unique value do not collide. */
function advanceSql(base: BaseTable): string {
  const name = quoteIdentifier(base.table.name);
  const columns = list([...base.table.columns.map((column) => column.name), base.seenColumn]);
  const key = list(base.table.primaryKey);
  const extra = incomingColumnsOf(base);
  const [place, state] = [quoteIdentifier(extra.place), quoteIdentifier(extra.state)];
  return `
    DELETE FROM main.${name}
      WHERE (${key}) IN (SELECT ${key} FROM incoming.${name} WHERE ${state} < ${INCOMING.held});
    INSERT INTO main.${name} (${columns})
      SELECT ${columns} FROM incoming.${name} WHERE ${state} = ${INCOMING.row} ORDER BY ${place}`;
}

/** Makes the table anew with its key and without any other constraint. It is done once to a base, if ever. */
function dropConstraints(connection: Connection, base: BaseTable): void {
  const name = quoteIdentifier(base.table.name);
  const relaxed = quoteIdentifier(`relaxed ${base.table.name}`);
  const columns = base.table.columns.map(({ name: column, declaredType, source }) => {
    const collation = collationOf(source.type);
    return `${quoteIdentifier(column)} ${declaredType}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
  });
  const all = list([...base.table.columns.map((column) => column.name), base.seenColumn]);
  connection.exec(`
    CREATE TABLE main.${relaxed} (
      ${columns.join(', ')}, ${quoteIdentifier(base.seenColumn)} BLOB, PRIMARY KEY (${list(base.table.primaryKey)})
    );
    INSERT INTO main.${relaxed} SELECT ${all} FROM main.${name};
    DROP TABLE main.${name};
    ALTER TABLE main.${relaxed} RENAME TO ${name}`);
}
