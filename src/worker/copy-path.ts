import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SynclineError } from '../core/errors.ts';

/**
 * Where a copy of the local database may be made: a new file in the workspace folder, also when links are followed, and
 * not among Syncline's own. Gives its absolute path; throws COPY_PATH_INVALID.
 */
export function copyPath(folder: string, into: string, local: string): string {
  const refuse = (why: string): SynclineError =>
    new SynclineError('COPY_PATH_INVALID', `The copy cannot be made at "${into}": ${why}.`);
  if (into.trim() === '' || into.includes('\0') || /[/\\]$/.test(into)) throw refuse('that names no file');
  const written = resolve(folder, into);
  const parent = dirname(written);
  if (!existsSync(parent)) {
    throw refuse(
      isInside(folder, parent) ? 'its folder does not exist' : 'it lies outside of the workspace folder',
    );
  }
  const root = realpathSync(folder);
  const path = join(realpathSync(parent), basename(written));
  if (!isInside(root, path) || path === root) throw refuse('it lies outside of the workspace folder');
  if (isInside(join(root, '.syncline'), path)) throw refuse('Syncline keeps its own files there');
  // Beside a database lie files that SQLite takes for its own.
  const withJournals = (each: string): readonly string[] =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => each + suffix);
  const taken = [...withJournals(local), ...withJournals(existsSync(local) ? realpathSync(local) : local)];
  if (taken.includes(path) || taken.includes(written)) throw refuse('that is the local database itself');
  if (withJournals(path).some((each) => lstatSync(each, { throwIfNoEntry: false }) !== undefined)) {
    throw refuse('there is a file already');
  }
  return path;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
