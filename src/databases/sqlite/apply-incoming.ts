import type { AppliedTable, ApplyIncomingRequest, HeldRow, IncomingTable } from '../../core/incoming-port.ts';
import { decideIncoming, type RowDecision } from '../../core/rows/incoming.ts';
import { keyColumnsOf } from '../../core/rows/row-change.ts';
import { cellComparer, productionComparer } from '../../core/rows/compare-cells.ts';
import { quoteIdentifier } from '../../core/schema/identifiers.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { settledFingerprint, dataVersion } from './settled-fingerprint.ts';
import { goneColumnOf } from './incoming-stage.ts';
import { dropScratch, makeScratch, requireIncomingReferences } from './incoming-scratch.ts';
import { leapSchemaVersion, schemaVersion } from './schema-cookie.ts';
import { withoutTriggers } from './without-triggers.ts';

export interface AppliedIncoming {
  readonly tables: readonly AppliedTable[];
  readonly fingerprint: string;
}

/** See {@link IncomingDatabase.applyIncoming}. */
export function applyIncoming(driver: SqliteDriver, request: ApplyIncomingRequest): AppliedIncoming {
  const connection = driver.open(request.localPath, { mode: 'write', subject: 'local' });
  try {
    connection.pragma('main.synchronous = FULL');
    connection.prepare('ATTACH DATABASE ? AS base').run(request.basePath);
    connection.prepare('ATTACH DATABASE ? AS incoming').run(request.incomingPath);
    connection.exec('BEGIN IMMEDIATE');
    const before = schemaVersion(connection);
    const names = request.tables.map(({ table }) => table.name);
    const tables = withoutTriggers(connection, names, () =>
      request.tables.map((table) => applyTable(connection, table, request)),
    );
    requireIncomingReferences(connection, request.tables, request.allTables);
    dropScratch(connection, request.tables);
    const after = leapSchemaVersion(connection, before);
    request.signal.throwIfAborted();
    request.beforeCommit({ before, after }, tables);
    const version = dataVersion(connection);
    connection.exec('COMMIT');
    return { tables, fingerprint: settledFingerprint(connection, request.localPath, version) };
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw sqliteError(error, 'local');
  } finally {
    connection.close();
  }
}

/**
 * Rows that change are taken out first and put in again at the end, so that two rows that swap a unique value do not
 * collide on the way.
 */
function applyTable(
  connection: Connection,
  incoming: IncomingTable,
  { signal, onHeld, pushed }: ApplyIncomingRequest,
): AppliedTable {
  const { table } = incoming;
  const name = quoteIdentifier(table.name);
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const key = table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const places = columns.map(() => '?').join(', ');
  const { put: putTable, taken: takenTable } = makeScratch(connection, table);

  const findLocal = connection
    .prepare<Cell[], Cell[]>(`SELECT ${columns.join(', ')} FROM main.${name} WHERE ${key}`)
    .raw();
  const findBase = connection
    .prepare<Cell[], Cell[]>(
      `SELECT ${columns.join(', ')}, ${quoteIdentifier(incoming.seenColumn)} FROM base.${name} WHERE ${key}`,
    )
    .raw();
  const take = connection.prepare<Cell[]>(`DELETE FROM main.${name} WHERE ${key}`);
  const put = connection.prepare<Cell[]>(`INSERT INTO ${putTable} VALUES (${places})`);
  const remember = connection.prepare<Cell[]>(`INSERT INTO ${takenTable} VALUES (${places})`);
  const hold = connection.prepare<Cell[]>(`DELETE FROM incoming.${name} WHERE ${key}`);
  const counts = { inserted: 0, updated: 0, deleted: 0, held: 0 };
  const compare = comparer(incoming);
  const keyColumns = keyColumnsOf(table);

  for (const row of incomingRows(connection, incoming)) {
    signal.throwIfAborted();
    const rowKey = keyColumns.map((index) => row.cells[index] ?? null);
    const local = findLocal.get(...rowKey);
    const found = findBase.get(...rowKey);
    const base = found === undefined ? undefined : { cells: found.slice(0, -1), seen: bytes(found.at(-1)) };
    const decision = compare(base, local, row, pushed?.(table.key, rowKey));
    if (decision.conflict !== undefined) {
      counts.held += 1;
      onHeld(heldRow(incoming, decision.conflict, rowKey, row));
      hold.run(...rowKey);
      continue;
    }
    switch (decision.local.op) {
      case 'none':
        break;
      case 'insert':
        counts.inserted += 1;
        put.run(...row.cells);
        break;
      case 'delete':
        counts.deleted += 1;
        take.run(...rowKey);
        remember.run(...(local ?? []));
        break;
      case 'update': {
        counts.updated += 1;
        const changed = new Set(decision.local.columns);
        take.run(...rowKey);
        remember.run(...(local ?? []));
        put.run(
          ...(local ?? []).map((cell, index) => (changed.has(index) ? (row.cells[index] ?? null) : cell)),
        );
        break;
      }
    }
  }
  connection.exec(
    `INSERT INTO main.${name} (${columns.join(', ')}) SELECT * FROM ${putTable} ORDER BY rowid`,
  );
  return { table: table.key, ...counts };
}

interface IncomingRow {
  readonly cells: Row;
  readonly seen: Uint8Array | null;
  readonly gone: boolean;
}

/** A page at a time: held rows are deleted from the table while it is read. */
function* incomingRows(connection: Connection, incoming: IncomingTable): Generator<IncomingRow> {
  const { table, seenColumn } = incoming;
  const names = [...table.columns.map((column) => column.name), seenColumn, goneColumnOf(incoming)].map(
    quoteIdentifier,
  );
  const page = connection
    .prepare<[bigint], Cell[]>(
      `SELECT rowid, ${names.join(', ')} FROM incoming.${quoteIdentifier(table.name)} WHERE rowid > ? ORDER BY rowid LIMIT 1000`,
    )
    .raw();
  let last = -(2n ** 63n);
  for (;;) {
    const rows = page.all(last);
    for (const [rowid, ...row] of rows) {
      if (typeof rowid === 'bigint') last = rowid;
      yield { cells: row.slice(0, -2), seen: bytes(row.at(-2)), gone: row.at(-1) === 1n };
    }
    if (rows.length === 0) return;
  }
}

type Compare = (
  base: { readonly cells: Row; readonly seen: Uint8Array | null } | undefined,
  local: Row | undefined,
  incoming: IncomingRow,
  pushed: Row | undefined,
) => RowDecision;

function comparer({ table, maskedColumns }: IncomingTable): Compare {
  const sameValue = cellComparer(table);
  const changed = productionComparer(table, maskedColumns);
  return (base, local, incoming, pushed) =>
    decideIncoming({
      base: pushed ?? base?.cells,
      local,
      incoming: incoming.gone ? { op: 'gone' } : { op: 'row', cells: incoming.cells },
      sameValue,
      productionChanged: (column) =>
        pushed === undefined
          ? base === undefined || changed(base, incoming, column)
          : !sameValue(column, pushed[column] ?? null, incoming.cells[column] ?? null),
    });
}

function heldRow(
  { table }: IncomingTable,
  { kind, columns }: NonNullable<RowDecision['conflict']>,
  key: Row,
  row: IncomingRow,
): HeldRow {
  return {
    table: table.key,
    kind,
    key,
    columns: columns.map((index) => table.columns[index]?.name ?? ''),
    production: row.gone ? null : { cells: row.cells, seen: row.seen },
  };
}

function bytes(cell: Cell | undefined): Uint8Array | null {
  return cell instanceof Uint8Array ? cell : null;
}
