import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the extension host and Syncline's log channels have written under a server's data folder. */
export function readLogs(dataFolder: string): string {
  const files = globSync(
    ['data/logs/*/exthost*/remoteexthost.log', 'data/logs/*/exthost*/**/*yncline*.log'],
    {
      cwd: dataFolder,
    },
  );
  return files.map((file) => `== ${file}\n${readFileSync(join(dataFolder, file), 'utf8')}`).join('\n');
}
