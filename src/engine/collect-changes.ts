import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { FoundChange, LocalChangesReader } from '../core/local-changes-port.ts';
import { maskedColumns, type TableMask, type TransformerName } from '../core/masking/plan.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import { changeReader, keyColumnsOf } from '../core/rows/row-change.ts';
import type { ParsedWorkspaceFile } from '../core/rules/parse-workspace-file.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { Cell, Row } from '../core/values/cell.ts';
import { codecFor } from '../core/values/codec.ts';

/** A local change that may travel, or one that may not. */
export type CollectedChange =
  | { readonly kind: 'change'; readonly record: PulledTableRecord; readonly change: RowChange }
  | { readonly kind: 'refused'; readonly refused: RefusedChange };

/** Texts shorter than this are too common to be taken for a pseudonym. */
const SHORTEST_PSEUDONYM = 4;

/** Judges one found difference; undefined where it is none, only spelled otherwise. */
export type CollectChange = (found: FoundChange) => CollectedChange | undefined;

/**
 * Compiles the judging of a table's differences. Refused is what the firewall finds (a pseudonym that would go to
 * production, a row whose key is a pseudonym), what is no value of its column, and what the rules of the workspace file
 * keep here. With `judged`, the reader's one state of the rows has been through the firewall, which costs the most.
 */
export function changeCollector(
  reader: LocalChangesReader,
  record: PulledTableRecord,
  all: readonly PulledTableRecord[],
  rules: ParsedWorkspaceFile,
  judged?: 'passed',
): CollectChange {
  const { table } = record;
  const settings = rules.file.tables[table.key];
  const direction = settings?.direction ?? rules.file.defaults.direction;
  const read = changeReader(table);
  const firewall =
    judged === 'passed'
      ? () => undefined
      : pseudonymFinder(reader, record, all, new Set(settings?.allowPseudonyms ?? []));
  const masked = new Set(record.mask === null ? [] : maskedColumns(record.mask));
  const keyIsMasked = table.columns.some(
    ({ name, source }) => table.primaryKey.includes(name) && masked.has(source.name),
  );
  const showKey = keyShower(record);
  return (found) => {
    const change = read(found);
    if (change === undefined) return undefined;
    if (change.op === 'unrepresentable') {
      return refuse({
        table: table.key,
        key: showKey(change.key),
        op: found.op,
        column: change.column,
        cause: 'unrepresentable',
        message: change.message,
      });
    }
    const about = () => ({ table: table.key, key: showKey(change.key), op: change.op });
    if (direction !== 'push' && direction !== 'both') {
      const message = `"direction" of ${table.key} is "${direction}" in syncline.json`;
      return refuse({ ...about(), cause: 'not-allowed', message });
    }
    if (keyIsMasked && change.op !== 'insert') {
      const message =
        'the row is known by a masked key only, so production cannot be told which row is meant';
      return refuse({ ...about(), cause: 'pseudonym', message });
    }
    const pseudonym = firewall(change);
    if (pseudonym !== undefined) {
      const message = `"${pseudonym}" holds a made-up value from the last pull, which must not reach production`;
      return refuse({ ...about(), column: pseudonym, cause: 'pseudonym', message });
    }
    return { kind: 'change', record, change };
  };
}

function refuse(refused: RefusedChange): CollectedChange {
  return { kind: 'refused', refused };
}

/**
 * Masks that move a value a little instead of inventing one. Among many rows nearly every date and every age is somebody's
 * moved one: to refuse those would refuse what is true.
 */
const MOVING: ReadonlySet<TransformerName> = new Set(['date-shift', 'number-noise']);

/** The columns whose masked values nobody would write by chance. */
function inventedColumns(mask: TableMask): string[] {
  return mask.columns
    .filter(({ transformer }) => transformer !== 'keep' && !MOVING.has(transformer))
    .map(({ column }) => column);
}

/** The first column of a change that carries a pseudonym, wherever in the database that pseudonym was made. */
function pseudonymFinder(
  reader: LocalChangesReader,
  { table }: PulledTableRecord,
  all: readonly PulledTableRecord[],
  allowed: ReadonlySet<string>,
): (change: RowChange) => string | undefined {
  const masked = all.flatMap((record) => {
    const names = new Set(record.mask === null ? [] : inventedColumns(record.mask));
    return record.table.columns
      .filter(({ source }) => names.has(source.name))
      .map(({ name }) => ({ record, name, own: record.table.key === table.key }));
  });
  const isPseudonym = (name: string, cell: Cell): boolean => {
    if (cell === null || typeof cell !== 'string') {
      const own = masked.find((column) => column.own && column.name === name);
      return own !== undefined && cell !== null && reader.isPseudonym(own.record, name, cell);
    }
    return (
      cell.length >= SHORTEST_PSEUDONYM &&
      masked.some((column) => reader.isPseudonym(column.record, column.name, cell))
    );
  };
  return (change) => {
    if (change.op === 'delete') return undefined;
    const columns = change.op === 'insert' ? table.columns.map((_, index) => index) : change.columns;
    for (const [place, index] of columns.entries()) {
      const name = table.columns[index]?.name ?? '';
      if (!allowed.has(name) && isPseudonym(name, change.after[place] ?? null)) return name;
    }
    return undefined;
  };
}

/** A key as people read it. */
export function keyShower({ table }: PulledTableRecord): (key: Row) => string[] {
  const codecs = keyColumnsOf(table).map((index) => {
    const column = table.columns[index];
    return column === undefined ? undefined : codecFor(column.source.type);
  });
  return (key) =>
    key.map((cell, place) => (cell === null ? 'NULL' : (codecs[place]?.encodePostgres(cell) ?? '')));
}

/** Whether anything of a table may be pushed at all; the reason when not. */
export function pushObstacle(
  reader: LocalChangesReader,
  record: PulledTableRecord,
): { readonly table: TableKey; readonly message: string } | undefined {
  const { key, primaryKey } = record.table;
  if (primaryKey.length === 0) {
    return { table: key, message: 'the table has no primary key: its rows cannot be told apart' };
  }
  if (!reader.isReadable(record)) {
    return { table: key, message: 'the local table is missing or has other columns than at the last pull' };
  }
  return undefined;
}
