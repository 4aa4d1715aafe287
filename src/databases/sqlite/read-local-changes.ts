import { SynclineError } from '../../core/errors.ts';
import type {
  FoundChange,
  LocalChangesReader,
  TableTracking,
  Tracking,
} from '../../core/local-changes-port.ts';
import type { BaseRow, BaseTable } from '../../core/local-ports.ts';
import type { Cell, Row } from '../../core/values/cell.ts';
import { changedRowsSql } from './changed-rows-sql.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import type { TableKey } from '../../core/schema/model.ts';
import { countByKey, hasItsColumns, requireBase } from './local-changes.ts';
import { pseudonymFinder } from './pseudonyms.ts';
import { presentRowidName } from './rowid.ts';
import { restrictionBy, type Restriction } from './tracking/restriction.ts';
import { trackingFrom, trustOf, type Trust } from './tracking/trust.ts';

/**
 * Opens the local file beside the base of the last sync. One read transaction gives one state of both: it begins at
 * once, and without a write-ahead log it keeps other programs from committing until the reader is closed.
 */
export function readLocalChanges(
  driver: SqliteDriver,
  localPath: string,
  basePath: string,
  tables: readonly BaseTable[],
  tracking?: Tracking,
): LocalChangesReader {
  requireBase(basePath);
  const connection = driver.open(localPath, { mode: 'read', subject: 'local' });
  const pseudonyms = new Map<string, (cell: Exclude<Cell, null>) => boolean>();
  let methodOf: (base: BaseTable) => Method;
  try {
    connection.prepare('ATTACH DATABASE ? AS base').run(basePath);
    connection.exec('BEGIN');
    // A transaction sees the state of its first reading.
    for (const schema of ['main', 'base']) connection.prepare(`SELECT 1 FROM ${schema}.sqlite_schema`).get();
    methodOf = methods(
      connection,
      tracking === undefined ? undefined : trustOf(connection, tables, tracking),
    );
  } catch (error) {
    connection.close();
    throw sqliteError(error, 'local');
  }
  return {
    isReadable: ({ table }) => hasItsColumns(connection, table),
    tracking(base) {
      try {
        return methodOf(base).tracking;
      } catch (error) {
        throw sqliteError(error, 'local');
      }
    },
    *changes(base, op) {
      try {
        const rowid = presentRowidName(connection, base.table);
        const sql = changedRowsSql(base, op, rowid, methodOf(base).restriction);
        const rows = connection.prepare<[], Cell[]>(sql).raw().iterate();
        yield* READ[op](rows, base);
      } catch (error) {
        throw sqliteError(error, 'local');
      }
    },
    isPseudonym({ table }, name, cell) {
      const place = JSON.stringify([table.key, name]);
      let look = pseudonyms.get(place);
      if (look === undefined) {
        const column = table.columns.find((each) => each.name === name);
        if (column === undefined) throw new SynclineError('INTERNAL', `${table.key} has no column ${name}.`);
        look = pseudonymFinder(connection, table, column);
        pseudonyms.set(place, look);
      }
      return look(cell);
    },
    close: () => {
      connection.close();
    },
  };
}

/** How the changes of a table are found. */
interface Method {
  readonly tracking?: TableTracking;
  readonly restriction?: Restriction;
}

/** Decides once for a table: it may have to be counted first. */
function methods(
  connection: Connection,
  trusts: ReadonlyMap<TableKey, Trust> | undefined,
): (base: BaseTable) => Method {
  const decided = new Map<TableKey, Method>();
  const decide = (base: BaseTable): Method => {
    const trust = trusts?.get(base.table.key);
    if (trust === undefined) return {};
    if (trust.kind === 'lost') return { tracking: trackingFrom(trust) };
    const tracking = trust.counted ? countByKey(connection, base, trust).tracking : undefined;
    if (tracking?.state === 'lost') return { tracking };
    return { tracking: trackingFrom(trust), restriction: restrictionBy(connection, base, trust.log) };
  };
  return (base) => {
    const method = decided.get(base.table.key) ?? decide(base);
    decided.set(base.table.key, method);
    return method;
  };
}

function* inserted(rows: Iterable<Row>): Generator<FoundChange> {
  for (const local of rows) yield { op: 'insert', local };
}

function* updated(rows: Iterable<Row>, base: BaseTable): Generator<FoundChange> {
  const width = base.table.columns.length;
  for (const row of rows) {
    yield { op: 'update', local: row.slice(0, width), base: baseRow(row.slice(width)) };
  }
}

function* deleted(rows: Iterable<Row>): Generator<FoundChange> {
  for (const row of rows) yield { op: 'delete', base: baseRow(row) };
}

const READ = { insert: inserted, update: updated, delete: deleted } as const;

function baseRow(cells: Row): BaseRow {
  const seen = cells[cells.length - 1];
  return { cells: cells.slice(0, -1), seen: seen instanceof Uint8Array ? seen : null };
}
