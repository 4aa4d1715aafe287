/**
 * A push of 100,000 new rows by connection string against `sqlite3 -csv | psql COPY` of the same rows: the whole command,
 * which also judges each cell, keeps an inverse, reads back what production made of the rows and takes it in; and what
 * the peer does as well, the sending alone.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import type { PushOperation } from '../../src/core/push-ports.ts';
import { openPostgresWriter } from '../../src/databases/postgres/open-postgres-writer.ts';
import { startPostgres } from '../support/postgres.ts';
import { measure, median, type Program } from './measure.ts';
import { createPeople } from './people.ts';

const ROWS = 100_000;
const BATCH = 500;
const TURNS = 5;

export interface PushBench {
  readonly rows: number;
  /** Medians in seconds. A rate is rows a second to the peer's, of the pairs. */
  readonly push: number;
  readonly sending: number;
  readonly peer: number;
  readonly rate: number;
  readonly sendingRate: number;
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
    const seconds = { push: [] as number[], sending: [] as number[], peer: [] as number[] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      insertRows(file, 1_000_000 + turn * ROWS);
      seconds.push.push(
        (await measure(command(folder, database.connectionString, ['push', '--arm', 'production', '--yes'])))
          .seconds,
      );
      await client.query('create table peer (like people including all)');
      seconds.sending.push(await send(file, database.connectionString, 1_000_000 + turn * ROWS));
      await client.query('truncate peer');
      seconds.peer.push(
        (await measure(peer(file, database.connectionString, 1_000_000 + turn * ROWS))).seconds,
      );
      await client.query('drop table peer');
    }
    const rateOf = (times: readonly number[]): number =>
      median(seconds.peer.map((each, turn) => each / (times[turn] ?? Number.NaN)));
    return {
      rows: ROWS,
      push: median(seconds.push),
      sending: median(seconds.sending),
      peer: median(seconds.peer),
      rate: rateOf(seconds.push),
      sendingRate: rateOf(seconds.sending),
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

/** Reads the rows and sends them in one guarded transaction, as the engine's writer does. */
async function send(file: string, connectionString: string, from: number): Promise<number> {
  const writer = openPostgresWriter({ connectionString });
  const local = new Database(file, { readonly: true });
  const began = performance.now();
  const rows = local
    .prepare<[number], Record<string, string | number | null>>('SELECT * FROM people WHERE id >= ?')
    .iterate(from);
  const operations = async function* (): AsyncGenerator<PushOperation[]> {
    let batch: PushOperation[] = [];
    for (const row of rows) {
      const set = Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)]),
      );
      const table = { schema: 'public', name: 'peer' };
      batch.push({ op: 'insert', table, key: { id: set['id'] ?? '' }, expect: {}, set });
      if (batch.length < BATCH) continue;
      yield await Promise.resolve(batch);
      batch = [];
    }
    if (batch.length > 0) yield batch;
  };
  const outcome = await writer.push({
    id: randomUUID(),
    operations: operations(),
    rehearse: false,
    who: 'bench',
    beforeCommit: () => undefined,
    onApplied: () => undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const seconds = (performance.now() - began) / 1000;
  if (outcome.state !== 'committed') throw new Error(`The rows were not sent: ${outcome.state}.`);
  local.close();
  await writer.close();
  return seconds;
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
