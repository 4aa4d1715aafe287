/** Which tables the log of changes in the developer's file can be trusted for. */
import type { TableTracking, Tracking, TrackingLoss } from '../../../core/local-changes-port.ts';
import type { BaseTable } from '../../../core/local-ports.ts';
import { foldName, quoteIdentifier } from '../../../core/schema/identifiers.ts';
import type { TableKey } from '../../../core/schema/model.ts';
import type { Connection } from '../driver.ts';
import { schemaVersion } from '../schema-cookie.ts';
import { isOurs, schemaObjects, trackingNames, type SchemaObject, type TrackingNames } from './objects.ts';
import { triggersFor } from './triggers.ts';

export type Trust =
  | {
      readonly kind: 'log';
      /** Name of the log table. */
      readonly log: string;
      /** Whether rows have to be counted as well: then what the log does not know of are deletions at most. */
      readonly counted: boolean;
    }
  | { readonly kind: 'lost'; readonly reason: TrackingLoss };

/** A schema that was altered less often than this since our last transaction, whose leaps are longer, is the same one. */
const MOST_ALTERATIONS = 10_000;

/**
 * What the log says is trusted under this law. A transaction of ours leaves a token in the file, and beside it the schema
 * cookie as of its commit; rows are written without being logged only where triggers did not fire.
 *
 * 1. The token is the one in the ledger, or else the file was restored or replaced, and nothing is trusted. (Whatever a
 *    copy that was made since then lacks, its log lacks too: the log is a part of the file.)
 * 2. While the cookie is the same, no table and no trigger was touched: the log has every row that was written. The
 *    exceptions are rows that REPLACE deleted for the sake of an index whose values no trigger can tell beforehand. They
 *    make the table shorter and nothing else can, so that counting the rows finds them.
 * 3. When the cookie moved on, a table is trusted if the table and each of its triggers stand as they would be made now,
 *    and none was made later than what we made last: a table that was made anew has a later place in the schema table, as
 *    has a trigger. VACUUM numbers places anew and keeps tables and triggers in their order. Indexes may have come and
 *    gone meanwhile, for whose sake REPLACE deleted rows; so rows are counted.
 * 4. A cookie that went back, or leapt, is that of another file.
 *
 * Not seen are writes by programs that switch triggers off in their connection (SQLITE_DBCONFIG_ENABLE_TRIGGER) or write
 * the schema table by hand, and rows of a dump that was edited and read back into the same file after everything in it,
 * our tables too, had been dropped.
 */
export function trustOf(
  connection: Connection,
  tables: readonly BaseTable[],
  tracking: Tracking,
): ReadonlyMap<TableKey, Trust> {
  const keyed = tables.filter(({ table }) => table.primaryKey.length > 0);
  const all = (trust: (base: BaseTable) => Trust): ReadonlyMap<TableKey, Trust> =>
    new Map(keyed.map((base) => [base.table.key, trust(base)] as const));
  const objects = schemaObjects(connection);
  const names = trackingNames(objects);
  const state = stateOf(connection, objects, names);
  if (state?.token !== tracking.token) return all(() => lost('replaced'));
  const alterations = schemaVersion(connection) - state.cookie;
  if (alterations < 0 || alterations >= MOST_ALTERATIONS) return all(() => lost('replaced'));
  const { log } = names;
  return all(({ table }) => {
    const answer = state.tables[table.name];
    if (answer === undefined) return lost('triggers');
    if (alterations === 0) return { kind: 'log', log, counted: answer === 'counted' };
    const present = objects.find(
      ({ type, name }) => type === 'table' && foldName(name) === foldName(table.name),
    );
    if (present === undefined || present.place > state.place) return lost('rebuilt');
    const wanted = triggersFor(connection, table, names)?.triggers;
    const stands = wanted?.every(({ name, sql }) =>
      objects.some((object) => object.name === name && object.sql === sql && object.place < state.lastPlace),
    );
    return stands === true ? { kind: 'log', log, counted: true } : lost('triggers');
  });
}

export function trackingFrom(trust: Trust): TableTracking {
  return trust.kind === 'log' ? { state: 'triggers' } : { state: 'lost', reason: trust.reason };
}

function lost(reason: TrackingLoss): Trust {
  return { kind: 'lost', reason };
}

/** How tables are tracked, by name. */
export type TrackedTables = Readonly<Record<string, 'logged' | 'counted'>>;

interface State {
  readonly token: string;
  readonly cookie: number;
  readonly tables: TrackedTables;
  /** The places of the table and of the trigger that we made last. */
  readonly place: bigint;
  readonly lastPlace: bigint;
}

/** Undefined when any part of it is missing. */
function stateOf(
  connection: Connection,
  objects: readonly SchemaObject[],
  names: TrackingNames,
): State | undefined {
  const ours = new Map(objects.filter(isOurs).map((object) => [object.name, object] as const));
  const [table, last] = [ours.get(names.state), ours.get(names.last)];
  if (table === undefined || last === undefined || !ours.has(names.log)) return undefined;
  const row = connection
    .prepare<[], { token: string; cookie: bigint; tables: string }>(
      `SELECT token, cookie, tables FROM main.${quoteIdentifier(names.state)}`,
    )
    .get();
  if (row === undefined) return undefined;
  return {
    token: row.token,
    cookie: Number(row.cookie),
    // Written by `installTracking`.
    tables: JSON.parse(row.tables) as TrackedTables,
    place: table.place,
    lastPlace: last.place,
  };
}
