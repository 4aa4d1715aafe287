import type { BaseTable, RowCounts } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';

/**
 * See {@link LocalDatabase.countLocalChanges}. SQLite compares the two files itself, cell by cell and by storage
 * class, so nothing is read into this process.
 */
export function countLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
  tables: readonly BaseTable[],
): ReadonlyMap<TableKey, RowCounts> {
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    const counts = new Map<TableKey, RowCounts>();
    for (const { table } of tables) {
      const columns = table.columns.map((column) => column.name);
      if (!hasColumns(connection, table.name, columns)) continue;
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

function hasColumns(connection: Connection, table: string, columns: readonly string[]): boolean {
  const present = new Set(
    connection
      .prepare<[string], string>(`SELECT lower(name) FROM pragma_table_info(?, 'main')`)
      .pluck()
      .all(table),
  );
  return columns.every((column) => present.has(column.toLowerCase()));
}

function byKey(connection: Connection, table: BaseTable['table']): RowCounts {
  const name = quoteIdentifier(table.name);
  const key = table.primaryKey.map(quoteIdentifier);
  const others = table.columns
    .map((column) => column.name)
    .filter((column) => !table.primaryKey.includes(column))
    .map(quoteIdentifier);
  const sameKey = key.map((column) => `l.${column} = b.${column}`).join(' AND ');
  const differs = others.map((column) => `l.${column} IS NOT b.${column}`).join(' OR ');
  const missing = (here: string, there: string): number =>
    count(
      connection,
      `SELECT count(*) FROM ${here} WHERE NOT EXISTS (SELECT 1 FROM ${there} WHERE ${sameKey})`,
    );
  return {
    inserted: missing(`main.${name} AS l`, `base.${name} AS b`),
    deleted: missing(`base.${name} AS b`, `main.${name} AS l`),
    updated:
      differs === ''
        ? 0
        : count(
            connection,
            `SELECT count(*) FROM main.${name} AS l JOIN base.${name} AS b ON ${sameKey} WHERE ${differs}`,
          ),
  };
}

/** Without a key a changed row is one that is gone and one that is new. Equal rows are told apart by their number. */
function byContent(connection: Connection, table: BaseTable['table']): RowCounts {
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const numbered = (schema: string): string =>
    `SELECT ${columns}, row_number() OVER (PARTITION BY ${columns}) FROM ${schema}.${quoteIdentifier(table.name)}`;
  const onlyIn = (here: string, there: string): number =>
    count(connection, `SELECT count(*) FROM (${numbered(here)} EXCEPT ${numbered(there)})`);
  return { inserted: onlyIn('main', 'base'), deleted: onlyIn('base', 'main'), updated: 0 };
}

function count(connection: Connection, sql: string): number {
  return Number(connection.prepare<[], bigint>(sql).pluck().get() ?? 0n);
}
