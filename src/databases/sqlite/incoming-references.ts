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
  const references = all.flatMap((child) =>
    child.table.foreignKeys.flatMap((key): Reference[] => {
      const parent = byKey.get(key.references.table);
      return parent === undefined ? [] : [{ connection, incoming, child, parent, key }];
    }),
  );
  const judge = (of: (reference: Reference) => Iterable<Judged>): Obstacle[] => {
    const broken: string[] = [];
    const obstacles: Obstacle[] = [];
    for (const reference of references) {
      const judged = [...of(reference)];
      obstacles.push(...judged.filter((each) => each !== 'broken'));
      const rows = judged.filter((each) => each === 'broken').length;
      if (rows > 0) broken.push(`${reference.child.table.name} to ${reference.parent.table.name} (${rows})`);
    }
    if (broken.length > 0) {
      const message = `Rows would refer to missing rows: ${broken.join(', ')}.`;
      throw new SynclineError('FOREIGN_KEY_VIOLATIONS', message, { references: broken });
    }
    return obstacles;
  };
  const orphans = judge((reference) => newOrphans(reference, changedByKey.get(reference.child.table.key)));
  // A row that is held refers to its parent no longer, or again.
  if (orphans.length > 0) return orphans;
  return judge((reference) => missedParents(reference, changedByKey.get(reference.parent.table.key)));
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
  table: IncomingTable | undefined,
): Generator<Judged> {
  if (table === undefined) return;
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
  table: IncomingTable | undefined,
): Generator<Judged> {
  if (table === undefined) return;
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
