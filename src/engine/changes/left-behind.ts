import type { PulledTableRecord } from '../../core/ledger-port.ts';
import type { RowKey } from '../../core/rows/change.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { sameCell } from '../../core/rows/change.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { childReferences, type ChildReference } from './child-references.ts';
import type { FindChanges } from './found-changes.ts';
import { refreshRows } from './refresh-rows.ts';
import { addChildren } from './related-rows.ts';
import { identity, type RowTaker } from './row-taker.ts';

/**
 * Rows that refer to what is gone, or to a value that is another one now, were changed in production too. Those of tables
 * that were searched in whole have come; the others are looked at here, until none is left behind.
 */
export async function refreshLeftBehind(
  finding: FindChanges,
  takerOf: (record: PulledTableRecord) => RowTaker,
  isSearched: (table: TableKey) => boolean,
): Promise<void> {
  const referencesTo = childReferences(finding.records);
  const looked = new Set<string>();
  for (;;) {
    finding.signal.throwIfAborted();
    const wanted = new Map<TableKey, Map<string, RowKey>>();
    for (const record of finding.records) {
      const references = referencesTo(record.table.key).filter(({ child }) => !isSearched(child.table.key));
      if (references.length > 0) noteLeft(record, finding, { references, looked, wanted });
    }
    if (wanted.size === 0) return;
    await refreshRows(finding, takerOf, wanted);
  }
}

function noteLeft(
  record: PulledTableRecord,
  finding: FindChanges,
  {
    references,
    looked,
    wanted,
  }: {
    readonly references: readonly ChildReference[];
    readonly looked: Set<string>;
    readonly wanted: Map<TableKey, Map<string, RowKey>>;
  },
): void {
  const find = finding.base.finder(record);
  const keyIndexes = keyColumnsOf(record.table);
  for (const { cells, gone } of finding.incoming.rows(record)) {
    const key = keyIndexes.map((index) => cells[index] ?? null);
    const before = find(key)?.cells;
    const name = `${record.table.key}\n${identity(key)}`;
    if (before === undefined || looked.has(name)) continue;
    const left = references.filter(
      ({ parentIndexes }) =>
        gone || parentIndexes.some((index) => !sameCell(cells[index] ?? null, before[index] ?? null)),
    );
    if (left.length > 0) looked.add(name);
    for (const reference of left) addChildren(wanted, finding, reference, before);
  }
}
