import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { SynclineError } from '../../core/errors.ts';
import type { SwitchRequest, SwitchResult } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { removeDatabase } from './remove.ts';
import { danglingReferencesOf, tableNames, type DanglingReferences } from './references.ts';
import { rowidName } from './rowid.ts';

/** Rows copied between two looks at the cancel signal. */
const COPY_CHUNK = 50_000;

const SMALLEST_ROWID = -(2n ** 63n);

/** See {@link LocalDatabase.switchTo}. */
export function switchTo(driver: SqliteDriver, request: SwitchRequest): SwitchResult {
  if (!request.create) return switchIn(driver, request.localPath, request);
  const beside = `${request.localPath}.syncline-new`;
  removeDatabase(beside);
  try {
    const result = switchIn(driver, beside, request);
    renameSync(beside, request.localPath);
    return result;
  } finally {
    removeDatabase(beside);
  }
}

function switchIn(driver: SqliteDriver, path: string, request: SwitchRequest): SwitchResult {
  const connection = driver.open(path, { mode: request.create ? 'create' : 'write', subject: 'local' });
  try {
    connection.prepare('ATTACH DATABASE ? AS stage').run(request.stagePath);
    connection.exec('BEGIN IMMEDIATE');
    const before = schemaVersion(connection);
    const dropped = request.tables.flatMap((table) => {
      request.onTable(table.key);
      return replaceTable(connection, table, request.signal);
    });
    const dangling = referencesAfter(connection, request.tables);
    const after = request.create ? schemaVersion(connection) : leapSchemaVersion(connection, before);
    request.signal.throwIfAborted();
    request.beforeCommit({ before, after });
    connection.exec('COMMIT');
    return { danglingElsewhere: dangling, dropped };
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

function schemaVersion(connection: Connection): number {
  return Number(connection.pragma('main.schema_version', { simple: true }));
}

/**
 * Moves the schema cookie a random leap ahead. A later start reads it to tell whether this transaction was committed:
 * programs that alter the schema meanwhile move the cookie in steps of one, so they cannot be taken for it. Raising
 * the cookie is harmless (it makes other connections read the schema again); only leaving it alone would not be.
 */
function leapSchemaVersion(connection: Connection, before: number): number {
  const leap = 10_000 + (randomBytes(2).readUInt16LE() % 50_000);
  const after = (before + leap) % 0x7fff_0000;
  connection.pragma(`main.schema_version = ${after}`);
  return after;
}

interface OwnedObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Replaces one table's rows; its definition too when that is not the wanted one. Returns what had to be dropped. */
function replaceTable(connection: Connection, table: LocalTable, signal: AbortSignal): string[] {
  const existing = connection
    .prepare<[string], { name: string; type: string; sql: string }>(
      `SELECT name, type, sql FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')`,
    )
    .get(table.name);
  if (existing?.type === 'view') {
    throw new SynclineError('CONSTRAINT_VIOLATION', `A view is in the place of table ${table.name}.`, {
      table: table.key,
    });
  }
  const ours = new Set(table.indexes.map((index) => index.name));
  const owned =
    existing === undefined
      ? []
      : connection
          .prepare<[string], OwnedObject>(
            `SELECT type, name, sql FROM main.sqlite_schema
             WHERE tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid`,
          )
          .all(table.name);
  for (const object of owned) connection.exec(`DROP ${object.type} main.${quoteIdentifier(object.name)}`);
  if (existing?.sql === table.createSql) {
    connection.exec(`DELETE FROM main.${quoteIdentifier(table.name)}`);
  } else {
    if (existing !== undefined) connection.exec(`DROP TABLE main.${quoteIdentifier(existing.name)}`);
    connection.exec(table.createSql);
  }
  copyRows(connection, table, signal);
  for (const index of table.indexes) connection.exec(index.sql);
  return owned
    .filter((object) => !(object.type === 'index' && ours.has(object.name)))
    .filter((object) => !recreate(connection, object))
    .map((object) => `${object.type} ${object.name}`);
}

function recreate(connection: Connection, object: OwnedObject): boolean {
  try {
    connection.exec(object.sql);
    return true;
  } catch {
    return false;
  }
}

/** Copies in the order in which the stage received the rows, so that equal pulls give equal files. */
function copyRows(connection: Connection, table: LocalTable, signal: AbortSignal): void {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const insert = `INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM stage.${name}`;
  const rowid = rowidName(table);
  if (rowid === undefined) {
    connection.exec(insert);
    return;
  }
  const end = connection
    .prepare<[bigint], bigint | null>(
      `SELECT max(r) FROM (SELECT ${rowid} AS r FROM stage.${name} WHERE ${rowid} > ? ORDER BY ${rowid} LIMIT ${COPY_CHUNK})`,
    )
    .pluck();
  const copy = connection.prepare<[bigint, bigint]>(
    `${insert} WHERE ${rowid} > ? AND ${rowid} <= ? ORDER BY ${rowid}`,
  );
  const lowest = connection
    .prepare<[], bigint | null>(`SELECT min(${rowid}) FROM stage.${name}`)
    .pluck()
    .get();
  // The lowest rowid itself may be SQLite's smallest integer, below which there is nothing to start from.
  if (lowest === SMALLEST_ROWID) {
    connection.exec(insert);
    return;
  }
  let from = (lowest ?? 0n) - 1n;
  for (let to = end.get(from); to !== null && to !== undefined; to = end.get(from)) {
    signal.throwIfAborted();
    copy.run(from, to);
    from = to;
  }
}

/** Dangling references after the change: in pulled tables they forbid it, in the user's other tables they are told. */
function referencesAfter(
  connection: Connection,
  tables: readonly LocalTable[],
): { readonly table: string; readonly rows: number }[] {
  const own = tables.flatMap((table) => danglingReferencesOf(connection, table.name));
  if (own.length > 0) {
    throw new SynclineError(
      'FOREIGN_KEY_VIOLATIONS',
      `Rows refer to missing rows: ${own.map((found) => `${found.table} to ${found.parent} (${found.rows})`).join(', ')}.`,
      { tables: own.map((found) => found.table) },
    );
  }
  const pulled = new Set(tables.map((table) => table.name.toLowerCase()));
  return tableNames(connection)
    .filter((name) => !pulled.has(name.toLowerCase()))
    .flatMap((name) => danglingInUsersTable(connection, name))
    .map(({ table, rows }) => ({ table, rows }));
}

function danglingInUsersTable(connection: Connection, table: string): DanglingReferences[] {
  try {
    return danglingReferencesOf(connection, table);
  } catch {
    // A table of the user's whose foreign key names no unique column cannot be checked; it was so before the pull.
    return [];
  }
}
