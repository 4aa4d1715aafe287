import type { ApplyIncomingRequest, IncomingTable } from '../../core/incoming-port.ts';
import type { BaseRow } from '../../core/local-ports.ts';
import { cellComparer, productionComparer } from '../../core/rows/compare-cells.ts';
import { decideIncoming } from '../../core/rows/incoming.ts';
import type { Row } from '../../core/values/cell.ts';
import type { DecideRow } from './apply-table.ts';

/** Compiles the decisions on production's changes to one table, from its base as it was before them. */
export function incomingDecisions(
  { table, maskedColumns }: IncomingTable,
  findBase: (key: Row) => BaseRow | undefined,
  pushedRow: ApplyIncomingRequest['pushed'],
): DecideRow {
  const sameValue = cellComparer(table);
  const changed = productionComparer(table, maskedColumns);
  return (incoming, local) => {
    const base = findBase(incoming.key);
    const pushed = pushedRow?.(table.key, incoming.key);
    return decideIncoming({
      base: pushed ?? base?.cells,
      local,
      incoming: incoming.gone ? { op: 'gone' } : { op: 'row', cells: incoming.cells },
      sameValue,
      productionChanged: (column) =>
        pushed === undefined
          ? base === undefined || changed(base, incoming, column)
          : !sameValue(column, pushed[column] ?? null, incoming.cells[column] ?? null),
    });
  };
}
