import { basename, join } from 'node:path';
import type { LocalDatabase } from '../core/local-ports.ts';
import type { WorkspacePaths } from './workspace.ts';

/** Where a run stages its rows, and where they stay as the base when it succeeds. */
export function basePath(paths: WorkspacePaths, run: string): string {
  return join(paths.bases, `${run}.db`);
}

/** Backups sort by time. `at` in milliseconds since the epoch. */
export function backupPath(paths: WorkspacePaths, run: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/[-:.]/g, '');
  return join(paths.backups, `${stamp}-${run}.db`);
}

/** What is kept of a run so that it can be undone. */
export function undoPath(paths: WorkspacePaths, run: string): string {
  return join(paths.undo, `${run}.db`);
}

/**
 * Deletes the oldest backups beyond the number to keep, but for those that are needed. What somebody else put beside
 * them stays.
 */
export function pruneBackups(
  local: LocalDatabase,
  paths: WorkspacePaths,
  keep: number,
  needed: readonly string[] = [],
): void {
  const backups = local.list(paths.backups).filter((path) => /^\d{8}T\d{9}Z-/.test(basename(path)));
  for (const path of backups.slice(0, -keep)) if (!needed.includes(path)) removeIfPossible(local, path);
}

/** Deletes undo files of runs that cannot be undone any more. */
export function pruneUndoFiles(
  local: LocalDatabase,
  paths: WorkspacePaths,
  needed: readonly (string | null)[],
): void {
  for (const path of local.list(paths.undo)) if (!needed.includes(path)) removeIfPossible(local, path);
}

/** Deletes bases that no target needs any more. */
export function pruneBases(local: LocalDatabase, paths: WorkspacePaths, needed: readonly string[]): void {
  for (const path of local.list(paths.bases)) {
    if (!needed.includes(path)) removeIfPossible(local, path);
  }
}

/** Where open files cannot be deleted, one that somebody reads is left for the next time. */
function removeIfPossible(local: LocalDatabase, path: string): void {
  try {
    local.remove(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
