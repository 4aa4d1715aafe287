import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const SCRIPT = fileURLToPath(new URL('../../../shared/data/chinook/chinook_postgres.sql', import.meta.url));

/** Why Chinook cannot be used here; undefined where it can. */
export function chinookIsMissing(): string | undefined {
  return existsSync(SCRIPT)
    ? undefined
    : 'the Chinook database is not beside the project (../shared/data/chinook)';
}

/** Loads Chinook (15,607 rows in 11 tables) into an empty database. */
export async function loadChinook(connectionString: string): Promise<void> {
  // The script makes a database of its own and changes into it with a command of psql's.
  const sql = readFileSync(SCRIPT, 'utf8').replace(/^(?:DROP DATABASE|CREATE DATABASE|\\c) .*$/gm, '');
  await withClient(connectionString, (client) => client.query(sql));
}

export async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
