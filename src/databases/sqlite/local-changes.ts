import { existsSync } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';
import type { LocalCounts, TableTracking, Tracking } from '../../core/local-changes-port.ts';
import type { BaseTable, RowCounts } from '../../core/local-ports.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { restrictionBy, type Restriction } from './tracking/restriction.ts';
import { trackingFrom, trustOf, type Trust } from './tracking/trust.ts';

/**
 * See {@link LocalDatabase.countLocalChanges}. SQLite compares the two files itself, cell by cell and byte by byte
 * (a column may have a collation that takes different texts for equal), so nothing is read into this process.
 */
export function countLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
  tables: readonly BaseTable[],
  tracking?: Tracking,
): ReadonlyMap<TableKey, LocalCounts> {
  requireBase(basePath);
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    // What is trusted must be so while it is read.
    if (tracking !== undefined) connection.exec('BEGIN');
    const trust = tracking === undefined ? undefined : trustOf(connection, tables, tracking);
    const counts = new Map<TableKey, LocalCounts>();
    for (const base of tables) {
      const { table } = base;
      if (!hasItsColumns(connection, table)) continue;
      counts.set(
        table.key,
        table.primaryKey.length > 0
          ? countByKey(connection, base, trust?.get(table.key))
          : byContent(connection, table),
      );
    }
    return counts;
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

/** See {@link LocalDatabase.trackingOf}. */
export function trackingOf(
  driver: SqliteDriver,
  localPath: string,
  tables: readonly BaseTable[],
  tracking: Tracking,
): ReadonlyMap<TableKey, TableTracking> {
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  try {
    const trusts = trustOf(connection, tables, tracking);
    return new Map([...trusts].map(([key, trust]) => [key, trackingFrom(trust)] as const));
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

/** What differs in a table with a primary key, found by the log where that can be trusted, and else by comparing all. */
export function countByKey(connection: Connection, base: BaseTable, trust: Trust | undefined): LocalCounts {
  if (trust?.kind === 'log') {
    const counts = byKey(connection, base.table, restrictionBy(connection, base, trust.log));
    if (!trust.counted || addsUp(connection, base.table, counts)) {
      return { ...counts, tracking: { state: 'triggers' } };
    }
  }
  const counts = byKey(connection, base.table);
  if (trust === undefined) return counts;
  return {
    ...counts,
    tracking: trust.kind === 'lost' ? trackingFrom(trust) : { state: 'lost', reason: 'uncounted' },
  };
}

/** Whether the table has as many rows as it must when these are all the changes. */
function addsUp(connection: Connection, table: LocalTable, { inserted, deleted }: RowCounts): boolean {
  const rows = (schema: string): number =>
    count(connection, `SELECT count(*) FROM ${schema}.${quoteIdentifier(table.name)}`);
  return rows('main') - rows('base') === inserted - deleted;
}

/** Throws LEDGER_CORRUPT when the base of the last pull is not there. */
export function requireBase(path: string): void {
  if (existsSync(path)) return;
  throw new SynclineError('LEDGER_CORRUPT', `The base of the last pull, ${path}, is missing.`, { path });
}

/** Whether the local table has exactly the columns that were pulled. */
export function hasItsColumns(connection: Connection, table: LocalTable): boolean {
  const present = connection
    .prepare<[string], string>(`SELECT name FROM pragma_table_xinfo(?, 'main')`)
    .pluck()
    .all(table.name)
    .map(foldName);
  const expected = table.columns.map((column) => foldName(column.name));
  return present.length === expected.length && expected.every((column) => present.includes(column));
}

function byKey(connection: Connection, table: LocalTable, restriction?: Restriction): RowCounts {
  const name = quoteIdentifier(table.name);
  const sameKey = table.primaryKey
    .map(quoteIdentifier)
    .map((column) => `l.${column} = b.${column}`)
    .join(' AND ');
  const differs = table.columns
    .map((column) => quoteIdentifier(column.name))
    .map((column) => `l.${column} COLLATE BINARY IS NOT b.${column}`)
    .join(' OR ');
  const { local = 'true', base = 'true' } = restriction ?? {};
  const missing = (here: string, there: string, among: string): number =>
    count(
      connection,
      `SELECT count(*) FROM ${here} WHERE ${among} AND NOT EXISTS (SELECT 1 FROM ${there} WHERE ${sameKey})`,
    );
  // The few rows of a restriction come first.
  const join = restriction === undefined ? 'JOIN' : 'CROSS JOIN';
  return {
    inserted: missing(`main.${name} AS l`, `base.${name} AS b`, local),
    deleted: missing(`base.${name} AS b`, `main.${name} AS l`, base),
    updated: count(
      connection,
      `SELECT count(*) FROM main.${name} AS l ${join} base.${name} AS b ON ${sameKey}
       WHERE ${local} AND (${differs})`,
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
