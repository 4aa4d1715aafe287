import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { goneColumnOf } from './incoming-stage.ts';

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
    for (const base of tables) {
      const name = quoteIdentifier(base.table.name);
      const columns = [...base.table.columns.map((column) => column.name), base.seenColumn]
        .map(quoteIdentifier)
        .join(', ');
      const gone = quoteIdentifier(goneColumnOf(base));
      const key = base.table.primaryKey.map(quoteIdentifier).join(', ');
      // All of them go first, so that rows that swap a unique value do not collide.
      connection.exec(`DELETE FROM main.${name} WHERE (${key}) IN (SELECT ${key} FROM incoming.${name})`);
      connection.exec(
        `INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM incoming.${name} WHERE ${gone} = 0`,
      );
    }
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'stage');
  } finally {
    connection.close();
  }
}
