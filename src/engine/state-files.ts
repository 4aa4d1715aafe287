import { join } from 'node:path';
import type { LocalDatabase } from '../core/local-ports.ts';
import type { WorkspacePaths } from './workspace.ts';

/** Where a run stages its rows, and where they stay as the base when it succeeds. */
export function basePath(paths: WorkspacePaths, run: string): string {
  return join(paths.bases, `${run}.db`);
}

/** Backups sort by time. `at` in milliseconds since the epoch. */
export function backupPath(paths: WorkspacePaths, run: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  return join(paths.backups, `${stamp}-${run}.db`);
}

/** Deletes the oldest backups beyond the number to keep. */
export function pruneBackups(local: LocalDatabase, paths: WorkspacePaths, keep: number): void {
  for (const path of local.list(paths.backups).slice(0, -keep)) local.remove(path);
}

/** Deletes bases that no target needs any more. */
export function pruneBases(local: LocalDatabase, paths: WorkspacePaths, needed: readonly string[]): void {
  for (const path of local.list(paths.bases)) if (!needed.includes(path)) local.remove(path);
}
