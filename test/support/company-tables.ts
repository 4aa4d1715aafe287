import type { PostgresTextRow } from '../../src/core/values/cell.ts';
import { required, table, type } from './catalog.ts';
import type { FakeTable } from './fake-production.ts';

/**
 * A production whose rows refer to one another in circles, to themselves, by a composite key, and by an e-mail address
 * that is unique and no primary key.
 */
export function companyTables(random: () => number, size: number): FakeTable[] {
  const below = (most: number): number => Math.floor(random() * most);
  const id = (): string => String(1 + below(size));
  const maybe = (value: string): string | null => (below(3) === 0 ? null : value);
  const address = (person: string): string => `person${person}@company.test`;
  const rows = (row: (id: string) => PostgresTextRow): PostgresTextRow[] =>
    Array.from({ length: size }, (_, index) => row(String(index + 1)));
  return [
    {
      table: table(
        'people',
        {
          id: required(type.int),
          email: required(type.text),
          boss_email: type.text,
          unit_id: type.int,
          active: required(type.boolean),
        },
        {
          key: ['id'],
          uniques: [['email']],
          references: [
            { columns: ['boss_email'], table: 'people', to: ['email'] },
            { columns: ['unit_id'], table: 'units', to: ['id'] },
          ],
        },
      ),
      rows: rows((each) => [
        each,
        address(each),
        maybe(address(id())),
        maybe(id()),
        below(4) === 0 ? 't' : 'f',
      ]),
    },
    {
      table: table(
        'units',
        { id: required(type.int), part_of: type.int, head_id: type.int, size: type.int },
        {
          key: ['id'],
          references: [
            { columns: ['part_of'], table: 'units', to: ['id'] },
            { columns: ['head_id'], table: 'people', to: ['id'] },
          ],
        },
      ),
      rows: rows((each) => [each, maybe(id()), maybe(id()), String(below(10))]),
    },
    {
      table: table(
        'places',
        { floor: required(type.int), desk: required(type.text), owner_id: type.int },
        { key: ['floor', 'desk'], references: [{ columns: ['owner_id'], table: 'people', to: ['id'] }] },
      ),
      rows: rows((each) => [each, `desk, "${each}"`, maybe(id())]),
    },
    {
      table: table(
        'visits',
        { id: required(type.int), floor: type.int, desk: type.text, at: required(type.timestamptz) },
        {
          key: ['id'],
          references: [{ columns: ['floor', 'desk'], table: 'places', to: ['floor', 'desk'] }],
        },
      ),
      rows: rows((each) => {
        const place = id();
        const known = below(3) > 0;
        return [
          each,
          known ? place : null,
          known ? `desk, "${place}"` : null,
          `2024-01-${String(1 + below(28)).padStart(2, '0')} 00:00:00+00`,
        ];
      }),
    },
  ];
}

/** The keys of the rows that meet some tests, and of all that they refer to. */
export function closureOf(
  tables: readonly FakeTable[],
  tests: Readonly<Record<string, (row: PostgresTextRow) => boolean>>,
): Record<string, string[]> {
  const nameOf = ({ table: { name } }: FakeTable): string => name.name;
  const found = new Map(tables.map((each) => [nameOf(each), new Set<PostgresTextRow>()] as const));
  const visit = (of: FakeTable, row: PostgresTextRow): void => {
    if (found.get(nameOf(of))?.has(row) !== false) return;
    found.get(nameOf(of))?.add(row);
    for (const key of of.table.foreignKeys) {
      const parent = tables.find((each) => nameOf(each) === key.references.table.name);
      const valueIn = (table: FakeTable, of_: PostgresTextRow, column: string): string | null =>
        of_[table.table.columns.findIndex(({ name }) => name === column)] ?? null;
      const wanted = key.columns.map((column) => valueIn(of, row, column));
      if (parent === undefined || wanted.includes(null)) continue;
      for (const candidate of parent.rows) {
        const values = key.references.columns.map((column) => valueIn(parent, candidate, column));
        if (values.every((value, index) => value === wanted[index])) visit(parent, candidate);
      }
    }
  };
  for (const of of tables) {
    for (const row of of.rows) if (tests[nameOf(of)]?.(row) ?? true) visit(of, row);
  }
  return Object.fromEntries(
    [...found].map(([name, rows]) => [name, [...rows].map(([id]) => id ?? '').sort()]),
  );
}
