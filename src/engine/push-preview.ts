import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { RowChange } from '../core/rows/change.ts';
import type { Cell } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import { keyShower } from './collect-changes.ts';
import type { ChangePreview } from './push-report.ts';

/** A change as people see it. What is masked locally is shown as it is locally. */
export function previewChange(record: PulledTableRecord, change: RowChange): ChangePreview {
  const { columns, key } = record.table;
  const show = (index: number, cell: Cell): string | null => {
    const column = columns[index];
    return cell === null || column === undefined ? null : codecFor(column.source.type).encodePostgres(cell);
  };
  const indexes = change.op === 'update' ? change.columns : columns.map((_, index) => index);
  return {
    table: key,
    op: change.op,
    key: keyShower(record)(change.key),
    columns: indexes.map((index, place) => ({
      column: columns[index]?.name ?? '',
      ...(change.op === 'insert' ? {} : { before: show(index, change.before[place] ?? null) }),
      ...(change.op === 'delete' ? {} : { after: show(index, change.after[place] ?? null) }),
    })),
  };
}
