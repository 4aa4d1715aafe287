/**
 * How long the main thread of a real extension host stands still during a pull of a million rows, beside how long it
 * does when nothing happens: `node test/bench/stalls.ts` after a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { runExtensionHostTests } from '../support/vscode/extension-host.ts';
import { projectRoot } from '../support/vscode/paths.ts';

const ROWS = 1_000_000;

const server = await startPostgres();
const database = await server.createDatabase();
const folder = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
try {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  await client.query(`
    create table people (id bigint primary key, email text not null, full_name text, age int,
      balance numeric(12, 2), created_at timestamptz not null, note text);
    insert into people
    select i, 'user' || i || '@corp.example', 'First' || (i % 5000) || ' Last' || (i % 7919), i % 90,
      (i % 100000) / 100.0, timestamptz '2020-01-01' + i * interval '1 second', 'note number ' || i
    from generate_series(1, ${ROWS}) i`);
  await client.end();
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
