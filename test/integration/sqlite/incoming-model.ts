/** A model of two databases that change apart: three tables in memory, with their constraints and random changes. */
import fc from 'fast-check';
import { sameCell } from '../../../src/core/rows/change.ts';
import { rowDigest } from '../../../src/core/values/digest.ts';
import type { Cell, Row } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';

export const TABLES = [
  table(
    'users',
    { id: required(type.bigint), email: required(type.text), name: type.text, boss: type.bigint },
    {
      key: ['id'],
      uniques: [['email']],
      references: [{ columns: ['boss'], table: 'users', to: ['id'] }],
    },
  ),
  table(
    'posts',
    {
      title: type.text,
      no: required(type.int),
      blog: required(type.text),
      author: type.bigint,
      slot: type.int,
      n: type.numeric,
    },
    {
      key: ['blog', 'no'],
      uniques: [['slot', 'blog']],
      references: [{ columns: ['author'], table: 'users', to: ['id'] }],
    },
  ),
  table(
    'tags',
    { k: required(type.text), blog: type.text, no: type.int, n: type.numeric },
    { key: ['k'], references: [{ columns: ['blog', 'no'], table: 'posts', to: ['blog', 'no'] }] },
  ),
] as const;

export type TableIndex = 0 | 1 | 2;
export const INDEXES: readonly TableIndex[] = [0, 1, 2];

/** Of each table: places of the key, of the unique columns, and of references with their parent and its places. */
const SHAPES: readonly {
  readonly key: readonly number[];
  readonly uniques: readonly (readonly number[])[];
  readonly references: readonly {
    readonly columns: readonly number[];
    readonly parent: TableIndex;
    readonly to: readonly number[];
  }[];
}[] = [
  { key: [0], uniques: [[1]], references: [{ columns: [3], parent: 0, to: [0] }] },
  { key: [2, 1], uniques: [[4, 2]], references: [{ columns: [3], parent: 0, to: [0] }] },
  { key: [0], uniques: [], references: [{ columns: [1, 2], parent: 1, to: [2, 1] }] },
];

/** The masked column: its table and its place. */
export const MASKED = { table: 0, column: 1 } as const;

/** The rows of each table, by key. */
export type State = readonly [Map<string, Row>, Map<string, Row>, Map<string, Row>];

export function emptyState(): State {
  return [new Map(), new Map(), new Map()];
}

export function copyOf(state: State): State {
  return [new Map(state[0]), new Map(state[1]), new Map(state[2])];
}

export function keyCells(table: TableIndex, row: Row): Row {
  return pick(row, SHAPES[table]!.key);
}

export function textOf(cells: Row): string {
  return cells.map((cell) => (typeof cell === 'bigint' ? `${cell}n` : JSON.stringify(cell))).join();
}

export function keyOf(table: TableIndex, row: Row): string {
  return textOf(keyCells(table, row));
}

/** Whether keys and unique values are unique and references point to rows. */
export function isSound(state: State): boolean {
  return INDEXES.every((table) => {
    const rows = [...state[table].values()];
    return (
      SHAPES[table]!.uniques.every((unique) => {
        const values = rows.map((row) => pick(row, unique)).filter((cells) => !cells.includes(null));
        return new Set(values.map(textOf)).size === values.length;
      }) &&
      SHAPES[table]!.references.every(({ columns, parent, to }) => {
        const there = new Set([...state[parent].values()].map((row) => textOf(pick(row, to))));
        return rows.every((row) => {
          const cells = pick(row, columns);
          return cells.includes(null) || there.has(textOf(cells));
        });
      })
    );
  });
}

function pick(row: Row, places: readonly number[]): Cell[] {
  return places.map((place) => row[place] ?? null);
}

export type Operation =
  | { readonly op: 'put'; readonly table: TableIndex; readonly row: Row }
  | {
      readonly op: 'set';
      readonly table: TableIndex;
      readonly at: number;
      readonly column: number;
      readonly row: Row;
    }
  | { readonly op: 'delete'; readonly table: TableIndex; readonly at: number }
  | { readonly op: 'cascade'; readonly table: TableIndex; readonly at: number }
  | { readonly op: 'swap'; readonly table: 0 | 1; readonly at: number; readonly with: number };

const name = fc.constantFrom('n0', 'n1', 'n2', null);
const id = fc.bigInt({ min: 0n, max: 7n });
const email = fc.constantFrom('e0', 'e1', 'e2', 'e3', 'e4', 'e5');
const numeric = fc.constantFrom('1', '1.0', '2', null);
const blog = fc.constantFrom('a', 'b');
const no = fc.bigInt({ min: 0n, max: 3n });
const or = <T extends Cell>(cell: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(cell, { freq: 3 });
const ROWS: readonly fc.Arbitrary<Row>[] = [
  fc.tuple(id, email, name, or(id)),
  fc.tuple(name, no, blog, or(id), or(no), numeric),
  fc.tuple(fc.constantFrom('k0', 'k1', 'k2', 'k3'), or(blog), or(no), numeric),
];

const anyTable = fc.constantFrom<TableIndex[]>(0, 0, 1, 1, 2);
const put: fc.Arbitrary<Operation> = anyTable.chain((of) =>
  fc.record({ op: fc.constant('put'), table: fc.constant(of), row: ROWS[of]! }),
);
const change: fc.Arbitrary<Operation> = anyTable.chain((of) =>
  fc.record({
    op: fc.constant('set'),
    table: fc.constant(of),
    at: fc.nat(9),
    column: fc.nat(5),
    row: ROWS[of]!,
  }),
);
const removal: fc.Arbitrary<Operation> = anyTable.chain((of) =>
  fc.oneof(
    fc.record({ op: fc.constant('delete'), table: fc.constant(of), at: fc.nat(9) }),
    fc.record({ op: fc.constant('cascade'), table: fc.constant(of), at: fc.nat(9) }),
  ),
);
const swap: fc.Arbitrary<Operation> = fc.record({
  op: fc.constant('swap'),
  table: fc.constantFrom(0 as const, 1 as const),
  at: fc.nat(9),
  with: fc.nat(9),
});

/** What fills a database. */
export const fillings = fc.array(put, { minLength: 10, maxLength: 40, size: 'max' });

/** What changes a filled one. Some of it comes to nothing. */
export const operations = fc.array(
  fc.oneof(put, put, change, change, change, change, removal, removal, swap),
  {
    minLength: 3,
    maxLength: 20,
    size: 'max',
  },
);

/** The same where the masked column holds masked values. */
export function maskedOperations(all: readonly Operation[]): readonly Operation[] {
  return all.map((each) => ('row' in each ? { ...each, row: masked(each.table, each.row) } : each));
}

/** Does what a database would let happen. */
export function perform(state: State, all: readonly Operation[]): State {
  let current = state;
  for (const each of all) {
    const next = copyOf(current);
    performOne(next, each);
    if (isSound(next)) current = next;
  }
  return current;
}

function performOne(state: State, operation: Operation): void {
  const rows = state[operation.table];
  const put = (row: Row): void => void rows.set(keyOf(operation.table, row), row);
  const remove = (row: Row): void => void rows.delete(keyOf(operation.table, row));
  const at = (place: number): Row | undefined => [...rows.values()][place % Math.max(rows.size, 1)];
  if (operation.op === 'put') {
    if (!rows.has(keyOf(operation.table, operation.row)))
      put(withParents(state, operation.table, operation.row));
    return;
  }
  const row = at(operation.at);
  if (row === undefined) return;
  if (operation.op === 'delete') {
    remove(row);
  } else if (operation.op === 'cascade') {
    removeWithChildren(state, operation.table, row);
  } else if (operation.op === 'set') {
    const column = operation.column % row.length;
    const changed = row.with(column, operation.row[column] ?? null);
    if (keyOf(operation.table, changed) !== keyOf(operation.table, row)) {
      if (rows.has(keyOf(operation.table, changed))) return;
      remove(row);
    }
    put(changed);
  } else {
    const other = at(operation.with);
    const [column = 0] = SHAPES[operation.table]!.uniques[0] ?? [];
    if (other === undefined || other === row) return;
    put(row.with(column, other[column] ?? null));
    put(other.with(column, row[column] ?? null));
  }
}

/** The row without references to what is not there. */
function withParents(state: State, table: TableIndex, row: Row): Row {
  const cells = [...row];
  for (const { columns, parent, to } of SHAPES[table]!.references) {
    const wanted = textOf(pick(row, columns));
    const found = [...state[parent].values()].some((each) => textOf(pick(each, to)) === wanted);
    if (!found) for (const column of columns) cells[column] = null;
  }
  return cells;
}

function removeWithChildren(state: State, table: TableIndex, row: Row): void {
  state[table].delete(keyOf(table, row));
  for (const child of INDEXES) {
    for (const { columns, parent, to } of SHAPES[child]!.references) {
      if (parent !== table) continue;
      const referenced = textOf(pick(row, to));
      for (const each of [...state[child].values()]) {
        if (textOf(pick(each, columns)) === referenced) removeWithChildren(state, child, each);
      }
    }
  }
}

/** The row as a pull writes it. */
export function masked(table: TableIndex, row: Row): Row {
  return table === MASKED.table ? row.with(MASKED.column, `masked ${String(row[MASKED.column])}`) : row;
}

export function maskedState(state: State): State {
  const [users, posts, tags] = state;
  return [new Map([...users].map(([key, row]) => [key, masked(0, row)])), new Map(posts), new Map(tags)];
}

/** What is kept of production's own value. */
export function seenOf(table: TableIndex, row: Row): Uint8Array | null {
  return table === MASKED.table ? rowDigest([row[MASKED.column] ?? null]) : null;
}

/** Whether two cells are one value: a numeric's zeros do not count. */
export function sameValue(table: TableIndex, column: number, a: Cell, b: Cell): boolean {
  const isNumeric = TABLES[table].columns[column]?.type.kind === 'numeric';
  if (isNumeric && a !== null && b !== null) return Number(a) === Number(b);
  return sameCell(a, b);
}
