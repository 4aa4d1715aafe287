/** The objects that tracking keeps in the developer's file: a log table, a state table, and triggers. */
import { foldName, quoteIdentifier } from '../../../core/schema/identifiers.ts';
import type { Connection } from '../driver.ts';

/** A comment in the SQL of each object of ours, which SQLite keeps: the developer may have tables of the same names. */
export const MARK = '/* Syncline change tracking */';

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** The table that it lives on. */
  readonly table: string;
  readonly sql: string;
  /** Its place in the schema table: an object that is made later has a higher one. */
  readonly place: bigint;
}

/** Every table, index, view and trigger of `main` that has a definition. */
export function schemaObjects(connection: Connection): readonly SchemaObject[] {
  return connection
    .prepare<[], SchemaObject>(
      `SELECT type, name, tbl_name AS "table", sql, rowid AS place FROM main.sqlite_schema
       WHERE sql IS NOT NULL ORDER BY rowid`,
    )
    .all();
}

export function isOurs({ name, sql }: Pick<SchemaObject, 'name' | 'sql'>): boolean {
  return /^_+syncline[_ ]/.test(name) && sql.includes(MARK);
}

/** What our objects are called in one file. */
export interface TrackingNames {
  readonly log: string;
  readonly state: string;
  /** A trigger of the state table, the last one made: whatever is made later has a higher place. */
  readonly last: string;
  readonly trigger: (event: string, table: string) => string;
}

/** Names that no object of the developer's has; the tables that are tracked are there already. */
export function trackingNames(objects: readonly SchemaObject[]): TrackingNames {
  const taken = new Set(objects.filter((object) => !isOurs(object)).map(({ name }) => foldName(name)));
  const free = (name: string): string => (taken.has(foldName(name)) ? free(`_${name}`) : name);
  return {
    log: free('_syncline_changes'),
    state: free('_syncline_tracking'),
    last: free('_syncline_tracking_last'),
    trigger: (event, table) => free(`_syncline ${event} ${table}`),
  };
}

/**
 * Keys of rows that were written, each once. The columns have no type and so no affinity: a key stays exactly what it is
 * in its table. Keys may be shorter than the table is wide.
 */
export function logSql({ log }: TrackingNames, width: number): string {
  const columns = Array.from({ length: width }, (_, index) => `k${index}`).join(', ');
  return `CREATE TABLE ${quoteIdentifier(log)} (${MARK} "table" TEXT NOT NULL, ${columns}, PRIMARY KEY ("table", ${columns}))`;
}

export function stateSql({ state }: TrackingNames): string {
  return `CREATE TABLE ${quoteIdentifier(state)} (${MARK} token TEXT NOT NULL, cookie INTEGER NOT NULL, tables TEXT NOT NULL)`;
}

export function lastSql({ state, last }: TrackingNames): string {
  return `CREATE TRIGGER ${quoteIdentifier(last)} AFTER UPDATE ON ${quoteIdentifier(state)} BEGIN ${MARK} SELECT 1; END`;
}

/** Takes everything of ours out of the file: triggers first, since they write to the log. */
export function removeTracking(connection: Connection): void {
  const ours = schemaObjects(connection).filter(isOurs);
  for (const type of ['trigger', 'table']) {
    for (const object of ours.filter((each) => each.type === type)) drop(connection, object);
  }
}

export function drop(connection: Connection, { type, name }: Pick<SchemaObject, 'type' | 'name'>): void {
  connection.exec(`DROP ${type} IF EXISTS main.${quoteIdentifier(name)}`);
}
