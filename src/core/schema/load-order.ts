import type { TableKey } from './model.ts';

/** What the order depends on: a table's key and the tables that it refers to. */
export interface Referring {
  readonly key: TableKey;
  readonly foreignKeys: readonly { readonly references: { readonly table: TableKey } }[];
}

/**
 * The tables with parents before children, as far as references allow it; tables that refer to one another in a circle
 * stay together, after what all of them refer to. The same tables in any order give the same result.
 */
export function loadOrder<T extends Referring>(tables: readonly T[]): readonly T[] {
  const sorted = [...tables].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const byKey = new Map(sorted.map((table) => [table.key, table]));
  const ordered: T[] = [];
  // Tarjan's strongly connected components, which come out parents first. An explicit stack of visits, since a chain of
  // tables may be longer than the call stack is deep.
  const state = new Map<TableKey, { index: number; low: number; open: boolean }>();
  const open: T[] = [];
  for (const root of sorted) {
    if (state.has(root.key)) continue;
    const visits = [begin(root)];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const parent = visit.parents.shift();
      if (parent === undefined) {
        visits.pop();
        finish(visit.table, visits.at(-1)?.table);
      } else {
        const seen = state.get(parent.key);
        if (seen === undefined) visits.push(begin(parent));
        else if (seen.open) lower(visit.table, seen.index);
      }
    }
  }
  return ordered;

  function begin(table: T): { table: T; parents: T[] } {
    state.set(table.key, { index: state.size, low: state.size, open: true });
    open.push(table);
    const keys = [...new Set(table.foreignKeys.map((key) => key.references.table))].sort();
    return { table, parents: keys.flatMap((key) => byKey.get(key) ?? []) };
  }

  function lower(table: T, index: number): void {
    const entry = state.get(table.key);
    if (entry !== undefined) entry.low = Math.min(entry.low, index);
  }

  function finish(table: T, visitor: T | undefined): void {
    const entry = state.get(table.key);
    if (entry === undefined) return;
    if (visitor !== undefined) lower(visitor, entry.low);
    if (entry.low !== entry.index) return;
    const component = open.splice(open.lastIndexOf(table));
    for (const member of component) {
      const memberState = state.get(member.key);
      if (memberState !== undefined) memberState.open = false;
    }
    ordered.push(...component.sort((a, b) => (a.key < b.key ? -1 : 1)));
  }
}
