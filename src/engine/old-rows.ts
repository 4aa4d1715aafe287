/** What becomes of the rows that a pull replaces: edits among them need consent, and all of them go into a backup. */
import { SynclineError } from '../core/errors.ts';
import type { RowCounts } from '../core/local-ports.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { PlannedTable } from './plan-pull.ts';
import type { PullRun } from './pull-run.ts';

export interface OldRows {
  /** Rows that did not come from the last pull. */
  readonly edits: number;
  /** Absent when there was no local file. */
  readonly backup?: string;
  /** The local file's fingerprint when this was found out. */
  readonly fingerprint: string;
}

/** Counts the edits and backs the file up. Throws LOCAL_EDITS when there are some and nobody agreed. */
export async function keepOldRows(
  run: PullRun,
  tables: readonly PlannedTable[],
  fingerprint: string,
): Promise<OldRows> {
  if (!run.found.exists) return { edits: 0, fingerprint };
  const edits = countLocalEdits(run, tables, fingerprint);
  if (edits > 0 && !run.replaceLocalEdits) {
    throw new SynclineError(
      'LOCAL_EDITS',
      `${edits} local ${edits === 1 ? 'row' : 'rows'} would be replaced that did not come from the last pull.`,
      { edits },
    );
  }
  await run.local.backup(run.paths.local, run.backupPath, run.signal);
  return { edits, backup: run.backupPath, fingerprint };
}

/**
 * How many rows of the local database a pull would replace that did not come from the last pull: edits since then, all
 * rows of tables whose columns were altered since, and all rows of tables that were never pulled. Zero at no cost when
 * the file is as the pull left it.
 */
function countLocalEdits(
  { local, paths, previous }: PullRun,
  tables: readonly PlannedTable[],
  fingerprint: string,
): number {
  if (previous?.fingerprint === fingerprint) return 0;
  const replaced = new Set(tables.map((each) => each.local.key));
  const bases = (previous?.tables ?? []).filter((each) => replaced.has(each.table.key));
  const changes =
    previous === undefined
      ? new Map<TableKey, RowCounts>()
      : local.countLocalChanges(paths.local, previous.basePath, bases, previous.tracking);
  const strange = tables.filter((each) => !changes.has(each.local.key)).map((each) => each.local.name);
  return [...changes.values()].reduce(
    (sum, counts) => sum + counts.inserted + counts.updated + counts.deleted,
    local.countRows(paths.local, strange),
  );
}
