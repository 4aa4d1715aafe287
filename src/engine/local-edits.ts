import type { PulledTarget } from '../core/ledger-port.ts';
import type { LocalInspection } from '../core/local-ports.ts';
import type { PlannedTable } from './plan-pull.ts';
import type { EngineContext } from './workspace.ts';

/**
 * How many rows of the local database a pull would replace that did not come from the last pull: edits since then, and
 * all rows of tables that were never pulled. Zero at no cost when the file is as the pull left it.
 */
export function countLocalEdits(
  { local, paths }: EngineContext,
  found: LocalInspection,
  previous: PulledTarget | undefined,
  tables: readonly PlannedTable[],
): number {
  if (!found.exists || previous?.fingerprint === found.fingerprint) return 0;
  const known = new Set(previous?.tables.map((each) => each.table.key));
  const foreign = tables.filter((each) => !known.has(each.local.key)).map((each) => each.local.name);
  const foreignRows = local.countRows(paths.local, foreign);
  if (previous === undefined) return foreignRows;
  const replaced = new Set(tables.map((each) => each.local.key));
  const bases = previous.tables.filter((each) => replaced.has(each.table.key));
  const changes = local.countLocalChanges(paths.local, previous.basePath, bases);
  return [...changes.values()].reduce(
    (sum, counts) => sum + counts.inserted + counts.updated + counts.deleted,
    foreignRows,
  );
}
