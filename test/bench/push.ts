/** A push of 100,000 new rows by connection string against `sqlite3 -csv | psql COPY` of the same rows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { measure, median, type Program } from './measure.ts';
import { createPeople } from './people.ts';

const ROWS = 100_000;
const TURNS = 5;

export interface PushBench {
  readonly rows: number;
  /** Medians in seconds. `rate` is the push's rows a second to the peer's, of the pairs. */
  readonly push: number;
  readonly peer: number;
  readonly rate: number;
}

export async function benchPush(): Promise<PushBench> {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
  const client = new pg.Client({ connectionString: database.connectionString });
  try {
    await createPeople(database.connectionString, 1000);
    await client.connect();
    const file = createWorkspace(folder);
    await measure(command(folder, database.connectionString, ['pull']));
    const seconds = { push: [] as number[], peer: [] as number[] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      insertRows(file, 1_000_000 + turn * ROWS);
      seconds.push.push(
        (await measure(command(folder, database.connectionString, ['push', '--arm', 'production', '--yes'])))
          .seconds,
      );
      await client.query('create table peer (like people including all)');
      seconds.peer.push(
        (await measure(peer(file, database.connectionString, 1_000_000 + turn * ROWS))).seconds,
      );
      await client.query('drop table peer');
    }
    return {
      rows: ROWS,
      push: median(seconds.push),
      peer: median(seconds.peer),
      rate: median(seconds.peer.map((each, turn) => each / (seconds.push[turn] ?? Number.NaN))),
    };
  } finally {
    await client.end();
    await database.drop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function createWorkspace(folder: string): string {
  writeFileSync(
    join(folder, 'syncline.json'),
    JSON.stringify({
      local: { path: 'dev.db' },
      targets: { production: {} },
      defaults: { direction: 'both' },
    }),
  );
  return join(folder, 'dev.db');
}

function insertRows(file: string, from: number): void {
  const local = new Database(file);
  const insert = local.prepare(
    `INSERT INTO people (id, email, full_name, age, balance, created_at, note) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  local.transaction(() => {
    for (let id = from; id < from + ROWS; id += 1) {
      insert.run(
        id,
        `new${id}@example.test`,
        `New Person ${id}`,
        id % 90,
        `${id % 1000}.50`,
        '2026-01-02T03:04:05.000000Z',
        `note ${id}`,
      );
    }
  })();
  local.close();
}

function command(folder: string, databaseUrl: string, args: readonly string[]): Program {
  return {
    command: process.execPath,
    args: ['dist/cli.cjs', ...args, '--workspace', folder],
    env: {
      SYNCLINE_DATABASE_URL: databaseUrl,
      SYNCLINE_MASKING_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  };
}

function peer(file: string, connectionString: string, from: number): Program {
  const query = `select * from people where id >= ${from}`;
  const script = `sqlite3 -csv "$1" "${query}" | psql "$2" -qc '\\copy peer from stdin csv'`;
  return { command: 'sh', args: ['-c', script, 'sh', file, connectionString] };
}
