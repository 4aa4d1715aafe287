import type { Connection } from './driver.ts';
import { isOurs } from './tracking/objects.ts';

export interface DanglingReferences {
  readonly table: string;
  readonly parent: string;
  readonly rows: number;
}

/** References of a table of `main` that point nowhere, counted by parent table (`PRAGMA foreign_key_check`). */
export function danglingReferencesOf(connection: Connection, table: string): DanglingReferences[] {
  return connection
    .prepare<[string], { parent: string; rows: bigint }>(
      'SELECT parent, count(*) AS rows FROM pragma_foreign_key_check(?) GROUP BY parent ORDER BY parent',
    )
    .all(table)
    .map((row) => ({ table, parent: row.parent, rows: Number(row.rows) }));
}

/** Names of the tables of `main`, without SQLite's own and those that log changes for us. */
export function tableNames(connection: Connection): string[] {
  return connection
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all()
    .filter((table) => !isOurs(table))
    .map(({ name }) => name);
}
