/** Which changed rows are chosen by their checkboxes. Everything is, until somebody unchecks something. */
import type { TableKey } from '../../core/schema/model.ts';
import type { RowAddress, Selection } from '../../engine/selection.ts';

/** A table's rows: all but the ones named, or the ones named alone. */
interface TableChoice {
  readonly rest: boolean;
  readonly others: ReadonlyMap<string, RowAddress['key']>;
}

/** The choice of one side of one target, by table. A table that is not in it is chosen whole. */
export type Choice = ReadonlyMap<TableKey, TableChoice>;

export const EVERYTHING: Choice = new Map();

/** How much of a table or a group is chosen. The editor's checkboxes know only two of the three. */
export type Share = 'all' | 'some' | 'none';

const WHOLE: TableChoice = { rest: true, others: new Map() };
const NOTHING: TableChoice = { rest: false, others: new Map() };

/** Tells rows of one table apart; keys are text, and text may hold anything. */
export function keyId(key: RowAddress['key']): string {
  return JSON.stringify(key);
}

export function isRowChosen(choice: Choice, { table, key }: RowAddress): boolean {
  const { rest, others } = choice.get(table) ?? WHOLE;
  return others.has(keyId(key)) ? !rest : rest;
}

/** How many of a table's changed rows are chosen. */
export function chosenCount(choice: Choice, table: TableKey, total: number): number {
  const { rest, others } = choice.get(table) ?? WHOLE;
  return rest ? Math.max(0, total - others.size) : Math.min(total, others.size);
}

export function shareOf(chosen: number, total: number): Share {
  if (chosen === 0) return 'none';
  return chosen === total ? 'all' : 'some';
}

export function withTable(choice: Choice, table: TableKey, chosen: boolean): Choice {
  return new Map(choice).set(table, chosen ? WHOLE : NOTHING);
}

export function withRow(choice: Choice, { table, key }: RowAddress, chosen: boolean): Choice {
  const { rest, others } = choice.get(table) ?? WHOLE;
  const changed = new Map(others);
  if (chosen === rest) changed.delete(keyId(key));
  else changed.set(keyId(key), key);
  return new Map(choice).set(table, { rest, others: changed });
}

/** Forgets rows that are no changes any more. `rows` are all of the table's. */
export function withKnownRows(choice: Choice, table: TableKey, rows: readonly RowAddress[]): Choice {
  const before = choice.get(table);
  if (before === undefined || before.others.size === 0) return choice;
  const known = new Set(rows.map(({ key }) => keyId(key)));
  const others = new Map([...before.others].filter(([id]) => known.has(id)));
  if (others.size === before.others.size) return choice;
  return new Map(choice).set(table, { rest: before.rest, others });
}

/** Forgets tables that have no changes any more: what changes in them later is chosen again. */
export function withKnownTables(choice: Choice, tables: readonly TableKey[]): Choice {
  const kept = [...choice].filter(([table]) => tables.includes(table));
  return kept.length === choice.size ? choice : new Map(kept);
}

/**
 * The choice as the engine takes it: undefined for everything, null for nothing. Rows are listed only for tables that
 * are chosen in part; `listRows` gives all changed rows of such a table.
 */
export async function selectionOf(
  choice: Choice,
  tables: readonly { readonly table: TableKey; readonly total: number }[],
  listRows: (table: TableKey) => Promise<readonly RowAddress[]>,
): Promise<Selection | undefined | null> {
  const shares = tables.map(({ table, total }) => ({
    table,
    share: shareOf(chosenCount(choice, table, total), total),
  }));
  if (shares.every(({ share }) => share === 'all')) return undefined;
  const chosen = shares.filter(({ share }) => share !== 'none');
  if (chosen.length === 0) return null;
  const rows: RowAddress[] = [];
  for (const { table } of chosen.filter(({ share }) => share === 'some')) {
    const { rest, others } = choice.get(table) ?? WHOLE;
    const all = rest ? await listRows(table) : [...others.values()].map((key) => ({ table, key }));
    rows.push(...all.filter((row) => isRowChosen(choice, row)).map(({ key }) => ({ table, key })));
  }
  return {
    tables: chosen.map(({ table }) => table),
    ...(rows.length > 0 && { rows }),
  };
}
