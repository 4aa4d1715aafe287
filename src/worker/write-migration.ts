import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SynclineError } from '../core/errors.ts';

export interface MigrationTexts {
  readonly up: string;
  readonly down: string;
}

/** Absolute paths. */
export interface MigrationFiles {
  readonly up: string;
  readonly down: string;
}

/**
 * Writes `<UTC 14 digits>_<name>.sql` into the migrations directory, and the file that takes it back into `down/` below:
 * `supabase db push` applies every file of the directory itself whose name is digits, an underscore and `.sql` at the end,
 * so that a `.down.sql` would run. Throws MIGRATION_EXISTS when the same migration was written before.
 */
export async function writeMigration(
  directory: string,
  name: string,
  { up, down }: MigrationTexts,
  now: Date,
): Promise<MigrationFiles> {
  const folder = resolve(directory);
  const file = `${now.toISOString().replace(/\D/g, '').slice(0, 14)}_${name}.sql`;
  const files = { up: join(folder, file), down: join(folder, 'down', file) };
  try {
    await mkdir(join(folder, 'down'), { recursive: true });
    const same = await sameMigration(folder, name, up);
    if (same !== undefined) throw exists(same);
    await writeFile(files.down, down, { flag: 'wx' });
    await writeFile(files.up, up, { flag: 'wx' });
    return files;
  } catch (thrown) {
    if (thrown instanceof SynclineError) throw thrown;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'EEXIST') throw exists(files.up);
    throw new SynclineError('MIGRATION_UNWRITABLE', `Nothing could be written into ${folder} (${code}).`, {
      folder,
    });
  }
}

async function sameMigration(folder: string, name: string, text: string): Promise<string | undefined> {
  for (const entry of await readdir(folder)) {
    if (!/^[0-9]+_/.test(entry) || !entry.endsWith(`_${name}.sql`)) continue;
    if ((await readFile(join(folder, entry), 'utf8')) === text) return join(folder, entry);
  }
  return undefined;
}

function exists(file: string): SynclineError {
  return new SynclineError('MIGRATION_EXISTS', `The migration is there already: ${file}.`, { file });
}
