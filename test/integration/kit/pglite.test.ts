import { strict as assert } from 'node:assert';
import { createClient } from '@supabase/supabase-js';
import { parseCatalogDocument } from '../../../src/core/schema/catalog-document.ts';
import { CATALOG_SQL } from '../../../src/databases/kit/catalog-sql.ts';
import type { ChangesAnswer, PushOutcome } from '../../../src/databases/kit/kit-answers.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';

/** The demo's database is PostgreSQL inside the process; the kit has to work there as well. */
describe('kit: in PGlite', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ database: { kind: 'pglite' }, defaultGrants: true });
  });
  after(() => sandbox.stop());

  async function rpc<Answer>(name: string, args: object = {}): Promise<Answer> {
    const service = createClient(sandbox.url, sandbox.secretKey, { auth: { persistSession: false } });
    const { data, error } = (await service.rpc(name as never, args as never)) as {
      data: Answer;
      error: unknown;
    };
    assert.equal(error, null);
    return data;
  }

  it('tracks, pushes and is removed', async () => {
    await sandbox.execute(
      'create table public.notes (id bigint generated always as identity primary key, body text)',
    );
    const [row] = await sandbox.query<{ catalog: unknown }>(CATALOG_SQL, [['public']]);
    const { up, down } = kitMigration(parseCatalogDocument(row!.catalog));
    await sandbox.execute(up);
    const since = await rpc<string>('syncline_position');
    const push_id = '20000000-0000-4000-8000-000000000000';
    const payload = [
      { op: 'insert', schema: 'public', name: 'notes', key: { id: '7' }, set: { body: '🙂' } },
    ];
    await rpc('syncline_stage_push', { push_id, batch_no: 0, payload });
    const outcome = await rpc<PushOutcome>('syncline_commit_push', { push_id, expected_batches: 1 });
    assert.equal(outcome.state, 'committed');
    const tables = [{ schema: 'public', name: 'notes', columns: ['id', 'body'] }];
    const answer = await rpc<ChangesAnswer>('syncline_changes', { since, tables });
    assert.deepEqual(answer.tables[0]?.upserts, [['7', '🙂']]);
    assert.deepEqual(answer.tables[0].upsertPushes, [push_id]);
    await sandbox.execute(down);
    assert.deepEqual(await sandbox.query(`select from pg_namespace where nspname = 'syncline'`), []);
    await sandbox.execute(`insert into public.notes (body) values ('after')`);
  });
});
