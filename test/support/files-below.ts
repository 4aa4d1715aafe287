import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every file in a folder and its subfolders, by absolute path. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
