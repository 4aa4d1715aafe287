import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
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
    for (const base of tables) connection.exec(advanceSql(base));
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'stage');
  } finally {
    connection.close();
  }
}

/** All rows that change go first, so that rows that swap a unique value do not collide. */
function advanceSql(base: BaseTable): string {
  const name = quoteIdentifier(base.table.name);
  const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');
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
