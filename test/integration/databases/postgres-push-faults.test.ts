import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { SynclineError } from '../../../src/core/errors.ts';
import type { ProductionWriter, PushOperation, PushRequest } from '../../../src/core/push-ports.ts';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { expectError } from '../../support/expect-error.ts';
import { asksFor, cuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { createPushDatabase, inBatches, insert, pushTo, update, type PushDatabase } from './push-database.ts';

const { signal } = new AbortController();

describe('a push that is cut off', function () {
  this.timeout(120_000);
  let database: PushDatabase;
  let proxy: CuttingProxy;
  let through: ProductionWriter;

  before(async () => {
    database = await createPushDatabase();
    proxy = await cuttingProxy(database.connectionString);
    through = openPostgresWriter({ connectionString: proxy.connectionString });
  });
  beforeEach(async () => {
    proxy.judge = () => 'pass';
    await database.clear();
    await database.execute(`
      create table t (id int primary key, n int not null default 0);
      insert into t select i from generate_series(1, 100) i;
    `);
  });
  after(async () => {
    await proxy.stop();
    await database.stop();
  });

  const operations = (count = 10): PushOperation[] =>
    Array.from({ length: count }, (_, at) => update('t', { id: String(at + 1) }, { n: '1' }, { n: '0' }));

  const changed = async (): Promise<number> =>
    Number((await database.rows('select count(*) from t where n <> 0 or id > 100'))[0]?.[0]);

  /** Sessions of pushes that are still there. */
  const sessions = async (): Promise<number> =>
    Number(
      (
        await database.rows(
          `select count(*) from pg_stat_activity where application_name = 'syncline' and datname = current_database()`,
        )
      )[0]?.[0],
    );

  async function until(what: () => Promise<boolean>): Promise<void> {
    while (!(await what())) await delay(20);
  }

  /** Expects a failure, and gives what was noted down before the commit. */
  async function fails(
    code: SynclineError['code'],
    writer: ProductionWriter,
    options: Partial<PushRequest> = {},
    all = operations(),
  ): Promise<string | undefined> {
    let witness: string | undefined;
    await expectError(code, () =>
      pushTo(writer, all, { beforeCommit: (named) => (witness = named), ...options }),
    );
    return witness;
  }

  describe('by its user', () => {
    it('between two batches changes nothing', async () => {
      const controller = new AbortController();
      const source = async function* (): AsyncGenerator<readonly PushOperation[]> {
        yield* inBatches(operations(5), 5);
        controller.abort();
        yield* inBatches(operations(100).slice(5), 5);
      };
      assert.equal(
        await fails('CANCELLED', database.writer, { signal: controller.signal, operations: source() }),
        undefined,
      );
      assert.equal(await changed(), 0);
    });

    for (const [what, count] of [
      ['a statement', 10],
      ['a COPY', 80],
    ] as const) {
      it(`in the middle of ${what} ends it on the server at once`, async () => {
        await database.execute(`
          create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
          create trigger wait before insert or update on t for each row execute function wait();
        `);
        const controller = new AbortController();
        const all = Array.from({ length: count }, (_, at) => insert('t', { id: String(at + 1000) }));
        const push = fails('CANCELLED', database.writer, { signal: controller.signal }, all);
        await until(async () => {
          const [row] = await database.rows(
            `select count(*) from pg_stat_activity where application_name = 'syncline' and wait_event = 'PgSleep'`,
          );
          return row?.[0] === '1';
        });
        controller.abort();
        assert.equal(await push, undefined);
        assert.equal(await changed(), 0);
        await until(async () => (await sessions()) === 0);
      });
    }

    it('after its last word is not stopped any more', async () => {
      const controller = new AbortController();
      const { outcome } = await pushTo(database.writer, operations(), {
        signal: controller.signal,
        beforeCommit: () => controller.abort(),
      });
      assert.equal(outcome.state, 'committed');
      assert.equal(await changed(), 10);
    });
  });

  it('because its operations, or its last word, fail changes nothing', async () => {
    const failing = async function* (): AsyncGenerator<readonly PushOperation[]> {
      yield* inBatches(operations(), 5);
      throw new SynclineError('LOCAL_CORRUPT', 'The local database is damaged.');
    };
    await fails('LOCAL_CORRUPT', database.writer, { operations: failing() });
    const refuse = (): never => {
      throw new SynclineError('DISK_FULL', 'The ledger is full.');
    };
    await fails('DISK_FULL', database.writer, { beforeCommit: refuse });
    assert.equal(await changed(), 0);
    await until(async () => (await sessions()) === 0);
  });

  describe('by the server', () => {
    it('before the commit changes nothing', async () => {
      const killing = async function* (): AsyncGenerator<readonly PushOperation[]> {
        yield* inBatches(operations(6000).slice(0, 50), 50);
        await database.execute(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'syncline'`,
        );
        yield* inBatches(operations(100).slice(50), 50);
      };
      assert.equal(await fails('REMOTE_UNREACHABLE', database.writer, { operations: killing() }), undefined);
      assert.equal(await changed(), 0);
    });

    it('while it commits is found out', async () => {
      // A commit that waits for a standby that does not exist; ended there, it is committed all the same.
      const [[name = ''] = []] = await database.rows('select current_database()');
      await database.execute(`alter database "${name}" set synchronous_commit = 'on'`);
      await database.execute(`alter system set synchronous_standby_names = 'nowhere'`);
      await database.execute('select pg_reload_conf()');
      try {
        const push = fails('REMOTE_UNREACHABLE', database.writer);
        const waiting = `from pg_stat_activity where application_name = 'syncline' and wait_event = 'SyncRep'`;
        await until(async () => (await database.rows(`select 1 ${waiting}`)).length === 1);
        const [[xid = ''] = []] = await database.rows(`select backend_xid ${waiting}`);
        const asked = database.writer.outcome('', xid ?? '', signal);
        await database.execute(`select pg_terminate_backend(pid) ${waiting}`);
        const witness = await push;
        assert.equal(witness, xid);
        assert.equal(await asked, 'committed');
        assert.equal(await changed(), 10);
      } finally {
        await database.execute('alter system reset synchronous_standby_names');
        await database.execute(`alter database "${name}" reset synchronous_commit`);
        await database.execute('select pg_reload_conf()');
      }
    });
  });

  describe('by the network', () => {
    it('before the commit is sent is undone, and holds no locks after that', async () => {
      proxy.judge = (chunk, direction) =>
        direction === 'request' && asksFor(chunk, 'commit') ? 'cut' : 'pass';
      const witness = await fails('REMOTE_UNREACHABLE', through);
      assert.match(witness ?? '', /^\d+$/);
      await database.execute(`set lock_timeout = 50; update t set n = 0 where id = 1`);
      assert.equal(await database.writer.outcome('', witness ?? '', signal), 'absent');
      assert.equal(await changed(), 0);
    });

    it('for longer is undone at the asking, and holds no locks after that', async () => {
      let isAway = false;
      proxy.judge = (chunk, direction) => {
        isAway ||= direction === 'request' && asksFor(chunk, 'commit');
        return isAway ? 'cut' : 'pass';
      };
      const witness = await fails('REMOTE_UNREACHABLE', through);
      assert.equal(await sessions(), 1, 'the server does not know');
      await assert.rejects(
        database.execute(`set lock_timeout = 50; update t set n = 5 where id = 1`),
        /lock timeout/,
      );
      assert.equal(await database.writer.outcome('', witness ?? '', signal), 'absent');
      assert.equal(await changed(), 0);
      await database.execute('update t set n = 0 where id = 1');
    });

    it('before the commit is answered is found out to be done', async () => {
      let committing = false;
      proxy.judge = (chunk, direction) => {
        if (direction === 'request') committing ||= asksFor(chunk, 'commit');
        return committing && direction === 'response' ? 'cut' : 'pass';
      };
      const witness = await fails('REMOTE_UNREACHABLE', through);
      assert.equal(await database.writer.outcome('', witness ?? '', signal), 'committed');
      assert.equal(await changed(), 10);
    });

    it('anywhere is applied once or not at all', async () => {
      const seed = Date.now() % 100_000;
      let dice = seed;
      const random = (below: number): number => {
        dice = (dice * 1_103_515_245 + 12_345) % 2 ** 31;
        return Math.floor((dice / 2 ** 31) * below);
      };
      let [committed, cut] = [0, 0];
      for (let round = 0; round < 60; round += 1) {
        let chunks = random(80);
        proxy.judge = () => (chunks-- === 0 ? 'cut' : 'pass');
        const count = random(2) === 0 ? 3 : 70;
        const rows = Array.from({ length: count }, (_, at) =>
          insert('t', { id: String(1000 + round * 100 + at) }),
        );
        let witness: string | undefined;
        const fate = await pushTo(
          through,
          [update('t', { id: '1' }, { n: String(committed + 1) }, { n: String(committed) }), ...rows],
          { beforeCommit: (named) => (witness = named) },
        ).then(
          ({ outcome }) => outcome.state,
          async (error: unknown) => {
            assert.ok(error instanceof SynclineError && error.code.startsWith('REMOTE_'), String(error));
            cut += 1;
            return witness === undefined ? 'absent' : database.writer.outcome('', witness, signal);
          },
        );
        assert.ok(fate === 'committed' || fate === 'absent', `seed ${seed}: ${fate}`);
        if (fate === 'committed') committed += 1;
        const [state] = await database.rows(
          `select (select n from t where id = 1), count(*) from t where id between ${1000 + round * 100} and ${1099 + round * 100}`,
        );
        assert.deepEqual(
          state,
          [String(committed), fate === 'committed' ? String(count) : '0'],
          `seed ${seed}`,
        );
      }
      assert.ok(committed > 5 && cut > 10, `seed ${seed}: ${committed} committed, ${cut} cut`);
    });
  });

  describe('and asked about', () => {
    it('is unknown when nobody can remember it', async () => {
      // No name, the first transaction of all, and one that is still to come, as after a restore.
      for (const witness of ['', 'x', '3', '99999999999']) {
        assert.equal(await database.writer.outcome('', witness, signal), 'unknown', witness);
      }
    });

    it('is absent when it was rolled back', async () => {
      const client = await database.connect();
      await client.query('begin');
      const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
      await client.query('rollback');
      assert.equal(await database.writer.outcome('', rows[0]?.xid ?? '', signal), 'absent');
    });
  });
});

describe('pushes at one time', function () {
  this.timeout(60_000);
  let database: PushDatabase;
  before(async () => {
    database = await createPushDatabase();
  });
  beforeEach(async () => {
    await database.clear();
    await database.execute('create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)');
  });
  after(() => database.stop());

  const count = (id: number, from: number): PushOperation =>
    update('t', { id: String(id) }, { n: String(from + 1) }, { n: String(from) });

  it('on one row lose no update: one is done, the others learn that the row was changed', async () => {
    for (let round = 0; round < 10; round += 1) {
      const all = await Promise.all([1, 2, 3].map(() => pushTo(database.writer, [count(1, round)])));
      const states = all.map(({ outcome }) =>
        outcome.state === 'refused' ? outcome.failures[0]?.cause : outcome.state,
      );
      assert.deepEqual(states.sort(), ['changed', 'changed', 'committed']);
    }
    assert.deepEqual(await database.rows('select n from t where id = 1'), [['10']]);
  });

  it('that insert one row: one is done, the other learns that it exists', async () => {
    const all = await Promise.all(
      [1, 2].map(() => pushTo(database.writer, [insert('t', { id: '9', n: '1' })])),
    );
    const states = all.map(({ outcome }) =>
      outcome.state === 'refused' ? outcome.failures[0]?.cause : outcome.state,
    );
    assert.deepEqual(states.sort(), ['committed', 'exists']);
  });

  it('that move one sequence leave it past both', async () => {
    await database.execute('create table s (id serial primary key)');
    for (let round = 0; round < 10; round += 1) {
      const base = round * 5000;
      await Promise.all(
        [7, 3000, 900].map((at) => pushTo(database.writer, [insert('s', { id: String(base + at) })])),
      );
      const [[next = ''] = []] = await database.rows(`select nextval('s_id_seq')`);
      assert.ok(Number(next) > base + 3000, `${String(next)} after ${base + 3000}`);
    }
  });

  it('that want the same rows in another order: one is done, the other says what was in the way', async () => {
    const meet = [new EventEmitter(), new EventEmitter()] as const;
    const met = meet.map((each) => once(each, 'locked'));
    const crossing = (own: 0 | 1, first: number, second: number): Promise<string> => {
      const source = async function* (): AsyncGenerator<readonly PushOperation[]> {
        yield many(first);
        meet[own].emit('locked');
        await met[1 - own];
        yield many(second);
      };
      return pushTo(database.writer, [], { operations: source() }).then(
        ({ outcome }) => outcome.state,
        (error: unknown) => {
          assert.ok(error instanceof SynclineError);
          assert.match(error.message, /Another transaction/);
          return error.code;
        },
      );
    };
    // As many as are applied at once, so that the first row is locked before the second is asked for.
    const many = (id: number): PushOperation[] => [
      count(id, 0),
      ...Array.from({ length: 4999 }, (_, at) => insert('t', { id: String(at + id * 10_000), n: null })),
    ];
    const states = await Promise.all([crossing(0, 1, 2), crossing(1, 2, 1)]);
    assert.deepEqual(states.sort(), ['REMOTE_UNAVAILABLE', 'committed']);
  });

  it('says that a lock was in the way, and changes nothing', async () => {
    const client = await database.connect();
    await client.query('begin; update t set n = 7 where id = 2');
    const error = await expectError('REMOTE_UNAVAILABLE', () =>
      pushTo(database.writer, [count(1, 0), count(2, 0)]),
    );
    assert.match(error.message, /Another transaction holds a lock.*t\b/);
    await client.query('commit');
    assert.deepEqual(await database.rows('select n from t order by id'), [['0'], ['7']]);
  });
});
