/** SQLite files as a test sees them: their bytes, and what they hold. */
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Runs SQL on a file, which is made when it is missing. */
export function execute(path: string, ...statements: readonly string[]): void {
  const connection = new Database(path);
  try {
    // Lets a test write what only another program's SQLite would: `PRAGMA writable_schema`.
    connection.unsafeMode(true);
    for (const statement of statements) connection.exec(statement);
  } finally {
    connection.close();
  }
}

/** The rows of a query, integers as bigint. */
export function query(path: string, sql: string): unknown[][] {
  const connection = new Database(path, { readonly: true });
  try {
    connection.defaultSafeIntegers(true);
    return connection.prepare<[], unknown[]>(sql).raw().all();
  } finally {
    connection.close();
  }
}

/**
 * What `.dump` of the sqlite3 shell prints: the schema in the order of its making, and every row in the order of its
 * rowid, each value with its storage class. Two databases with one dump hold the same.
 */
export function dump(path: string): string {
  return [...dumpSchema(path), ...dumpRows(path)].join('\n');
}

export function dumpSchema(path: string): string[] {
  return query(
    path,
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'table' DESC, rowid`,
  ).map(([sql]) => String(sql));
}

/** A line a row, tables by name. */
export function dumpRows(path: string): string[] {
  const tables = query(
    path,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  ).map(([name]) => String(name));
  return tables.flatMap((table) => {
    const columns = query(path, `SELECT name FROM pragma_table_info('${table.replaceAll("'", "''")}')`).map(
      ([name]) => quoted(String(name)),
    );
    const cells = columns.map((column) => `quote(${column})`).join(` || ',' || `);
    return query(path, `SELECT ${cells} FROM ${quoted(table)}`).map(([line]) => `${table}: ${String(line)}`);
  });
}

/** A hash of the bytes of a database and of its journals, by suffix. A write-ahead log of no bytes counts as none. */
export function bytesOf(path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const suffix of ['', '-journal', '-wal']) {
    if (!existsSync(path + suffix)) continue;
    const bytes = readFileSync(path + suffix);
    if (suffix === '' || bytes.length > 0) found[suffix] = `${bytes.length} ${hash('sha256', bytes)}`;
  }
  return found;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
