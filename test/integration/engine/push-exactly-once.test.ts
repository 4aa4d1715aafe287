import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
import { PUSH_PHASES, phasedPush, type PushPhase } from './push-phases.ts';

const ROUNDS = process.env['SYNCLINE_SOAK'] === '1' ? 500 : 15;
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

/**
 * What else is lost with the connection that is cut: nothing, every other one until the push has given up, or that and
 * all that the process would have done with its files.
 */
const AFTERWARDS = ['once', 'gone', 'killed'] as const;

interface ModelRow {
  n: number;
  note: string;
  touched: number;
}

for (const way of ['transaction', 'kit'] as const) {
  describe(`${ROUNDS} pushes whose connection is cut at random points (${way})`, function () {
    this.timeout(ROUNDS * 10_000);
    const folder = temporaryFolders('suite');
    const copies = temporaryFolders();
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

    const writers: ProductionWriter[] = [];
    const opened = (): ProductionWriter => {
      const writer = open();
      writers.push(writer);
      return writer;
    };
    const closeAll = async (): Promise<void> => {
      await Promise.all(writers.splice(0).map((writer) => writer.close()));
    };
    const open = (): ProductionWriter =>
      way === 'kit'
        ? openKitWriter({
            url: proxy.connectionString,
            key: sandbox.secretKey,
            retry: { tries: 2, baseMilliseconds: 1, capMilliseconds: 5 },
          })
        : openPostgresWriter({ connectionString: proxy.connectionString });

    const options = (writer: ProductionWriter): PushOptions => ({
      writer,
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
      const after = new Map([...model].map(([id, row]): [number, ModelRow] => [id, { ...row }]));
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

    /** The files, as a process that was killed at this instant leaves them. */
    function killed(): () => void {
      const copy = join(copies(), 'killed');
      cpSync(workspace.folder, copy, { recursive: true });
      return () => {
        rmSync(workspace.folder, { recursive: true });
        renameSync(copy, workspace.folder);
      };
    }

    /** The next start: what was left is settled. */
    const restart = (): Promise<void> =>
      workspace.open(async (context) => {
        recover(context);
        await settlePushes(context, {
          writer: opened(),
          maskingKey: KEY,
          signal: new AbortController().signal,
        });
      });

    it('are each applied once or not at all, and production is as the model says', async () => {
      let model = new Map<number, ModelRow>(
        Array.from({ length: ROWS }, (_, at) => [at + 1, { n: 0, note: 'start', touched: 0 }] as const),
      );
      const fates = new Map<string, number>();
      const count = (fate: string): void => void fates.set(fate, (fates.get(fate) ?? 0) + 1);
      /** Of the last push that was not cut in a phase: how many chunks it takes. */
      const chunks = new Map<PushPhase, number>();
      const sent = new Map<PushPhase, number>();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const about = `seed ${seed}, round ${round}`;
        const before = listed(model);
        const next = edit(model, round);
        const phase = PUSH_PHASES[round % PUSH_PHASES.length] ?? 'before';
        const after = AFTERWARDS[below(AFTERWARDS.length)] ?? 'once';
        const point = {
          phase,
          chunk: phase === 'commit' || phase === 'answer' ? 0 : below(chunks.get(phase) ?? 1),
        };
        let restore = (): void => undefined;
        const cut = {
          point,
          isGone: after !== 'once',
          onCut: () => {
            if (after === 'killed') restore = killed();
          },
        };
        const phased = phasedPush(proxy, opened(), cut);
        const heard = await workspace
          .open((context) => push(context, options(phased.writer)))
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
        proxy.judge = () => 'pass';
        if (after !== 'once') proxy.hangUp();
        restore();
        await restart();
        const now = await production();
        const isApplied = JSON.stringify(now) === JSON.stringify(listed(next));
        assert.ok(
          isApplied || JSON.stringify(now) === JSON.stringify(before),
          `${about} (${phase}, ${after}, ${heard}): neither once nor not at all\n${now.join('\n')}\n---\n${listed(next).join('\n')}`,
        );
        if (heard === 'pushed') assert.ok(isApplied, about);
        if (phased.isCut()) sent.set(phase, (sent.get(phase) ?? 0) + 1);
        count(phased.isCut() ? `${phase} ${after}: ${isApplied ? 'applied' : 'not applied'}` : 'not cut');
        if (!isApplied) {
          const again = phasedPush(proxy, opened());
          const { state } = await workspace.open((context) => push(context, options(again.writer)));
          assert.ok(state === 'pushed', `${about} (${phase}, ${after}, ${heard}): then ${state}`);
          for (const [each, passed] of again.passed) chunks.set(each, passed);
        }
        await closeAll();
        if (round % 100 === 0) console.log(`      after ${round} rounds, seed ${seed}:\n${told(fates)}`);
        model = next;
        assert.deepEqual(await production(), listed(model), about);
        assert.deepEqual(
          query(workspace.database, 'SELECT id, n, note, touched FROM items ORDER BY id').map((row) =>
            row.join(' '),
          ),
          listed(model),
          about,
        );
      }
      const { state } = await workspace.open((context) => push(context, options(opened())));
      assert.equal(state, 'nothing', `seed ${seed}`);
      await closeAll();
      console.log(`      seed ${seed} (SYNCLINE_TEST_SEED):\n${told(fates)}`);
      for (const phase of PUSH_PHASES) {
        assert.ok((sent.get(phase) ?? 0) >= ROUNDS / 15, `${phase} was cut too seldom`);
      }
    });
  });
}

function told(fates: ReadonlyMap<string, number>): string {
  return [...fates]
    .map(([fate, times]) => `        ${fate}: ${times}`)
    .sort()
    .join('\n');
}
