/** A large table in a real PostgreSQL, for the benchmarks. */
import pg from 'pg';

/** Makes `people`, seven columns of common types; three of them are personal. */
export async function createPeople(connectionString: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`
      create table people (id bigint primary key, email text not null, full_name text, age int,
        balance numeric(12, 2), created_at timestamptz not null, note text);
      insert into people
      select i, 'user' || i || '@corp.example', 'First' || (i % 5000) || ' Last' || (i % 7919), i % 90,
        (i % 100000) / 100.0, timestamptz '2020-01-01' + i * interval '1 second', 'note number ' || i
      from generate_series(1, ${rows}) i;
      analyze people`);
  } finally {
    await client.end();
  }
}
