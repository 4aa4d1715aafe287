/**
 * A pull of a million rows by connection string, masked and raw, against the plainest way there is:
 * `psql COPY | sqlite3 .import`. In turns, so that a machine whose speed drifts is as hard on all of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.ts';
import { measure, median, type Cost, type Program } from './measure.ts';
import { createPeople } from './people.ts';

const ROWS = 1_000_000;
const TURNS = 3;

export interface PullBench {
  readonly rows: number;
  /** Medians. `ratio` is to the peer's time in the same turn. */
  readonly programs: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly ratio: number;
    readonly peakMemory: number;
  }[];
}

export async function benchPull(): Promise<PullBench> {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
  try {
    await createPeople(database.connectionString, ROWS);
    const programs = new Map<string, () => Program>([
      ['psql COPY | sqlite3 .import', () => peer(folder, database.connectionString)],
      ['pull --raw', () => pull(folder, database.connectionString, ['--raw'])],
      ['pull (masked)', () => pull(folder, database.connectionString, [])],
    ]);
    const costs = new Map<string, Cost[]>([...programs.keys()].map((name) => [name, []]));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [name, program] of programs) costs.get(name)?.push(await measure(program()));
    }
    const peers = costs.get('psql COPY | sqlite3 .import') ?? [];
    return {
      rows: ROWS,
      programs: [...costs].map(([name, runs]) => ({
        name,
        seconds: median(runs.map((run) => run.seconds)),
        ratio: median(runs.map((run, turn) => run.seconds / (peers[turn]?.seconds ?? Number.NaN))),
        peakMemory: Math.max(...runs.map((run) => run.peakMemory ?? Number.NaN)),
      })),
    };
  } finally {
    await database.drop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function peer(folder: string, connectionString: string): Program {
  const file = join(folder, 'peer.db');
  rmSync(file, { force: true });
  const table =
    'create table people (id integer primary key, email text, full_name text, age integer, balance text, created_at text, note text)';
  const script = `psql "$1" -qc 'copy people to stdout csv' | sqlite3 "$2" "${table}" '.mode csv' '.import /dev/stdin people'`;
  return { command: 'sh', args: ['-c', script, 'sh', connectionString, file] };
}

function pull(folder: string, connectionString: string, options: readonly string[]): Program {
  const workspace = mkdtempSync(join(folder, 'workspace-'));
  writeFileSync(
    join(workspace, 'syncline.json'),
    JSON.stringify({ local: { path: 'dev.db' }, targets: { production: {} } }),
  );
  return {
    command: process.execPath,
    args: ['dist/cli.cjs', 'pull', '--workspace', workspace, ...options],
    env: {
      SYNCLINE_DATABASE_URL: connectionString,
      SYNCLINE_MASKING_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  };
}
