import { SynclineError } from '../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { Connection } from './driver.ts';
import { sqliteCode } from './errors.ts';
import { rowidName } from './rowid.ts';

export interface ReplaceRequest {
  readonly tables: readonly LocalTable[];
  /** Names of indexes that an earlier pull made; they are not the user's and go unless they are wanted again. */
  readonly formerIndexes: readonly string[];
  readonly onTable: (table: TableKey) => void;
}

/** An index or trigger that lives on a table. */
interface OwnedObject {
  readonly type: 'index' | 'trigger';
  readonly name: string;
  readonly sql: string;
}

interface ExistingTable {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
}

/**
 * Gives the tables of `main` the rows of the attached `stage`, and their definitions where those are not the wanted
 * ones. The user's triggers and indexes on them are kept: they are taken away first, so that no trigger fires and no
 * index slows the copying. Returns those that do not fit any more, such as `trigger audit`.
 */
export function replaceTables(
  connection: Connection,
  { tables, formerIndexes, onTable }: ReplaceRequest,
): string[] {
  const found = tables.map((table) => ({ table, existing: findExisting(connection, table) }));
  const owned = found.flatMap(({ existing }) =>
    existing === undefined ? [] : ownedBy(connection, existing.name),
  );
  // All of them before any table is filled: an index may have moved from one table to another.
  for (const { type, name } of owned) connection.exec(`DROP ${type} main.${quoteIdentifier(name)}`);
  for (const { table, existing } of found) {
    onTable(table.key);
    if (existing?.sql === table.createSql) {
      connection.exec(`DELETE FROM main.${quoteIdentifier(existing.name)}`);
    } else {
      if (existing !== undefined) connection.exec(`DROP TABLE main.${quoteIdentifier(existing.name)}`);
      connection.exec(table.createSql);
    }
    copyRows(connection, table);
    for (const { name, sql } of table.indexes) {
      requireFreeName(connection, table, name);
      connection.exec(sql);
    }
  }
  const wanted = tables.flatMap((table) => table.indexes.map((index) => index.name));
  const ours = new Set([...wanted, ...formerIndexes].map(foldName));
  return owned
    .filter(({ type, name }) => !(type === 'index' && ours.has(foldName(name))))
    .filter((object) => !recreate(connection, object))
    .map(({ type, name }) => `${type} ${name}`);
}

function findExisting(connection: Connection, table: LocalTable): ExistingTable | undefined {
  const existing = connection
    .prepare<[string], ExistingTable>(
      `SELECT name, type, sql FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND type <> 'trigger'`,
    )
    .get(table.name);
  if (existing !== undefined && existing.type !== 'table') {
    throw new SynclineError(
      'CONSTRAINT_VIOLATION',
      `The local database has ${existing.type === 'view' ? 'a view' : 'an index'} in the place of table ${table.name}.`,
      { table: table.key },
    );
  }
  return existing;
}

function ownedBy(connection: Connection, table: string): OwnedObject[] {
  return connection
    .prepare<[string], OwnedObject>(
      `SELECT type, name, sql FROM main.sqlite_schema
       WHERE tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid`,
    )
    .all(table);
}

function requireFreeName(connection: Connection, table: LocalTable, index: string): void {
  const taken = connection
    .prepare<[string], { type: string; tbl_name: string }>(
      `SELECT type, tbl_name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view', 'index')`,
    )
    .get(index);
  if (taken === undefined) return;
  throw new SynclineError(
    'CONSTRAINT_VIOLATION',
    `Production's index ${index} of ${table.key} cannot be made: the local database has ${taken.type === 'index' ? `an index of that name on ${taken.tbl_name}` : `a ${taken.type} of that name`}.`,
    { table: table.key, index },
  );
}

/** In the order in which the stage received the rows, so that equal pulls give equal files. */
function copyRows(connection: Connection, table: LocalTable): void {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const rowid = rowidName(table);
  const order = rowid === undefined ? '' : ` ORDER BY ${rowid}`;
  connection.exec(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM stage.${name}${order}`);
}

/** False when the object cannot be where it was: its column is gone, or the rows are not unique any more. */
function recreate(connection: Connection, object: OwnedObject): boolean {
  try {
    connection.exec(object.sql);
    return true;
  } catch (error) {
    const code = sqliteCode(error);
    if (code?.startsWith('SQLITE_ERROR') === true || code?.startsWith('SQLITE_CONSTRAINT') === true) {
      return false;
    }
    throw error;
  }
}
