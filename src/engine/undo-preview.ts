import type { PulledTableRecord } from '../core/ledger-port.ts';
import { SynclineError } from '../core/errors.ts';
import { sameCell, type RowKey } from '../core/rows/change.ts';
import type { LocalTable } from '../core/schema/local-schema.ts';
import type { Cell, Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';
import type { ListedChange, ShownRow } from './changes-report.ts';
import { keyShower } from './collect-changes.ts';
import { backwards } from './undo-run.ts';

/** Changes that a report shows. */
export const MOST_SHOWN = 200;

/** A row as it is and as it will be, for people and for diffs; what is masked locally is masked. */
export function listChange(
  record: PulledTableRecord,
  key: RowKey,
  now: Row | null,
  then: Row | null,
): ListedChange {
  const { table } = record;
  const names = table.columns.map(({ source }) => source.name);
  return {
    table: table.key,
    op: backwards(then, now),
    key: keyShower(record)(key),
    columns:
      now === null || then === null
        ? names
        : names.filter((_, index) => !sameCell(now[index] ?? null, then[index] ?? null)),
    before: now === null ? null : showRow(table, now),
    after: then === null ? null : showRow(table, then),
  };
}

function showRow(table: LocalTable, cells: Row): ShownRow {
  return table.columns.map(({ source }, index) => {
    const cell = cells[index] ?? null;
    return { column: source.name, text: cell === null ? null : showCell(codecFor(source.type), cell) };
  });
}

function showCell(codec: ReturnType<typeof codecFor>, cell: Exclude<Cell, null>): string {
  try {
    return codec.encodePostgres(codec.canonicalize(cell));
  } catch (error) {
    // What an app wrote need not be a value of the type.
    if (!(error instanceof SynclineError)) throw error;
    return cell instanceof Uint8Array ? `\\x${Buffer.from(cell).toString('hex')}` : String(cell);
  }
}
