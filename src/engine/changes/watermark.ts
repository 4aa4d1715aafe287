import { maskedColumns } from '../../core/masking/plan.ts';
import type { PulledTableRecord, TableMark } from '../../core/ledger-port.ts';
import type { ParsedWorkspaceFile } from '../../core/rules/parse-workspace-file.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { codecFor } from '../../core/values/codec.ts';
import type { PostgresTextRow } from '../../core/values/cell.ts';
import type { FindChanges } from './found-changes.ts';

/** A transaction that commits later than this after it wrote is missed by a watermark. */
export const OVERLAP_MINUTES = 10;

/** How long a watermark is trusted before every row is compared again, in milliseconds: a day. */
const COMPARED_EVERY = 24 * 60 * 60 * 1000;

/** By table, the watermark columns that the workspace file names. */
export function watermarksOf({ file }: ParsedWorkspaceFile): ReadonlyMap<TableKey, string> {
  return new Map(
    Object.entries(file.tables).flatMap(([key, { watermark }]) =>
      watermark === undefined ? [] : [[key, watermark] as const],
    ),
  );
}

/** Follows the latest value of a table's watermark column. */
export interface WatermarkFollower {
  saw(text: PostgresTextRow): void;
  /** The mark after all rows were seen; nothing where the table has no watermark. */
  mark(comparedAt: number): { readonly mark?: TableMark };
}

/** A year of four digits: such texts sort as time goes. */
const PLAIN = /^\d{4}-/;

/** Follows nothing where the table names no watermark, or one that is masked or no point in time. */
export function watermarkOf(record: PulledTableRecord, finding: FindChanges): WatermarkFollower {
  const name = finding.watermarks.get(record.table.key);
  const index = record.table.columns.findIndex(({ source }) => source.name === name);
  const type = record.table.columns[index]?.source.type;
  const isMasked = record.mask !== null && maskedColumns(record.mask).includes(name ?? '');
  if (name === undefined || type?.kind !== 'timestamp' || isMasked) {
    return { saw: () => undefined, mark: () => ({}) };
  }
  const codec = codecFor(type);
  let latest = finding.marks?.tables[record.table.key]?.watermark?.value ?? '';
  return {
    saw(text) {
      const value = text[index];
      const cell = value == null ? null : codec.decodePostgres(value);
      if (typeof cell === 'string' && PLAIN.test(cell) && !cell.endsWith('BC') && cell > latest)
        latest = cell;
    },
    mark: (comparedAt) =>
      latest === '' ? {} : { mark: { watermark: { column: name, value: latest, comparedAt } } },
  };
}

/** From when rows are read again, as Postgres's text; undefined when every row has to be compared. */
export function readFrom(
  record: PulledTableRecord,
  { marks, watermarks, now }: FindChanges,
): string | undefined {
  const mark = marks?.tables[record.table.key]?.watermark;
  if (mark === undefined || mark.column !== watermarks.get(record.table.key)) return undefined;
  if (now - mark.comparedAt > COMPARED_EVERY) return undefined;
  const zoned = mark.value.endsWith('Z');
  const time = Date.parse(zoned ? mark.value : `${mark.value}Z`);
  if (Number.isNaN(time)) return undefined;
  const from = new Date(time - OVERLAP_MINUTES * 60_000).toISOString();
  return zoned ? from : from.slice(0, -1);
}
