import assert from 'node:assert/strict';
import pg from 'pg';
import { SynclineError } from '../../../src/core/errors.ts';
import type { ProductionWriter } from '../../../src/core/push-ports.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { openKitWriter } from '../../../src/databases/supabase/open-kit-writer.ts';
import { push, type PushOptions } from '../../../src/engine/push.ts';
import { recover } from '../../../src/engine/recover.ts';
import { settlePushes } from '../../../src/engine/settle-pushes.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { cuttingProxy, type CuttingProxy } from '../databases/cutting-proxy.ts';

const ROUNDS = process.env['SYNCLINE_SOAK'] === '1' ? 500 : 60;
const ROWS = 40;

/** `touched` counts what the server did to a row, so that a change applied twice shows. */
const SCHEMA = `
  create table items (id int primary key, n int not null, note text, touched int not null default 0);
  create function touch() returns trigger language plpgsql as $$
    begin new.touched := case tg_op when 'INSERT' then 1 else old.touched + 1 end; return new; end $$;
  insert into items select i, 0, 'start' from generate_series(1, ${ROWS}) i;
  create trigger touch before insert or update on items for each row execute function touch();`;

const RULES = {
  targets: { production: { confirm: { rows: 10_000 } } },
  defaults: { direction: 'both', unclassified: 'keep' },
  tables: { items: { mask: { note: 'keep' } } },
};

interface ModelRow {
  n: number;
  note: string;
  touched: number;
}

for (const way of ['transaction', 'kit'] as const) {
  describe(`${ROUNDS} pushes whose connection is cut at random points (${way})`, function () {
    this.timeout(ROUNDS * 10_000);
    const folder = temporaryFolders('suite');
    const { seed, random } = seededRandom();
    const below = (limit: number): number => Math.floor(random() * limit);
    let server: TestPostgres;
    let database: TestDatabase;
    let client: pg.Client;
    let sandbox: Sandbox;
    let proxy: CuttingProxy;
    let workspace: TestWorkspace;

    before(async () => {
      server = await startPostgres();
      database = await server.createDatabase();
      client = new pg.Client({ connectionString: database.connectionString });
      await client.connect();
      sandbox = await startSandbox({
        database: { kind: 'postgres', connectionString: database.connectionString },
        defaultGrants: true,
      });
      await client.query(SCHEMA);
      await client.query('grant all on all tables in schema public to service_role');
      if (way === 'kit') await client.query(kitMigration({ tables: [] }).up);
      await sandbox.reload();
      proxy = await cuttingProxy(way === 'kit' ? sandbox.url : database.connectionString);
      workspace = testWorkspace(folder(), RULES);
      const production = openPostgres({ ...database, schemas: ['public'] });
      await workspace.pull(production);
      await production.close();
    });
    after(async () => {
      await proxy.stop();
      await sandbox.stop();
      await client.end();
      await database.drop();
      await server.stop();
    });

    const writer = (): ProductionWriter =>
      way === 'kit'
        ? openKitWriter({
            url: proxy.connectionString,
            key: sandbox.secretKey,
            retry: { tries: 2, baseMilliseconds: 1, capMilliseconds: 5 },
          })
        : openPostgresWriter({ connectionString: proxy.connectionString });

    const options = (): PushOptions => ({
      writer: writer(),
      address: 'test',
      maskingKey: KEY,
      mode: 'push',
      armed: true,
      who: 'test',
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });

    /** Changes the local rows, and tells what production's become if all of it is applied. */
    function edit(model: ReadonlyMap<number, ModelRow>, round: number): Map<number, ModelRow> {
      const after = new Map<number, ModelRow>([...model].map(([id, row]) => [id, { ...row }] as const));
      const statements: string[] = [];
      for (let count = 1 + below(6); count > 0; count -= 1) {
        const ids = [...after.keys()];
        const id = ids[below(ids.length)] ?? 0;
        const row = after.get(id);
        const was = model.get(id);
        if (row === undefined || was === undefined) continue;
        if (below(4) === 0 && ids.length > 10) {
          statements.push(`DELETE FROM items WHERE id = ${id}`);
          after.delete(id);
        } else {
          row.n = round;
          row.touched = was.touched + 1;
          statements.push(`UPDATE items SET n = ${round} WHERE id = ${id}`);
        }
      }
      for (let count = below(4); count > 0; count -= 1) {
        const id = 1000 + round * 10 + count;
        after.set(id, { n: round, note: `made in ${round}`, touched: 1 });
        statements.push(
          `INSERT INTO items (id, n, note, touched) VALUES (${id}, ${round}, 'made in ${round}', 0)`,
        );
      }
      execute(workspace.database, statements.join(';\n'));
      return after;
    }

    const listed = (model: ReadonlyMap<number, ModelRow>): string[] =>
      [...model]
        .sort(([a], [b]) => a - b)
        .map(([id, { n, note, touched }]) => [id, n, note, touched].join(' '));

    async function production(): Promise<string[]> {
      const { rows } = await client.query<{ row: string }>(
        `select concat_ws(' ', id, n, note, touched) as row from items order by id`,
      );
      return rows.map(({ row }) => row);
    }

    it('are each applied once or not at all, and production is as the model says', async () => {
      let usual = 40;
      let model = new Map<number, ModelRow>(
        Array.from({ length: ROWS }, (_, at) => [at + 1, { n: 0, note: 'start', touched: 0 }]),
      );
      const fates = { pushed: 0, applied: 0, undone: 0, killed: 0 };
      for (let round = 1; round <= ROUNDS; round += 1) {
        const about = `seed ${seed}, round ${round}`;
        const before = listed(model);
        const next = edit(model, round);
        // Some pushes are killed as well: whatever they would still do after the cut does not happen.
        const isKilled = below(3) === 0;
        const cutAt = below(usual + 5);
        let chunks = 0;
        const line = { isCut: false };
        proxy.judge = () => {
          if (isKilled && line.isCut) return 'cut';
          const cut = chunks === cutAt;
          chunks += 1;
          line.isCut ||= cut;
          return cut ? 'cut' : 'pass';
        };
        const heard = await workspace
          .open((context) => push(context, options()))
          .then(
            ({ state }) => state,
            (error: unknown) => {
              assert.ok(error instanceof SynclineError, `${about}: ${String(error)}`);
              assert.ok(
                error.code === 'PUSH_IN_DOUBT' || error.code.startsWith('REMOTE_'),
                `${about}: ${error.code}`,
              );
              return error.code;
            },
          );
        if (!line.isCut) usual = chunks;
        proxy.judge = () => 'pass';
        // The next start asks what became of it.
        await workspace.open(async (context) => {
          recover(context);
          await settlePushes(context, {
            writer: writer(),
            maskingKey: KEY,
            signal: new AbortController().signal,
          });
        });
        // The server learns at last of clients that were gone before they had named their transaction.
        await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'syncline' and datname = current_database()`,
        );
        const now = await production();
        const isApplied = JSON.stringify(now) === JSON.stringify(listed(next));
        assert.ok(
          isApplied || JSON.stringify(now) === JSON.stringify(before),
          `${about} (${heard}): neither once nor not at all\n${now.join('\n')}\n---\n${listed(next).join('\n')}`,
        );
        if (heard === 'pushed') assert.ok(isApplied, about);
        if (isKilled && line.isCut) fates.killed += 1;
        fates[heard === 'pushed' ? 'pushed' : isApplied ? 'applied' : 'undone'] += 1;
        if (!isApplied) {
          const { state } = await workspace.open((context) => push(context, options()));
          assert.ok(state === 'pushed' || state === 'nothing', `${about}: then ${state}`);
        }
        model = next;
        assert.deepEqual(await production(), listed(model), about);
        const { state } = await workspace.open((context) => push(context, options()));
        assert.equal(state, 'nothing', about);
        assert.deepEqual(
          query(workspace.database, 'SELECT id, n, note, touched FROM items ORDER BY id').map((row) =>
            row.join(' '),
          ),
          listed(model),
          about,
        );
      }
      console.log(`      seed ${seed} (SYNCLINE_TEST_SEED): ${JSON.stringify(fates)}`);
      assert.ok(fates.undone > ROUNDS / 12 && fates.pushed > 0, JSON.stringify(fates));
    });
  });
}
