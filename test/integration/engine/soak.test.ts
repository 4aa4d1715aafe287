import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { ChangeMethod } from '../../../src/core/changes-port.ts';
import type { Production } from '../../../src/core/ports.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import { randomFrom, seededRandom } from '../../support/seeded-random.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { startKitProject, type KitProject } from '../kit/kit-project.ts';

/** Longer by hand: SYNCLINE_SOAK_SECONDS=300. */
const SECONDS = Number(process.env['SYNCLINE_SOAK_SECONDS'] ?? '6');
const WRITERS = 8;
const ACCOUNTS = 60;
/** Accounts whose watermark nobody moves, beside the others. */
const QUIET = 20;

/** Money moves between accounts and never appears or vanishes: whoever reads one instant counts the same sum. */
const SCHEMA = `
create table accounts (
  id int primary key, owner text not null, balance bigint not null, updated_at timestamptz not null default now()
);
create table "events 🙂" (
  writer int, "no" int, note text, account_id int references accounts (id),
  updated_at timestamptz not null default now(), primary key (writer, "no")
);
insert into accounts select i, 'Owner ' || i, 1000, now() - interval '2 days' from generate_series(1, ${ACCOUNTS + QUIET}) i;
`;

const RULES = {
  tables: {
    accounts: { mask: { owner: 'full-name' }, watermark: 'updated_at' },
    'events 🙂': { mask: { note: 'text' }, watermark: 'updated_at' },
  },
};

const { seed } = seededRandom();

describe(`incremental pulls beside ${WRITERS} writers for ${SECONDS} s (SYNCLINE_TEST_SEED=${seed})`, function () {
  this.timeout((SECONDS + 120) * 1000);
  const folder = temporaryFolders();
  let project: KitProject;
  let connectionString: string;

  beforeEach(async () => {
    project = await startKitProject(SCHEMA);
    const owner = await project.connect();
    const { host, port, user, database } = owner;
    connectionString = `postgres://${user}@${host}:${port}/${database}`;
  });
  afterEach(() => project.stop());

  const byString = (): Production => openPostgres({ connectionString, schemas: ['public'] });
  const byApi = (): Production =>
    openSupabase({ url: project.sandbox.url, key: project.sandbox.secretKey, schemas: ['public'] });

  /** One transaction: a transfer and some events, with savepoints; held open now and then, rolled back or committed. */
  async function transact(client: pg.Client, writer: number, roll: (sides: number) => number): Promise<void> {
    const some = (): number => 1 + roll(ACCOUNTS);
    const touch = ', updated_at = now()';
    await client.query('begin');
    // In order, so that writers wait for each other but never in a circle.
    const [from, to] = [some(), some()].sort((a, b) => a - b) as [number, number];
    await client.query(`update accounts set balance = balance - 7${touch} where id = $1`, [from]);
    if (roll(4) === 0) await pause(roll(10) === 0 ? 1500 : 60);
    await client.query(`update accounts set balance = balance + 7${touch} where id = $1`, [to]);
    for (let i = roll(4); i > 0; i -= 1) {
      const no = roll(40);
      if (roll(3) === 0) await client.query('savepoint s');
      switch (roll(5)) {
        case 0:
          await client.query('delete from "events 🙂" where writer = $1 and "no" = $2', [writer, no]);
          break;
        case 1:
          await client.query(
            `update "events 🙂" e set "no" = -e."no" - 1${touch} where writer = $1 and "no" = $2
             and not exists (select from "events 🙂" o where o.writer = $1 and o."no" = -$2 - 1)`,
            [writer, no],
          );
          break;
        case 2:
          // Without moving the watermark, as real writers forget to do.
          await client.query('update accounts set owner = $2 where id = $1', [
            ACCOUNTS + 1 + roll(QUIET),
            `Owner ${roll(1000)}`,
          ]);
          break;
        default:
          await client.query(
            `insert into "events 🙂" (writer, "no", note, account_id) values ($1, $2, $3, $4)
             on conflict (writer, "no") do update set note = excluded.note, account_id = excluded.account_id${touch}`,
            [writer, no, `note ${roll(1000)}`, from],
          );
      }
      await client.query('savepoint t');
      if (roll(5) === 0) {
        await client.query('delete from "events 🙂" where writer = $1', [writer]);
        await client.query('rollback to t');
      }
    }
    await client.query(roll(5) === 0 ? 'rollback' : 'commit');
  }

  function incremental(
    workspace: TestWorkspace,
    production: Production,
    method?: ChangeMethod,
  ): Promise<PullReport> {
    return workspace.open((context) =>
      pullIncremental(context, {
        production,
        maskingKey: KEY,
        ...(method === undefined ? {} : { method }),
        replaceLocalEdits: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
  }

  /** Polls while the writers write, and once more when they have stopped. */
  async function soak(
    workspace: TestWorkspace,
    production: Production,
    method: ChangeMethod,
  ): Promise<{
    readonly polls: number;
    readonly transactions: number;
    readonly methods: ReadonlySet<string>;
  }> {
    let running = true;
    let transactions = 0;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const client = await project.connect();
      const random = randomFrom(seed + writer);
      const roll = (sides: number): number => Math.floor(random() * sides);
      while (running) {
        await transact(client, writer, roll);
        transactions += 1;
      }
    });
    const methods = new Set<string>();
    let polls = 0;
    const until = Date.now() + SECONDS * 1000;
    try {
      while (Date.now() < until) {
        const report = await incremental(workspace, production, method);
        for (const { found } of report.tables) methods.add(found?.method ?? 'none');
        polls += 1;
        const [sum] = query(workspace.database, 'SELECT sum(balance) FROM accounts');
        if (method !== 'watermark')
          assert.deepEqual(sum, [1000n * BigInt(ACCOUNTS + QUIET)], 'not one instant');
      }
    } finally {
      running = false;
      await Promise.all(writers);
    }
    await incremental(workspace, production, method);
    return { polls, transactions, methods };
  }

  const contents = (workspace: TestWorkspace): unknown[] =>
    ['SELECT * FROM accounts ORDER BY 1', 'SELECT * FROM "events 🙂" ORDER BY 1, 2'].map((sql) =>
      query(workspace.database, sql),
    );

  /** What a full pull of production gives now. */
  async function expected(production: Production): Promise<unknown[]> {
    const workspace = testWorkspace(folder(), RULES);
    await workspace.pull(production);
    return contents(workspace);
  }

  for (const [connection, open, methods] of [
    ['a connection string', byString, ['change-log', 'digests', 'full']],
    ['the API', byApi, ['change-log']],
  ] as const) {
    for (const method of methods) {
      it(`miss nothing by ${method} over ${connection}, and see one instant at every poll`, async () => {
        if (method === 'change-log') await project.install();
        const production = open();
        const workspace = testWorkspace(folder(), RULES);
        await workspace.pull(production);
        const { polls, transactions, methods: used } = await soak(workspace, production, method);
        assert.deepEqual(contents(workspace), await expected(production));
        assert.ok(used.has(method), [...used].join());
        assert.ok(polls > 3 && transactions > 50, `${polls} polls, ${transactions} transactions`);
        await production.close();
      });
    }
  }

  it('miss rows by watermark, and none after the comparison that follows', async () => {
    const production = byString();
    const workspace = testWorkspace(folder(), RULES);
    await workspace.pull(production);
    await incremental(workspace, production, 'full');
    const { methods } = await soak(workspace, production, 'watermark');
    assert.ok(methods.has('watermark'), [...methods].join());
    assert.notDeepEqual(contents(workspace), await expected(production), 'the watermark missed nothing');
    await incremental(workspace, production, 'full');
    assert.deepEqual(contents(workspace), await expected(production));
    await production.close();
  });
});
