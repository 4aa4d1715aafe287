/** The rows that refer to some rows, and those that refer to these, and so on. */
import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { RowKey } from '../../core/rows/change.ts';
import type { TableKey } from '../../core/schema/model.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import { readByColumns } from '../parents/read-by-columns.ts';
import { childReferences, type ChildReference } from './child-references.ts';
import type { FindChanges } from './found-changes.ts';
import { refreshRows } from './refresh-rows.ts';
import { identity, type RowTaker } from './row-taker.ts';

/** Most rows that come because they refer to others. */
export const MOST_RELATED = 10_000;

interface FoundRow {
  readonly record: PulledTableRecord;
  readonly key: RowKey;
  readonly text: PostgresTextRow;
}

export interface RelatedRows {
  /** Notes a row of production whose children are meant. */
  saw(record: PulledTableRecord, key: RowKey, text: PostgresTextRow): void;
  /** Reads the children of what was seen, and theirs. Call it after each batch. */
  bring(): Promise<void>;
  /** Whether there were more of them than are taken. */
  readonly isCut: boolean;
}

/** Follows no reference where children are not meant. */
export function relatedRows(
  finding: FindChanges,
  takerOf: (record: PulledTableRecord) => RowTaker,
  withChildren: boolean,
): RelatedRows {
  const { records, base, incoming, snapshot, signal } = finding;
  const referencesTo = childReferences(records);
  const visited = new Set<string>();
  let queue: FoundRow[] = [];
  let [taken, isCut] = [0, false];

  const saw: RelatedRows['saw'] = (record, key, text) => {
    const name = `${record.table.key}\n${identity(key)}`;
    if (!withChildren || visited.has(name)) return;
    visited.add(name);
    queue.push({ record, key, text });
  };

  /** The rows of production that refer to a row. */
  async function fromProduction(reference: ChildReference, text: PostgresTextRow): Promise<void> {
    const { child, sources, parentIndexes } = reference;
    const value = parentIndexes.flatMap((index) => text[index] ?? []);
    if (value.length < parentIndexes.length) return;
    const columns = child.table.columns.map(({ source }) => source.name);
    const request = { table: child.table.source, columns, by: sources, values: [value], signal };
    const taker = takerOf(child);
    for await (const rows of readByColumns(snapshot, request)) {
      incoming.batch(() => {
        for (const row of rows) saw(child, taker.row(row).key, row);
      });
      taken += rows.length;
      if (taken >= MOST_RELATED) return;
    }
  }

  return {
    saw,
    async bring() {
      while (queue.length > 0) {
        const level = queue;
        queue = [];
        // The base's children of these rows: production may have given them another parent, or deleted them.
        const before = new Map<TableKey, Map<string, RowKey>>();
        for (const { record, key, text } of level) {
          signal.throwIfAborted();
          const row = base.finder(record)(key);
          for (const reference of referencesTo(record.table.key)) {
            isCut ||= taken >= MOST_RELATED;
            if (isCut) return;
            await fromProduction(reference, text);
            await finding.parents?.bring();
            if (row !== undefined) addChildren(before, finding, reference, row.cells);
          }
        }
        await refreshRows(finding, takerOf, withoutVisited(before, visited));
      }
    },
    get isCut() {
      return isCut;
    },
  };
}

/** Adds the keys of the base's rows that refer to a row of the base. */
export function addChildren(
  into: Map<TableKey, Map<string, RowKey>>,
  { base }: Pick<FindChanges, 'base'>,
  { child, columns, parentIndexes }: ChildReference,
  parent: RowKey,
): void {
  const values = parentIndexes.map((index) => parent[index] ?? null);
  if (values.includes(null)) return;
  const keys = into.get(child.table.key) ?? new Map<string, RowKey>();
  for (const key of base.keysWith(child, columns)(values)) keys.set(identity(key), key);
  if (keys.size > 0) into.set(child.table.key, keys);
}

function withoutVisited(
  wanted: ReadonlyMap<TableKey, ReadonlyMap<string, RowKey>>,
  visited: ReadonlySet<string>,
): ReadonlyMap<TableKey, ReadonlyMap<string, RowKey>> {
  return new Map(
    [...wanted].map(([table, keys]) => [
      table,
      new Map([...keys].filter(([name]) => !visited.has(`${table}\n${name}`))),
    ]),
  );
}
