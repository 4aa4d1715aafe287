import type { AppliedTable, ApplyIncomingRequest, HeldRow, IncomingTable } from '../../core/incoming-port.ts';
import { sameCell } from '../../core/rows/change.ts';
import type { ConflictKind, RowDecision } from '../../core/rows/incoming.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import type { Row } from '../../core/values/cell.ts';
import type { Connection } from './driver.ts';
import { sqliteCode } from './errors.ts';
import type { IncomingReader, IncomingRow } from './incoming-reader.ts';
import { localTableWriter, type LocalRow } from './local-table-writer.ts';

/** An incoming row that a constraint forbids beside local edits. */
export interface Obstacle {
  readonly table: IncomingTable;
  readonly place: bigint;
  /** Names of the columns that the constraint is about. */
  readonly columns: readonly string[];
}

export interface TableOutcome {
  readonly applied: AppliedTable;
  readonly held: readonly HeldRow[];
  readonly obstacles: readonly Obstacle[];
}

export interface TableContext {
  readonly connection: Connection;
  readonly incoming: IncomingReader;
  readonly request: Pick<ApplyIncomingRequest, 'signal' | 'allTables'>;
  readonly decide: DecideRow;
  /** Told what becomes of each row that is not held. */
  readonly onDecided?: (row: IncomingRow, local: LocalRow | undefined, after: Row | undefined) => void;
  /** What is known to be in the way, by place. */
  readonly obstacles: ReadonlyMap<bigint, Obstacle>;
}

/** What becomes of an incoming row beside the local one. */
export type DecideRow = (row: IncomingRow, local: Row | undefined) => RowDecision;

/** Puts the incoming rows of one table into the local one, but for those that are in conflict. */
export function applyTable(base: IncomingTable, context: TableContext): TableOutcome {
  const { connection, incoming, request } = context;
  const { table } = base;
  const all = request.allTables.map((each) => each.table);
  const writer = localTableWriter(connection, table, all);
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  const held: HeldRow[] = [];
  const obstacles: Obstacle[] = [];

  const misfit = (place: bigint, cells: Row, error: unknown): void => {
    const columns = forbiddenColumns(error, table, cells, incoming.rowAt(base, place)?.cells ?? cells);
    if (columns === undefined) throw error;
    obstacles.push({ table: base, place, columns });
  };

  for (const row of incoming.rows(base)) {
    request.signal.throwIfAborted();
    const obstacle = context.obstacles.get(row.place);
    if (obstacle !== undefined) {
      held.push(heldRow(table, 'constraint', obstacle.columns, row));
      incoming.hold(base, row.place);
      continue;
    }
    const local = writer.find(row.key);
    const decision = context.decide(row, local?.cells);
    let after = local?.cells;
    if (decision.conflict !== undefined) {
      const columns = decision.conflict.columns.map((index) => table.columns[index]?.name ?? '');
      held.push(heldRow(table, decision.conflict.kind, columns, row));
      incoming.hold(base, row.place);
      continue;
    }
    if (decision.local.op === 'insert') {
      counts.inserted += 1;
      after = row.cells;
      writer.insert(row.place, row.cells, row.rowid);
    } else if (decision.local.op === 'delete' && local !== undefined) {
      counts.deleted += 1;
      after = undefined;
      writer.delete(row.place, row.key, local);
    } else if (decision.local.op === 'update' && local !== undefined) {
      counts.updated += 1;
      const { columns } = decision.local;
      const merged = local.cells.map((cell, index) =>
        columns.includes(index) ? (row.cells[index] ?? null) : cell,
      );
      after = merged;
      try {
        writer.update(row.place, row.key, local, columns, merged);
      } catch (error) {
        misfit(row.place, merged, error);
      }
    }
    context.onDecided?.(row, local, after);
  }
  for (const { place, cells, error } of writer.settle()) misfit(place, cells, error);
  return { applied: { table: table.key, ...counts, held: held.length }, held, obstacles };
}

function heldRow(
  table: LocalTable,
  kind: ConflictKind,
  columns: readonly string[],
  row: IncomingRow,
): HeldRow {
  return {
    table: table.key,
    kind,
    key: row.key,
    columns,
    production: row.gone ? null : { cells: row.cells, seen: row.seen },
  };
}

/**
 * The columns of a constraint that a row breaks because of local edits: a unique value that a local row has, or a row
 * that fits no more where both sides changed it. Undefined when production's row does not fit by itself.
 */
function forbiddenColumns(
  error: unknown,
  table: LocalTable,
  cells: Row,
  production: Row,
): readonly string[] | undefined {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error)) return undefined;
  if (/^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID)$/.test(code)) {
    const named = [table.primaryKey, ...table.uniques.map((unique) => unique.columns)].find((columns) =>
      error.message.endsWith(`: ${columns.map((column) => `${table.name}.${column}`).join(', ')}`),
    );
    return named ?? table.columns.map((column) => column.name);
  }
  if (!/^SQLITE_CONSTRAINT_(?:CHECK|NOTNULL)$/.test(code)) return undefined;
  const edited = table.columns.filter(
    (_, index) => !sameCell(cells[index] ?? null, production[index] ?? null),
  );
  return edited.length === 0 ? undefined : edited.map((column) => column.name);
}
