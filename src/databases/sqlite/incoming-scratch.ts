/** Temporary tables of an incoming transaction: what was taken out of each table, and what was put in. */
import { SynclineError } from '../../core/errors.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalForeignKey, LocalTable } from '../../core/schema/local-schema.ts';
import type { Connection } from './driver.ts';

interface Scratch {
  readonly put: string;
  readonly taken: string;
}

function scratchOf(table: LocalTable): Scratch {
  return {
    put: `temp.${quoteIdentifier(`put into ${table.name}`)}`,
    taken: `temp.${quoteIdentifier(`taken from ${table.name}`)}`,
  };
}

export function makeScratch(connection: Connection, table: LocalTable): Scratch {
  const scratch = scratchOf(table);
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  for (const name of [scratch.put, scratch.taken]) connection.exec(`CREATE TABLE ${name} (${columns})`);
  return scratch;
}

export function dropScratch(connection: Connection, tables: readonly BaseTable[]): void {
  for (const { table } of tables) {
    const { put, taken } = scratchOf(table);
    connection.exec(`DROP TABLE ${put}; DROP TABLE ${taken}`);
  }
}

/**
 * Looks only at what changed: rows that were put in must find their parents, and rows that were taken out must not be
 * missed by their children. Throws FOREIGN_KEY_VIOLATIONS.
 */
export function requireIncomingReferences(
  connection: Connection,
  changed: readonly BaseTable[],
  all: readonly BaseTable[],
): void {
  const byKey = new Map(all.map(({ table }) => [table.key, table] as const));
  const changedKeys = new Set(changed.map(({ table }) => table.key));
  const broken: string[] = [];
  const look = (child: LocalTable, parent: LocalTable, sql: string): void => {
    const rows = connection.prepare<[], bigint>(sql).pluck().get() ?? 0n;
    if (rows > 0n) broken.push(`${child.name} to ${parent.name} (${rows})`);
  };
  for (const child of byKey.values()) {
    for (const key of child.foreignKeys) {
      const parent = byKey.get(key.references.table);
      if (parent === undefined) continue;
      if (changedKeys.has(child.key)) look(child, parent, orphansAmongNew(child, parent, key));
      if (changedKeys.has(parent.key)) look(child, parent, orphansOfTaken(child, parent, key));
    }
  }
  if (broken.length > 0) {
    throw new SynclineError(
      'FOREIGN_KEY_VIOLATIONS',
      `Rows would refer to missing rows: ${broken.join(', ')}.`,
      {
        references: broken,
      },
    );
  }
}

function orphansAmongNew(child: LocalTable, parent: LocalTable, key: LocalForeignKey): string {
  const set = key.columns.map((column) => `c.${quoteIdentifier(column)} IS NOT NULL`).join(' AND ');
  return `SELECT count(*) FROM ${scratchOf(child).put} AS c WHERE ${set}
    AND NOT EXISTS (SELECT 1 FROM main.${quoteIdentifier(parent.name)} AS p WHERE ${matches(key, 'p', 'c')})`;
}

function orphansOfTaken(child: LocalTable, parent: LocalTable, key: LocalForeignKey): string {
  const there = key.references.columns
    .map((column) => `p.${quoteIdentifier(column)} = t.${quoteIdentifier(column)}`)
    .join(' AND ');
  return `SELECT count(*) FROM ${scratchOf(parent).taken} AS t
    JOIN main.${quoteIdentifier(child.name)} AS c ON ${matches(key, 't', 'c')}
    WHERE NOT EXISTS (SELECT 1 FROM main.${quoteIdentifier(parent.name)} AS p WHERE ${there})`;
}

function matches(key: LocalForeignKey, parent: string, child: string): string {
  return key.columns
    .map((column, index) => {
      const referenced = key.references.columns[index] ?? '';
      return `${parent}.${quoteIdentifier(referenced)} = ${child}.${quoteIdentifier(column)}`;
    })
    .join(' AND ');
}
