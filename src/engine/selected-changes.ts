/** Which local changes a push takes, where not all are meant. */
import { SynclineError } from '../core/errors.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { FoundChange, LocalChangesReader } from '../core/local-changes-port.ts';
import type { BaseReader } from '../core/local-ports.ts';
import { maskedColumns } from '../core/masking/plan.ts';
import type { RowChange } from '../core/rows/change.ts';
import { changeReader } from '../core/rows/row-change.ts';
import { rowTest } from '../core/rows/row-test.ts';
import type { Cell, Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { keyShower } from './collect-changes.ts';
import { isWhole, type ResolvedSelection } from './resolve-selection.ts';

/** Whether a change is meant; `key` as the collected change shows it. */
export type ChangeSelector = (found: FoundChange, key: readonly string[]) => boolean;

/**
 * Compiles the choice of a table's changes. A row meets the conditions of a set when it does so as it is now or as it
 * was. Throws SELECTION_INVALID for conditions on a masked column: what stands there says nothing about production.
 */
export function changeSelector(
  { table, mask }: PulledTableRecord,
  selection: ResolvedSelection | undefined,
): ChangeSelector {
  if (selection === undefined || isWhole(selection, table.key)) return () => true;
  const selected = selection.tables.get(table.key);
  if (selected === undefined) return () => false;
  const keys = new Set(selected.rows.map((key) => JSON.stringify(key)));
  const isNamed: ChangeSelector = (_, key) => keys.has(JSON.stringify(key));
  const { where } = selected;
  if (where === undefined) return isNamed;
  const hidden = new Set(mask === null ? [] : maskedColumns(mask));
  const masked = where.find(({ column }) => hidden.has(column))?.column;
  if (masked !== undefined) {
    throw new SynclineError(
      'SELECTION_INVALID',
      `The set has a condition on ${table.key}.${masked}, which is masked here: it cannot be told which local rows meet it.`,
      { table: table.key, column: masked },
    );
  }
  const columns = table.columns.map(({ source }) => source);
  const test = rowTest(columns, where);
  const texts = (row: Row): (string | null)[] =>
    columns.map(({ type }, index) => textOf(codecFor(type), row[index] ?? null));
  return (found, key) => isNamed(found, key) || statesOf(found).some((row) => test(texts(row)));
}

/** What an app wrote that is no value of its column meets no condition. */
function textOf(codec: ReturnType<typeof codecFor>, cell: Cell): string | null {
  if (cell === null) return null;
  try {
    return codec.encodePostgres(codec.canonicalize(cell));
  } catch (error) {
    if (error instanceof SynclineError) return null;
    throw error;
  }
}

function statesOf(found: FoundChange): readonly Row[] {
  switch (found.op) {
    case 'insert':
      return [found.local];
    case 'update':
      return [found.local, found.base.cells];
    case 'delete':
      return [found.base.cells];
  }
}

/** The parent, by its table's key, that a change needs and that is left out of the push. */
export type MissingParents = (changes: readonly RowChange[]) => ReadonlyMap<RowChange, string>;

/**
 * Compiles the search for changes that refer to a row which was inserted locally and is not selected: production would
 * refuse them. Inserted rows are gone through once for each batch of changes that refers to one: memory stays bounded.
 */
export function missingParents(
  record: PulledTableRecord,
  {
    records,
    reader,
    base,
    selection,
  }: {
    readonly records: readonly PulledTableRecord[];
    readonly reader: LocalChangesReader;
    readonly base: BaseReader;
    readonly selection: ResolvedSelection | undefined;
  },
): MissingParents {
  const { table } = record;
  const find = base.finder(record);
  const references = table.foreignKeys.flatMap((key) => {
    const parent = records.find((each) => each.table.key === key.references.table);
    if (parent === undefined || parent.table.primaryKey.length === 0 || selection === undefined) return [];
    const indexOf = (of: PulledTableRecord, name: string): number =>
      of.table.columns.findIndex((column) => column.name === name);
    return [
      {
        parent,
        indexes: key.columns.map((name) => indexOf(record, name)),
        parentIndexes: key.references.columns.map((name) => indexOf(parent, name)),
        isInBase: base.has(parent.table, key.references.columns),
      },
    ];
  });
  const valuesOf = (change: RowChange, indexes: readonly number[]): Cell[] | undefined => {
    if (change.op === 'delete') return undefined;
    if (change.op === 'update' && !indexes.some((index) => change.columns.includes(index))) return undefined;
    const before = change.op === 'insert' ? [] : (find(change.key)?.cells ?? []);
    const now = (index: number): Cell => {
      const place = change.op === 'insert' ? index : change.columns.indexOf(index);
      return (place === -1 ? before[index] : change.after[place]) ?? null;
    };
    return indexes.map(now);
  };
  return (changes) => {
    const missing = new Map<RowChange, string>();
    for (const { parent, indexes, parentIndexes, isInBase } of references) {
      const needed = new Map<string, RowChange[]>();
      for (const change of changes) {
        const values = valuesOf(change, indexes);
        if (values === undefined || values.includes(null) || isInBase(values)) continue;
        const name = identity(values);
        needed.set(name, [...(needed.get(name) ?? []), change]);
      }
      if (needed.size === 0) continue;
      for (const row of unselectedInserts(parent, reader, selection)) {
        const name = identity(parentIndexes.map((index) => row[index] ?? null));
        for (const change of needed.get(name) ?? []) missing.set(change, parent.table.key);
      }
    }
    return missing;
  };
}

function* unselectedInserts(
  record: PulledTableRecord,
  reader: LocalChangesReader,
  selection: ResolvedSelection | undefined,
): Generator<Row> {
  if (!reader.isReadable(record)) return;
  const read = changeReader(record.table);
  const isSelected = changeSelector(record, selection);
  const showKey = keyShower(record);
  for (const found of reader.changes(record, 'insert')) {
    const change = read(found);
    if (change?.op === 'insert' && !isSelected(found, showKey(change.key))) yield change.after;
  }
}

function identity(cells: readonly Cell[]): string {
  return Buffer.from(encodeRow(cells)).toString('latin1');
}
