/** Comparing a million rows by digest, nothing being different, against Postgres's own md5 over the table. */
import pg from 'pg';
import { openPostgres } from '../../src/databases/postgres/open-postgres.ts';
import { findTable } from '../../src/core/schema/model.ts';
import { startPostgres } from '../support/postgres.ts';
import { median } from './measure.ts';
import { createPeople } from './people.ts';

const ROWS = 1_000_000;
const BUCKETS = 62;
const TURNS = 5;

export interface DigestBench {
  /** Medians in seconds; `ratio` is of the pairs. */
  readonly digests: number;
  readonly md5: number;
  readonly ratio: number;
}

export async function benchDigest(): Promise<DigestBench> {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const { signal } = new AbortController();
  const production = openPostgres({ connectionString: database.connectionString, schemas: ['public'] });
  const client = new pg.Client({ connectionString: database.connectionString });
  try {
    await createPeople(database.connectionString, ROWS);
    await client.connect();
    await client.query('vacuum analyze people');
    const snapshot = await production.openSnapshot(signal);
    const table = findTable(await snapshot.catalog(signal), 'people');
    const { digests } = snapshot;
    if (table === undefined || digests === undefined) throw new Error('There is nothing to digest.');
    const columns = table.columns.map(({ name }) => name);
    const bounds = await digests.bounds(table, BUCKETS, signal);
    const seconds = { digests: [] as number[], md5: [] as number[] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      let began = performance.now();
      await digests.digest({ table, columns, bounds, signal });
      seconds.digests.push((performance.now() - began) / 1000);
      began = performance.now();
      await client.query(`select md5(string_agg(md5(t::text), '')) from people t`);
      seconds.md5.push((performance.now() - began) / 1000);
    }
    await snapshot.close();
    return {
      digests: median(seconds.digests),
      md5: median(seconds.md5),
      ratio: median(seconds.digests.map((each, turn) => each / (seconds.md5[turn] ?? Number.NaN))),
    };
  } finally {
    await client.end();
    await production.close();
    await database.drop();
    await server.stop();
  }
}
