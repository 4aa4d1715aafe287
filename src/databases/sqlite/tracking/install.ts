/** How Syncline's own transactions leave the log behind: with the keys that still differ, and everything in place. */
import type { Tracking } from '../../../core/local-changes-port.ts';
import type { BaseTable } from '../../../core/local-ports.ts';
import { foldName, quoteIdentifier, quoteLiteral } from '../../../core/schema/identifiers.ts';
import type { LocalTable } from '../../../core/schema/local-schema.ts';
import type { Cell, Row } from '../../../core/values/cell.ts';
import { changedKeysSql } from '../changed-rows-sql.ts';
import type { Connection } from '../driver.ts';
import { countByKey, hasItsColumns } from '../local-changes.ts';
import { presentRowidName } from '../rowid.ts';
import {
  drop,
  isOurs,
  lastSql,
  logSql,
  schemaObjects,
  stateSql,
  trackingNames,
  type SchemaObject,
} from './objects.ts';
import { restrictionBy } from './restriction.ts';
import { triggersFor } from './triggers.ts';
import { trustOf, type TrackedTables } from './trust.ts';

/** Keys that the log is to have. They lie in a temporary table, so that memory stays bounded. */
export interface LoggedKeys {
  /** Adds the keys of all rows that differ from the base, which is attached as `base`: no others have to stay. */
  addChanged(tables: readonly BaseTable[], previous: Tracking | undefined): void;
  add(table: LocalTable, key: Row): void;
  /** Writes them into the log table, each once. */
  copyInto(log: string): void;
}

const SCRATCH = 'temp."syncline changed keys"';

export function loggedKeys(connection: Connection, tables: readonly LocalTable[]): LoggedKeys {
  const columns = keyColumns(tables).join(', ');
  connection.exec(`CREATE TABLE ${SCRATCH} ("table", ${columns})`);
  return {
    addChanged(bases, previous) {
      const trusts = previous === undefined ? undefined : trustOf(connection, bases, previous);
      for (const base of bases) {
        const { table } = base;
        if (table.primaryKey.length === 0 || !hasItsColumns(connection, table)) continue;
        const trust = trusts?.get(table.key);
        const found =
          trust?.kind === 'log' &&
          (!trust.counted || countByKey(connection, base, trust).tracking?.state === 'triggers');
        const restriction = found ? restrictionBy(connection, base, trust.log) : undefined;
        const places = table.primaryKey.map((_, index) => `k${index}`).join(', ');
        for (const op of ['insert', 'update', 'delete'] as const) {
          const keys = changedKeysSql(base, op, presentRowidName(connection, table), restriction);
          connection.exec(
            `INSERT INTO ${SCRATCH} ("table", ${places}) SELECT ${quoteLiteral(table.name)}, * FROM (${keys})`,
          );
        }
      }
    },
    add(table, key) {
      const places = key.map((_, index) => `k${index}`);
      connection
        .prepare<Cell[]>(
          `INSERT INTO ${SCRATCH} ("table", ${places.join(', ')}) VALUES (?, ${places.map(() => '?').join(', ')})`,
        )
        .run(table.name, ...key);
    },
    copyInto(log) {
      connection.exec(
        `INSERT INTO main.${quoteIdentifier(log)} ("table", ${columns}) SELECT DISTINCT "table", ${columns} FROM ${SCRATCH}`,
      );
    },
  };
}

/** As many as the widest key has. */
function keyColumns(tables: readonly LocalTable[]): string[] {
  const width = Math.max(1, ...tables.map(({ primaryKey }) => primaryKey.length));
  return Array.from({ length: width }, (_, index) => `k${index}`);
}

/**
 * Puts log and triggers into the running transaction, as the last thing but the schema cookie that changes the schema.
 * Returns what marks the file once the cookie is what it will be.
 */
export function installTracking(
  connection: Connection,
  tables: readonly LocalTable[],
  { token }: Tracking,
  keys?: LoggedKeys,
): (cookie: number) => void {
  const objects = schemaObjects(connection);
  const names = trackingNames(objects);
  const tracked = new Map<string, TrackedTables[string]>();
  const wanted = new Map<string, string>();
  for (const table of tables) {
    if (!hasItsColumns(connection, table)) continue;
    const made = triggersFor(connection, table, names);
    if (made === undefined) continue;
    tracked.set(table.name, made.counted ? 'counted' : 'logged');
    for (const { name, sql } of made.triggers) wanted.set(name, sql);
  }
  const log = logSql(names, keyColumns(tables).length);
  const stands = ({ name, sql }: SchemaObject): boolean => sql === log || wanted.get(name) === sql;
  const ours = objects.filter(isOurs);
  const outdated = ours.filter((object) => !stands(object));
  for (const type of ['trigger', 'table']) {
    for (const object of outdated.filter((each) => each.type === type)) drop(connection, object);
  }
  const standing = new Set(ours.filter(stands).map(({ name }) => foldName(name)));
  if (!standing.has(foldName(names.log))) connection.exec(log);
  for (const [name, sql] of wanted) if (!standing.has(foldName(name))) connection.exec(sql);
  connection.exec(stateSql(names));
  connection.exec(lastSql(names));
  connection.exec(`DELETE FROM main.${quoteIdentifier(names.log)}`);
  keys?.copyInto(names.log);
  return (cookie) => {
    connection
      .prepare(`INSERT INTO main.${quoteIdentifier(names.state)} VALUES (?, ?, ?)`)
      .run(token, BigInt(cookie), JSON.stringify(Object.fromEntries(tracked)));
  };
}
