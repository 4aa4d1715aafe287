import { SynclineError } from '../../core/errors.ts';
import type { AppliedTable, ApplyIncomingRequest, IncomingTable } from '../../core/incoming-port.ts';
import { applyTable, type Obstacle, type TableContext, type TableOutcome } from './apply-table.ts';
import type { Connection, SqliteDriver } from './driver.ts';
import { sqliteError } from './errors.ts';
import { incomingDecisions } from './incoming-decisions.ts';
import { openIncoming, type IncomingReader } from './incoming-reader.ts';
import { foldName } from '../../core/schema/identifiers.ts';
import type { LocalTable } from '../../core/schema/local-schema.ts';
import { referenceObstacles } from './incoming-references.ts';
import { hasItsColumns } from './local-changes.ts';
import { tableNames } from './references.ts';
import { leapSchemaVersion, schemaVersion } from './schema-cookie.ts';
import { dataVersion, settledFingerprint } from './settled-fingerprint.ts';
import { installTracking, loggedKeys } from './tracking/install.ts';
import { removeTracking } from './tracking/objects.ts';
import { withoutTriggers } from './without-triggers.ts';

export interface AppliedIncoming {
  readonly tables: readonly AppliedTable[];
  readonly fingerprint: string;
}

/** See {@link IncomingDatabase.applyIncoming}. */
export function applyIncoming(driver: SqliteDriver, request: ApplyIncomingRequest): AppliedIncoming {
  const incoming = openIncoming(driver, request.incomingPath, request.basePath, request.tables);
  try {
    const connection = driver.open(request.localPath, { mode: 'write', subject: 'local' });
    try {
      if (request.tracking !== undefined) attachBase(connection, request.basePath);
      return applyInTransaction(connection, incoming, request);
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    } finally {
      connection.close();
    }
  } catch (error) {
    throw sqliteError(error, 'local');
  } finally {
    incoming.close();
  }
}

/** Only to be read: without waiting for the disk, SQLite takes its part in the commit for nothing that needs a journal. */
function attachBase(connection: Connection, path: string): void {
  connection.prepare('ATTACH DATABASE ? AS base').run(path);
  connection.pragma('base.synchronous = OFF');
}

function applyInTransaction(
  connection: Connection,
  incoming: IncomingReader,
  request: ApplyIncomingRequest,
): AppliedIncoming {
  connection.pragma('main.synchronous = FULL');
  connection.exec('BEGIN IMMEDIATE');
  const before = schemaVersion(connection);
  requireColumns(connection, request);
  const refresh = tracked(connection, request);
  const names = request.tables.map(({ table }) => table.name);
  const outcomes = withoutTriggers(connection, names, () =>
    applyTables(connection, incoming, request, (base) => incomingRules(incoming, request, base)),
  );
  const tables = outcomes.map(({ applied }) => applied);
  for (const { held } of outcomes) held.forEach(request.onHeld);
  const mark = refresh(incoming);
  const after = leapSchemaVersion(connection, before);
  mark(after);
  request.signal.throwIfAborted();
  // First: once the local file is committed, the base becomes what the incoming file says without its held rows.
  incoming.commit();
  request.beforeCommit({ before, after }, tables);
  const version = dataVersion(connection);
  connection.exec('COMMIT');
  return { tables, fingerprint: settledFingerprint(connection, request.localPath, version) };
}

/** Looks at the log of changes before it is disturbed; what is returned makes it anew afterwards. */
function tracked(
  connection: Connection,
  { tracking, tables, allTables }: ApplyIncomingRequest,
): (incoming: IncomingReader) => (cookie: number) => void {
  if (tracking === undefined) {
    removeTracking(connection);
    return () => () => undefined;
  }
  const all = allTables.map(({ table }) => table);
  const keys = loggedKeys(connection, all);
  keys.addChanged(allTables, tracking.previous);
  return (incoming) => {
    // The base will change in these rows. Whether the local ones are the same then, the next look tells.
    for (const base of tables) for (const { key } of incoming.rows(base)) keys.add(base.table, key);
    return installTracking(connection, all, tracking, keys);
  };
}

/** The tables that change have to be what they were; those that have to do with them must be there at all. */
function requireColumns(connection: Connection, { tables, allTables }: ApplyIncomingRequest): void {
  const changed = tables.map(({ table }) => table);
  const present = new Set(tableNames(connection).map(foldName));
  const refersTo = (child: LocalTable, parent: LocalTable): boolean =>
    child.foreignKeys.some((key) => key.references.table === parent.key);
  const altered = [
    ...changed.filter((table) => !hasItsColumns(connection, table)),
    ...allTables
      .map(({ table }) => table)
      .filter((table) => !present.has(foldName(table.name)) && !changed.includes(table))
      .filter((table) => changed.some((each) => refersTo(table, each) || refersTo(each, table))),
  ];
  if (altered.length === 0) return;
  throw new SynclineError(
    'FULL_PULL_NEEDED',
    `Local tables are missing or have other columns than at the last pull: ${altered.map(({ name }) => name).join(', ')}.`,
    { tables: altered.map(({ key }) => key) },
  );
}

function incomingRules(
  incoming: IncomingReader,
  { undo, pushed }: ApplyIncomingRequest,
  base: IncomingTable,
): TableRules {
  const findBase = incoming.baseFinder(base);
  const decide = incomingDecisions(base, findBase, pushed);
  if (undo === undefined) return { decide };
  return {
    decide,
    onDecided: (row, local, after) =>
      undo.row(base, {
        key: row.key,
        local: { before: local ?? null, after: after ?? null },
        base: {
          before: findBase(row.key) ?? null,
          after: row.gone ? null : { cells: row.cells, seen: row.seen },
        },
      }),
  };
}

/** How the rows of one table are decided on, and who is told. */
export type TableRules = Pick<TableContext, 'decide' | 'onDecided'>;

/**
 * Applies all tables. Where a constraint forbids an incoming row beside local edits, the row is held, and all of it is
 * done again without that row: what depends on it may have to be held too. Every round holds more rows than the one
 * before, so there is an end.
 */
export function applyTables(
  connection: Connection,
  incoming: IncomingReader,
  request: Pick<ApplyIncomingRequest, 'tables' | 'allTables' | 'signal' | 'undo'>,
  rulesOf: (table: IncomingTable) => TableRules,
): readonly TableOutcome[] {
  const known = new Map(
    request.tables.map((table) => [table.table.key, new Map<bigint, Obstacle>()] as const),
  );
  for (;;) {
    connection.exec('SAVEPOINT round');
    request.undo?.restart();
    const outcomes = request.tables.map((table) =>
      applyTable(table, {
        connection,
        incoming,
        request,
        ...rulesOf(table),
        obstacles: known.get(table.table.key) ?? new Map<bigint, Obstacle>(),
      }),
    );
    const misfits = outcomes.flatMap((outcome) => outcome.obstacles);
    // References can be judged once every row is in its place.
    const obstacles =
      misfits.length > 0
        ? misfits
        : referenceObstacles(connection, incoming, request.tables, request.allTables);
    if (obstacles.length === 0) {
      connection.exec('RELEASE round');
      return outcomes;
    }
    connection.exec('ROLLBACK TO round; RELEASE round');
    for (const obstacle of obstacles) known.get(obstacle.table.table.key)?.set(obstacle.place, obstacle);
  }
}
