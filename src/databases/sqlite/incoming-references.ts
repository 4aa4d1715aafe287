import { SynclineError } from '../../core/errors.ts';
import type { IncomingTable } from '../../core/incoming-port.ts';
import type { BaseTable } from '../../core/local-ports.ts';
import { sameCell } from '../../core/rows/change.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalForeignKey, LocalTable } from '../../core/schema/local-schema.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Obstacle } from './apply-table.ts';
import type { Connection } from './driver.ts';
import type { IncomingReader } from './incoming-reader.ts';
import { scratchOf } from './local-table-writer.ts';

/**
 * Looks at what changed only: rows that were put in must find their parents, and rows that were taken out must not be
 * missed by their children. Returns what cannot be because of local edits: production's new child of a row that was
 * deleted here, production's deletion of a row to which a row refers here.
 *
 * Throws FOREIGN_KEY_VIOLATIONS when production's own rows, as far as they are known, do not hold together.
 */
export function referenceObstacles(
  connection: Connection,
  incoming: IncomingReader,
  changed: readonly IncomingTable[],
  all: readonly BaseTable[],
): readonly Obstacle[] {
  const byKey = new Map(all.map((base) => [base.table.key, base] as const));
  const changedByKey = new Map(changed.map((base) => [base.table.key, base] as const));
  const obstacles: Obstacle[] = [];
  const broken: string[] = [];
  for (const child of byKey.values()) {
    for (const key of child.table.foreignKeys) {
      const parent = byKey.get(key.references.table);
      if (parent === undefined) continue;
      const reference: Reference = { connection, incoming, child, parent, key };
      const judged: Judged[] = [];
      const newChildren = changedByKey.get(child.table.key);
      if (newChildren !== undefined) judged.push(...newOrphans(reference, newChildren));
      const goneParents = changedByKey.get(parent.table.key);
      if (goneParents !== undefined) judged.push(...missedParents(reference, goneParents));
      obstacles.push(...judged.filter((each) => each !== 'broken'));
      const rows = judged.filter((each) => each === 'broken').length;
      if (rows > 0) broken.push(`${child.table.name} to ${parent.table.name} (${rows})`);
    }
  }
  if (broken.length > 0) {
    throw new SynclineError(
      'FOREIGN_KEY_VIOLATIONS',
      `Rows would refer to missing rows: ${broken.join(', ')}.`,
      { references: broken },
    );
  }
  return obstacles;
}

interface Reference {
  readonly connection: Connection;
  readonly incoming: IncomingReader;
  readonly child: BaseTable;
  readonly parent: BaseTable;
  readonly key: LocalForeignKey;
}

/** Whether local edits are in the way, or production's rows are at odds with each other. */
type Judged = Obstacle | 'broken';

function* newOrphans(
  { connection, incoming, child, parent, key }: Reference,
  table: IncomingTable,
): Generator<Judged> {
  const columns = placesOf(child.table, key.columns);
  const scratch = columns.map((index) => `n.c${index}`);
  const same = key.references.columns
    .map((column, index) => `p.${quoteIdentifier(column)} = ${scratch[index] ?? ''}`)
    .join(' AND ');
  const { put, taken } = scratchOf(child.table);
  const unchanged = columns.map((index) => `o.c${index} IS n.c${index}`).join(' AND ');
  // A reference that was so before is the developer's. Should its parent go now, the parent's deletion is held.
  const orphans = connection
    .prepare<[], Cell[]>(
      `SELECT n.place, ${scratch.join(', ')} FROM ${put} AS n
       WHERE ${scratch.map((column) => `${column} IS NOT NULL`).join(' AND ')}
         AND NOT EXISTS (SELECT 1 FROM main.${quoteIdentifier(parent.table.name)} AS p WHERE ${same})
         AND NOT EXISTS (SELECT 1 FROM ${taken} AS o WHERE o.place = n.place AND ${unchanged})`,
    )
    .raw();
  for (const [place, ...cells] of orphans.iterate()) {
    if (typeof place !== 'bigint') continue;
    const production = incoming.rowAt(table, place)?.cells ?? [];
    const merged = columns.some(
      (column, index) => !sameCell(production[column] ?? null, cells[index] ?? null),
    );
    yield merged || incoming.productionHas(parent, key.references.columns, cells)
      ? { table, place, columns: key.columns }
      : 'broken';
  }
}

function* missedParents(
  { connection, incoming, child, parent, key }: Reference,
  table: IncomingTable,
): Generator<Judged> {
  const referenced = placesOf(parent.table, key.references.columns);
  const referring = placesOf(child.table, key.columns);
  const there = key.references.columns
    .map((column, index) => `p.${quoteIdentifier(column)} = t.c${referenced[index] ?? 0}`)
    .join(' AND ');
  const refers = key.columns
    .map((column, index) => `t.c${referenced[index] ?? 0} = c.${quoteIdentifier(column)}`)
    .join(' AND ');
  const { primaryKey } = child.table;
  const childKey = primaryKey.map((column) => `, c.${quoteIdentifier(column)}`).join('');
  // The few rows that are gone come first, whatever SQLite thinks of a table that it has no statistics of.
  const missed = connection
    .prepare<[], Cell[]>(
      `SELECT t.place, ${referenced.map((index) => `t.c${index}`).join(', ')}${childKey}
       FROM ${scratchOf(parent.table).taken} AS t
       CROSS JOIN main.${quoteIdentifier(child.table.name)} AS c
       WHERE NOT EXISTS (SELECT 1 FROM main.${quoteIdentifier(parent.table.name)} AS p WHERE ${there}) AND ${refers}`,
    )
    .raw();
  for (const [place, ...rest] of missed.iterate()) {
    if (typeof place !== 'bigint') continue;
    const cells = rest.slice(0, referenced.length);
    const production: Row | undefined =
      primaryKey.length === 0 ? undefined : incoming.productionRow(child, rest.slice(referenced.length));
    const refersThere =
      production !== undefined &&
      referring.every((column, index) => sameCell(production[column] ?? null, cells[index] ?? null));
    yield refersThere ? 'broken' : { table, place, columns: key.references.columns };
  }
}

function placesOf(table: LocalTable, columns: readonly string[]): number[] {
  return columns.map((name) => table.columns.findIndex((column) => column.name === name));
}
