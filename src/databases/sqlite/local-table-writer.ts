import { foldName, quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import { collationOf } from '../../core/schema/local-type.ts';
import type { ColumnIndex } from '../../core/rows/change.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Connection } from './driver.ts';
import { presentRowidName } from './rowid.ts';

export interface LocalRow {
  readonly cells: Row;
  /** Null where the table has no rowid, or its key is the rowid. */
  readonly rowid: bigint | null;
}

/** A row that could not be put in, by its place among the incoming ones. */
export interface MisfitRow {
  readonly place: bigint;
  readonly cells: Row;
  readonly error: unknown;
}

/**
 * A local table while incoming rows are put into it. Where other rows depend on what changes (keys, unique values,
 * references), rows are taken out first and put in at the end, so that two rows that swap a unique value do not collide
 * on the way; a row that is put back keeps its rowid. Other changes are made in place.
 */
export interface LocalTableWriter {
  find(key: Row): LocalRow | undefined;
  /** Makes the row `merged`, which differs in `columns`. Throws the driver's error. */
  update(place: bigint, key: Row, local: LocalRow, columns: readonly ColumnIndex[], merged: Row): void;
  /** `rowid`: where the row stood once; it gets a new place when that is taken, or when absent. */
  insert(place: bigint, cells: Row, rowid?: bigint | null): void;
  delete(place: bigint, key: Row, local: LocalRow): void;
  /** Puts in what was kept back. Returns the rows that cannot be put in; then the others may be in or not. */
  settle(): readonly MisfitRow[];
}

/** Temporary tables of what is put into a table and what was taken out of it; their columns are `c0`, `c1` and so on. */
export interface Scratch {
  readonly put: string;
  readonly taken: string;
}

export function scratchOf(table: LocalTable): Scratch {
  return {
    put: `temp.${quoteIdentifier(`put into ${table.name}`)}`,
    taken: `temp.${quoteIdentifier(`taken from ${table.name}`)}`,
  };
}

/** `all`: the tables that may refer to this one. */
export function localTableWriter(
  connection: Connection,
  table: LocalTable,
  all: readonly LocalTable[],
): LocalTableWriter {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const sameKey = table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const rowid = rowidOf(connection, table);
  const shared = sharedColumns(connection, table, all);
  const scratch = makeScratch(connection, table);

  const places = (count: number): string => new Array<string>(count).fill('?').join(', ');
  const find = connection
    .prepare<Cell[], Cell[]>(
      `SELECT ${[rowid ?? 'NULL', ...columns].join(', ')} FROM main.${name} WHERE ${sameKey}`,
    )
    .raw();
  const take = connection.prepare<Cell[]>(`DELETE FROM main.${name} WHERE ${sameKey}`);
  const put = connection.prepare<Cell[]>(
    `INSERT INTO ${scratch.put} VALUES (?, ?, ${places(columns.length)})`,
  );
  const remember = connection.prepare<Cell[]>(
    `INSERT INTO ${scratch.taken} VALUES (?, ${places(columns.length)})`,
  );
  const updates = new Map<string, (...cells: Cell[]) => void>();
  const updateInPlace = (changed: readonly ColumnIndex[]): ((...cells: Cell[]) => void) => {
    const mark = changed.join();
    let update = updates.get(mark);
    if (update === undefined) {
      const set = changed.map((index) => `${columns[index] ?? ''} = ?`).join(', ');
      // A table may name a resolution of its own for its constraints, such as REPLACE, which would delete rows.
      const statement = connection.prepare<Cell[]>(
        `UPDATE OR ABORT main.${name} SET ${set} WHERE ${sameKey}`,
      );
      update = (...cells) => void statement.run(...cells);
      updates.set(mark, update);
    }
    return update;
  };

  let putBack = false;

  function removeRow(place: bigint, key: Row, { cells }: LocalRow): void {
    take.run(...key);
    remember.run(place, ...cells);
  }

  return {
    find(key) {
      const [number, ...cells] = find.get(...key) ?? [];
      if (number === undefined) return undefined;
      return { rowid: typeof number === 'bigint' ? number : null, cells };
    },
    update(place, key, local, changed, merged) {
      if (changed.some((index) => shared.has(index))) {
        removeRow(place, key, local);
        put.run(place, local.rowid, ...merged);
      } else {
        updateInPlace(changed)(...changed.map((index) => merged[index] ?? null), ...key);
      }
    },
    insert(place, cells, number = null) {
      putBack ||= number !== null;
      put.run(place, number, ...cells);
    },
    delete: removeRow,
    settle() {
      const target = [...(rowid === undefined ? [] : [rowid]), ...columns].join(', ');
      const kept = columns.map((_, index) => `c${index}`);
      const source = [...(rowid === undefined ? [] : ['number']), ...kept].join(', ');
      const insert = `INSERT OR ABORT INTO main.${name} (${target}) SELECT ${source} FROM ${scratch.put}`;
      if (putBack && rowid !== undefined) {
        connection.exec(
          `UPDATE ${scratch.put} SET number = NULL WHERE number IN (SELECT ${rowid} FROM main.${name})`,
        );
      }
      try {
        // Rows that have their number come before those that are given one.
        connection.exec(`${insert} ORDER BY number IS NULL, place`);
        return [];
      } catch (error) {
        const misfits = eachAlone(connection, insert, `SELECT place, ${kept.join(', ')} FROM ${scratch.put}`);
        if (misfits.length === 0) throw error;
        return misfits;
      }
    },
  };
}

/** After all rows together did not fit: finds out which do not. */
function eachAlone(connection: Connection, insert: string, select: string): MisfitRow[] {
  const misfits: MisfitRow[] = [];
  const one = connection.prepare<[bigint]>(`${insert} WHERE place = ?`);
  const next = connection.prepare<[bigint], Cell[]>(`${select} WHERE place > ? ORDER BY place LIMIT 1`).raw();
  for (let last = 0n; ;) {
    const [place, ...cells] = next.get(last) ?? [];
    if (typeof place !== 'bigint') return misfits;
    try {
      one.run(place);
    } catch (error) {
      misfits.push({ place, cells, error });
    }
    last = place;
  }
}

/** The tables may hold any cell as it is; texts compare as in the table itself. */
function makeScratch(connection: Connection, table: LocalTable): Scratch {
  const scratch = scratchOf(table);
  const columns = table.columns.map(({ source }, index) => {
    const collation = collationOf(source.type);
    return `c${index}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
  });
  connection.exec(
    `CREATE TABLE ${scratch.put} (place INTEGER PRIMARY KEY, number, ${columns.join(', ')});
     CREATE TABLE ${scratch.taken} (place INTEGER PRIMARY KEY, ${columns.join(', ')})`,
  );
  return scratch;
}

/** The name of a rowid that is worth keeping: there is one, and no column of the key is another name of it. */
function rowidOf(connection: Connection, table: LocalTable): string | undefined {
  const keyIndexes = connection
    .prepare<[string], bigint>(`SELECT count(*) FROM pragma_index_list(?, 'main') WHERE origin = 'pk'`)
    .pluck()
    .get(table.name);
  // A key that is the rowid needs no index.
  return keyIndexes === 0n ? undefined : presentRowidName(connection, table);
}

/** Columns whose values other rows depend on: of unique indexes, and of both ends of foreign keys. */
function sharedColumns(
  connection: Connection,
  table: LocalTable,
  all: readonly LocalTable[],
): ReadonlySet<ColumnIndex> {
  const indexed = connection
    .prepare<[string], { partial: bigint; name: string | null }>(
      `SELECT l.partial, x.name FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
       WHERE l."unique" = 1 AND x.key = 1`,
    )
    .all(table.name);
  // An index over expressions, or over some rows only, may depend on any column.
  if (indexed.some(({ partial, name }) => partial === 1n || name === null)) {
    return new Set(table.columns.keys());
  }
  const names = new Set([
    ...indexed.map(({ name }) => foldName(name ?? '')),
    ...table.primaryKey.map(foldName),
    ...table.foreignKeys.flatMap((key) => key.columns.map(foldName)),
    ...all.flatMap((child) =>
      child.foreignKeys
        .filter((key) => key.references.table === table.key)
        .flatMap((key) => key.references.columns.map(foldName)),
    ),
  ]);
  return new Set(
    [...table.columns.entries()]
      .filter(([, column]) => names.has(foldName(column.name)))
      .map(([index]) => index),
  );
}
