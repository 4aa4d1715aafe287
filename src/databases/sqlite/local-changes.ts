import { existsSync } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';
import type { BaseTable, RowCounts } from '../../core/local-ports.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';

/**
 * See {@link LocalDatabase.countLocalChanges}. SQLite compares the two files itself, cell by cell and byte by byte
 * (a column may have a collation that takes different texts for equal), so nothing is read into this process.
 */
export function countLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
  tables: readonly BaseTable[],
): ReadonlyMap<TableKey, RowCounts> {
  requireBase(basePath);
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    const counts = new Map<TableKey, RowCounts>();
    for (const { table } of tables) {
      if (!hasItsColumns(connection, table)) continue;
      counts.set(
        table.key,
        table.primaryKey.length > 0 ? byKey(connection, table) : byContent(connection, table),
      );
    }
    return counts;
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

/** Throws LEDGER_CORRUPT when the base of the last pull is not there. */
export function requireBase(path: string): void {
  if (existsSync(path)) return;
  throw new SynclineError('LEDGER_CORRUPT', `The base of the last pull, ${path}, is missing.`, { path });
}

/** Whether the local table has exactly the columns that were pulled. */
export function hasItsColumns(connection: Connection, table: LocalTable): boolean {
  const present = columnsNow(connection, table).map(foldName);
  const expected = table.columns.map((column) => foldName(column.name));
  return present.length === expected.length && expected.every((column) => present.includes(column));
}

/** Names of the columns that the local table has now; none when it is not there. */
export function columnsNow(connection: Connection, table: LocalTable): string[] {
  return connection
    .prepare<[string], string>(`SELECT name FROM pragma_table_xinfo(?, 'main')`)
    .pluck()
    .all(table.name);
}

function byKey(connection: Connection, table: LocalTable): RowCounts {
  const name = quoteIdentifier(table.name);
  const sameKey = table.primaryKey
    .map(quoteIdentifier)
    .map((column) => `l.${column} = b.${column}`)
    .join(' AND ');
  const differs = table.columns
    .map((column) => quoteIdentifier(column.name))
    .map((column) => `l.${column} COLLATE BINARY IS NOT b.${column}`)
    .join(' OR ');
  const missing = (here: string, there: string): number =>
    count(
      connection,
      `SELECT count(*) FROM ${here} WHERE NOT EXISTS (SELECT 1 FROM ${there} WHERE ${sameKey})`,
    );
  return {
    inserted: missing(`main.${name} AS l`, `base.${name} AS b`),
    deleted: missing(`base.${name} AS b`, `main.${name} AS l`),
    updated: count(
      connection,
      `SELECT count(*) FROM main.${name} AS l JOIN base.${name} AS b ON ${sameKey} WHERE ${differs}`,
    ),
  };
}

/** Without a key a changed row is one that is gone and one that is new. Equal rows are told apart by their number. */
function byContent(connection: Connection, table: LocalTable): RowCounts {
  const columns = table.columns.map((column) => `${quoteIdentifier(column.name)} COLLATE BINARY`).join(', ');
  const numbered = (schema: string): string =>
    `SELECT ${columns}, row_number() OVER (PARTITION BY ${columns}) FROM ${schema}.${quoteIdentifier(table.name)}`;
  const onlyIn = (here: string, there: string): number =>
    count(connection, `SELECT count(*) FROM (${numbered(here)} EXCEPT ${numbered(there)})`);
  return { inserted: onlyIn('main', 'base'), deleted: onlyIn('base', 'main'), updated: 0 };
}

function count(connection: Connection, sql: string): number {
  return Number(connection.prepare<[], bigint>(sql).pluck().get() ?? 0n);
}
