import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import pg from 'pg';
import type { TestPostgres } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';

describe('the throw-away PostgreSQL server', () => {
  let server: TestPostgres;
  before(async function () {
    this.timeout(120_000);
    server = await startPostgres();
  });
  after(() => server.stop());

  it('gives an empty UTF-8 database of any name, and takes it away with its connections', async () => {
    const database = await server.createDatabase('a "quoted" näme 🙂');
    const client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    const found = await client.query<{ name: string; encoding: string }>(
      "select current_database() as name, current_setting('server_encoding') as encoding",
    );
    assert.deepEqual(found.rows, [{ name: 'a "quoted" näme 🙂', encoding: 'UTF8' }]);
    await database.drop();
    await assert.rejects(client.query('select 1'));
  });

  it('is shared by everybody in the process', async () => {
    const second = await startPostgres();
    assert.equal(second.connectionString, server.connectionString);
    await second.stop();
    const database = await server.createDatabase();
    await database.drop();
  });
});
