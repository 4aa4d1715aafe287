/**
 * How long the main thread of a real extension host stands still during a pull of a million rows, beside how long it
 * does when nothing happens: `node test/bench/stalls.ts` after a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.ts';
import { runExtensionHostTests } from '../support/vscode/extension-host.ts';
import { projectRoot } from '../support/vscode/paths.ts';
import { createPeople } from './people.ts';

const ROWS = 1_000_000;

const server = await startPostgres();
const database = await server.createDatabase();
const folder = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
try {
  await createPeople(database.connectionString, ROWS);
  await runExtensionHostTests({
    workspaceFolder: folder,
    extensionTestsPath: join(projectRoot, 'out', 'test', 'extension', 'bench', 'stalls.cjs'),
    env: { SYNCLINE_BENCH_DATABASE: database.connectionString },
    print: (line) => {
      console.log(line);
    },
  });
} finally {
  await database.drop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
