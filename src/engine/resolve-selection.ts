import type { KeyTexts } from '../core/changes-port.ts';
import { SynclineError } from '../core/errors.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { RowCondition } from '../core/ports.ts';
import { keyTexts, namedSets, type NamedSet } from '../core/rules/row-scopes.ts';
import type { ParsedWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import { tableKey, type Table, type TableKey } from '../core/schema/model.ts';
import type { Selection } from './selection.ts';

/** What is meant of one table. */
export interface SelectedTable {
  /** The rows that meet all of these, so every row where there are none; absent where only single rows are meant. */
  readonly where?: readonly RowCondition[];
  /** Single rows, whatever conditions there are. */
  readonly rows: readonly KeyTexts[];
}

/** A selection in full; a table without an entry is not meant. */
export interface ResolvedSelection {
  readonly tables: ReadonlyMap<TableKey, SelectedTable>;
  readonly withChildren: boolean;
}

export interface SelectionContext {
  readonly records: readonly PulledTableRecord[];
  readonly rules: ParsedWorkspaceFile;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /**
   * Whether keys are those of the local database, where a key may be a pseudonym or no value of its column at all; else
   * they are production's.
   */
  readonly localKeys?: boolean;
}

/**
 * Looks up what a selection names; undefined where everything is meant. Throws SELECTION_INVALID for a table that was not
 * pulled, a key that the table cannot have, and a set that the workspace file does not have; CONFIG_ errors for its sets.
 */
export function resolveSelection(
  selection: Selection | undefined,
  context: SelectionContext,
): ResolvedSelection | undefined {
  const { tables, rows = [], set, withChildren = false } = selection ?? {};
  if (tables === undefined && selection?.rows === undefined && set === undefined) return undefined;
  const sources = new Map(context.records.map(({ table }) => [table.key, table.source] as const));
  const selected = new Map<TableKey, SelectedTable>();
  for (const table of tables ?? []) {
    requirePulled(sources, table);
    selected.set(table, { where: [], rows: [] });
  }
  for (const { table, key } of rows) {
    const texts = keyOf(requirePulled(sources, table), key, context);
    selected.set(table, { rows: [...(selected.get(table)?.rows ?? []), texts] });
  }
  const named = set === undefined ? undefined : requireSet(set, context);
  if (named !== undefined) addSet(selected, named);
  return { tables: selected, withChildren: withChildren || named?.withChildren === true };
}

function keyOf(table: Table, key: KeyTexts, { localKeys = false }: SelectionContext): KeyTexts {
  const name = tableKey(table.name);
  try {
    return keyTexts(table, key, (what) => invalid(what, { table: name }));
  } catch (error) {
    if (localKeys && table.primaryKey?.columns.length === key.length) return key;
    throw error;
  }
}

/** Whether every row of a table is meant that its own conditions leave. */
export function isWhole({ tables }: ResolvedSelection, table: TableKey): boolean {
  return tables.get(table)?.where?.length === 0;
}

/** Beside what is named otherwise: whatever one of them means is meant. */
function addSet(selected: Map<TableKey, SelectedTable>, set: NamedSet): void {
  for (const table of set.tables) {
    const before = selected.get(table);
    const where = before?.where ?? set.where.get(table) ?? [];
    selected.set(table, { rows: before?.rows ?? [], where });
  }
  for (const { table, key } of set.rows) {
    const before = selected.get(table);
    selected.set(table, { ...before, rows: [...(before?.rows ?? []), key] });
  }
}

function requireSet(name: string, { records, rules, now }: SelectionContext): NamedSet {
  const catalog = { tables: records.map(({ table }) => table.source), completeness: 'full' } as const;
  const sets = namedSets(catalog, rules, now);
  const found = sets.get(name);
  if (found !== undefined) return found;
  const names = [...sets.keys()];
  const known = names.length === 0 ? 'It has none.' : `Sets: ${names.join(', ')}.`;
  throw invalid(`There is no set "${name}" in syncline.json. ${known}`, { sets: names });
}

function requirePulled(sources: ReadonlyMap<TableKey, Table>, table: TableKey): Table {
  const source = sources.get(table);
  if (source !== undefined) return source;
  throw invalid(`There is no table "${table}" among those that were pulled.`, { table });
}

function invalid(what: string, details: SynclineError['details']): SynclineError {
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  return new SynclineError('SELECTION_INVALID', /[.]$/.test(sentence) ? sentence : `${sentence}.`, details);
}
