import assert from 'node:assert/strict';
import type { PushOperation } from '../../../src/core/push-ports.ts';
import {
  createPushDatabase,
  insert,
  pushTo,
  remove,
  update,
  type PushDatabase,
  type PushWay,
  type Texts,
} from './push-database.ts';

const { signal } = new AbortController();

/** Of each type two values, as the server prints them. */
const TYPES: readonly [type: string, ...values: (string | null)[]][] = [
  ['boolean', 't', 'f'],
  ['smallint', '-32768', '0'],
  ['bigint', '9007199254740993', '-9223372036854775808'],
  ['oid', '4294967295', '0'],
  ['numeric', '12345678901234567890.123456789', 'NaN'],
  ['numeric(10, 2)', '1.10', '-0.01'],
  ['numeric(5, -2)', '12300', '0'],
  ['real', '1.5', 'NaN'],
  ['double precision', '0.1', '-Infinity'],
  ['text', 'tab\tline\nreturn\rback\\slash \\N \\. "quoted" {brace,}', ''],
  ['varchar(5)', 'éé😀', ''],
  ['char(5)', 'ab   ', '     '],
  ['"char"', 'x', ''],
  ['name', 'a name', ''],
  ['citext', 'MiXed', 'mixed'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
  ['date', '0044-03-15 BC', 'infinity'],
  ['time', '23:59:59.999999', '00:00:00'],
  ['timetz', '12:00:00+05:30', '00:00:00-12'],
  ['timestamp', '2024-02-29 00:00:00.000001', '-infinity'],
  ['timestamptz', '2024-02-29 00:00:00.123456+00', '9999-12-31 23:59:59.999999+00'],
  ['interval', '1 mon 30 days 04:05:06.7', '-1 days +02:03:00'],
  ['json', '{"b":1, "a":1.0,"a":2}', 'null'],
  ['jsonb', '{"a": 2, "b": [1.50, null, "\\"x\\""]}', '[]'],
  ['bytea', '\\xdeadbeef', '\\x'],
  ['int[]', '{1,NULL,3}', '{{1,2},{3,4}}'],
  ['text[]', '{"NULL",NULL,"a,b","q\\"q","back\\\\slash",""}', '{}'],
  ['boolean[]', '{t,f,NULL}', '{}'],
  ['inet', '10.0.0.1', '10.0.0.0/8'],
  ['cidr', '10.0.0.0/8', '::/0'],
  ['macaddr', '08:00:2b:01:02:03', '00:00:00:00:00:00'],
  ['mood', "ha'ppy", 'sad'],
  ['mood[]', "{sad,ha'ppy}", '{}'],
  ['percent', '100', '0'],
  ['code', 'abcde', ''],
  ['percent[]', '{0,100}', '{}'],
  ['pair', '(1,"a,b")', '(,)'],
  ['int4range', '[1,5)', 'empty'],
  ['tstzrange', '["2024-01-01 00:00:00+00",)', '(,)'],
  ['tsvector', "'a b':2A 'c'", ''],
  ['xml', '<a>1</a>', '<b/>'],
  ['bit(3)', '101', '000'],
  ['bit varying', '1', ''],
  ['money', '$12.34', '-$0.01'],
  ['point', '(1,2)', '(-0.5,1e+300)'],
  ['hstore', '"a"=>"1", "b"=>NULL', ''],
];

/** What every writer does when nothing is in its way. Row by row is no transaction, and knows no sequences. */
export function pushContract(way: PushWay): void {
  const isWhole = way !== 'row-by-row';
  let database: PushDatabase;
  let push: (operations: readonly PushOperation[]) => Promise<void>;

  before(async () => {
    database = await createPushDatabase(way);
    push = async (operations) => {
      const { outcome } = await pushTo(database.writer, operations);
      assert.deepEqual(outcome, { state: 'committed', operations: operations.length });
    };
  });
  beforeEach(() => database.clear());
  after(() => database.stop());

  it('inserts, updates by column and deletes, in one transaction, and says how far it is', async () => {
    await database.execute(`
      create table t (id int primary key, a text, b text default 'given', n int);
      insert into t values (1, 'one', 'x', 1), (2, 'two', 'y', 2), (3, 'three', 'z', 3);
    `);
    const { outcome, witness, progress } = await pushTo(database.writer, [
      insert('t', { id: '4', a: null }),
      insert('t', { id: '5', a: 'five', b: null, n: '5' }),
      update('t', { id: '1' }, { a: 'ONE' }, { a: 'one' }),
      update('t', { id: '2' }, { b: null, n: '9007' }, { b: 'y', n: '2' }),
      remove('t', { id: '3' }, { a: 'three', b: 'z', n: '3' }),
    ]);
    assert.deepEqual(outcome, { state: 'committed', operations: 5 });
    if (isWhole) assert.match(witness ?? '', way === 'kit' ? /^[-0-9a-f]{36}$/ : /^\d+$/);
    assert.equal(progress.at(-1), 5);
    assert.deepEqual(await database.rows('select * from t order by id'), [
      ['1', 'ONE', 'x', '1'],
      ['2', 'two', null, '9007'],
      ['4', null, 'given', null],
      ['5', 'five', null, '5'],
    ]);
    const fate = await database.writer.outcome('', witness ?? '', signal);
    assert.equal(fate, isWhole ? 'committed' : 'unknown');
  });

  it('of nothing is done at once', async () => {
    await push([]);
  });

  describe('carries every type', () => {
    // In the plain API's bodies json's own null would be NULL: it is refused there.
    const types = isWhole
      ? TYPES
      : TYPES.map(([type, ...values]) =>
          type === 'json' ? ([type, values[0] ?? null, '[1.10]'] as const) : ([type, ...values] as const),
        );
    const columns = types.map((_, index) => `c${index}`);
    const rowOf = (id: string, choice: number): Texts =>
      Object.fromEntries([
        ['id', id],
        ...types.map(([, ...values], index) => [columns[index] ?? '', values[choice] ?? null] as const),
      ]);

    beforeEach(() =>
      database.execute(`
        create extension if not exists citext;
        create extension if not exists hstore;
        create type mood as enum ('sad', 'ok', 'ha''ppy');
        create domain percent as int check (value between 0 and 100);
        create domain short as varchar(5);
        create domain code as short not null default 'none';
        create type pair as (a int, b text);
        create table kinds (id int primary key, ${types.map(([type], index) => `c${index} ${type}`).join(', ')});
      `),
    );

    const read = async (ids: readonly string[]): Promise<Texts[]> => {
      const rows = await database.writer.readByKey({
        table: { schema: 'public', name: 'kinds' },
        keyColumns: ['id'],
        columns,
        keys: ids.map((id) => [id]),
        signal,
      });
      return rows.map((row) =>
        Object.fromEntries(['id', ...columns].map((name, at) => [name, row[at] ?? null])),
      );
    };

    for (const [how, count] of [
      ['few at a time', 1],
      ['many at a time', 60],
    ] as const) {
      it(`in new rows, ${how}, and reads it back as COPY prints it`, async () => {
        const ids = Array.from({ length: count }, (_, at) => String(at));
        const nulls = Object.fromEntries(
          Object.keys(rowOf('0', 0)).map((name) => [
            name,
            name === `c${types.findIndex(([type]) => type === 'code')}` ? '' : null,
          ]),
        );
        await push([
          ...ids.map((id) => insert('kinds', rowOf(id, 0))),
          ...ids.map((id) => insert('kinds', rowOf(`1000${id}`, 1))),
          insert('kinds', { ...nulls, id: '-1' }),
        ]);
        assert.deepEqual(await read(['0']), [rowOf('0', 0)]);
        assert.deepEqual(await read(['10000']), [rowOf('10000', 1)]);
        assert.deepEqual(await read(['-1']), [{ ...nulls, id: '-1' }]);
        assert.deepEqual(await read(['77777']), []);
      });
    }

    it('in changed and deleted rows, with all of it expected', async () => {
      await push([insert('kinds', rowOf('1', 0)), insert('kinds', rowOf('2', 1))]);
      for (const [first, second] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const changes = [
          ['1', first, second],
          ['2', second, first],
        ] as const;
        await push(
          changes.map(([id, from, to]) => {
            const [set, expect]: Record<string, string | null>[] = [rowOf(id, to), rowOf(id, from)];
            for (const cells of [set, expect]) delete cells?.['id'];
            return update('kinds', { id }, set ?? {}, expect ?? {});
          }),
        );
        assert.deepEqual(await read(['1', '2']), [rowOf('1', second), rowOf('2', first)]);
      }
      await push([remove('kinds', { id: '1' }, rowOf('1', 0)), remove('kinds', { id: '2' }, rowOf('2', 1))]);
      assert.deepEqual(await read(['1', '2']), []);
    });

    it('but no value that would be cut short', async () => {
      for (const [type, text] of [
        ['varchar(5)', 'abcdef'],
        ['char(5)', 'abcdef'],
        ['bit(3)', '1011'],
        ['code', 'abcdef'],
        ['percent', '101'],
        ['smallint', '32768'],
        ['numeric(10, 2)', '123456789.00'],
      ] as const) {
        const column = columns[types.findIndex(([each]) => each === type)] ?? '';
        const required = `c${types.findIndex(([each]) => each === 'code')}`;
        const operations = [insert('kinds', { id: '1', [required]: 'x', [column]: text })];
        const { outcome } = await pushTo(database.writer, operations);
        assert.equal(outcome.state, 'refused', type);
        assert.deepEqual(await read(['1']), []);
      }
    });
  });

  describe('finds rows by keys', () => {
    it('of several columns in any order, of names of any kind in any schema', async () => {
      const nasty = 'a "quoted" täble 😀';
      await database.execute(`
        create schema if not exists "oth er""";
        drop table if exists "oth er"""."a ""quoted"" täble 😀";
        create table "oth er"""."a ""quoted"" täble 😀" (
          "it's" text, "select" numeric, "b""c" int, "__proto__" text, "1" text, "x.y" text,
          primary key ("select", "it's", "1")
        );
      `);
      const table = `oth er"/${nasty}`;
      const row = (a: string, n: string, rest: Texts = {}): Texts => ({
        "it's": a,
        select: n,
        '1': 'one',
        'b"c': '1',
        ['__proto__']: 'p',
        'x.y': "';--",
        ...rest,
      });
      await push([
        insert(table, row('x', '1.0')),
        insert(table, row('x', '2')),
        insert(table, row('y', '1')),
        update(
          table,
          { "it's": 'x', select: '1.00', '1': 'one' },
          { ['__proto__']: null, 'b"c': '2' },
          { 'b"c': '1' },
        ),
        remove(table, { '1': 'one', select: '2', "it's": 'x' }, { 'x.y': "';--" }),
      ]);
      assert.deepEqual(
        await database.rows(
          `select "it's", "select", "b""c", "__proto__", "x.y" from "oth er"""."a ""quoted"" täble 😀" order by 1`,
        ),
        [
          ['x', '1.0', '2', null, "';--"],
          ['y', '1', '1', 'p', "';--"],
        ],
      );
      const read = await database.writer.readByKey({
        table: { schema: 'oth er"', name: nasty },
        keyColumns: ['select', "it's", '1'],
        columns: ['b"c', '__proto__'],
        keys: [
          ['1', 'x', 'one'],
          ['7', 'x', 'one'],
        ],
        signal,
      });
      assert.deepEqual(read, [['1.0', 'x', 'one', '2', null]]);
    });

    it('of every type, through the index of the key', async () => {
      await database.execute(`
        create extension if not exists citext;
        create type mood as enum ('sad', 'ok');
        create domain email as citext check (value like '%@%');
      `);
      const keys: readonly [type: string, key: string, same: string][] = [
        ['citext', 'Bob', 'BOB'],
        ['email', 'Bob@x', 'bob@X'],
        ['text', 'é', 'é'],
        ['text collate "C"', 'é', 'é'],
        ['char(4)', 'ab', 'ab  '],
        ['varchar(9)', 'a', 'a'],
        ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
        ['timestamptz', '2024-01-01T00:00:00.123456Z', '2024-01-01 02:00:00.123456+02'],
        ['numeric', '1.10', '1.1'],
        ['boolean', 't', 'true'],
        ['bytea', '\\x00ff', '\\x00ff'],
        ['inet', '10.0.0.1', '10.0.0.1/32'],
        ['mood', 'sad', 'sad'],
        ['int[]', '{1,2}', '{1,2}'],
        ['date', '2024-01-01', '2024-01-01'],
        ['double precision', '0.1', '0.10'],
        ['int4range', '[1,2]', '[1,3)'],
      ];
      for (const [index, [type, key, same]] of keys.entries()) {
        const table = `k${index}`;
        await database.execute(`create table ${table} (k ${type} primary key, a text)`);
        await push([insert(table, { k: key, a: '1' }), update(table, { k: same }, { a: '2' }, { a: '1' })]);
        assert.deepEqual(await database.rows(`select a from ${table}`), [['2']], type);
        await push([remove(table, { k: same }, { a: '2' })]);
        assert.deepEqual(await database.rows(`select a from ${table}`), [], type);
      }
    });

    it('without reading the whole table', async () => {
      await database.execute(`
        create extension if not exists citext;
        create table big (k citext, n bigint, a text, primary key (k, n));
        insert into big select 'k' || i % 7, i, 'x' from generate_series(1, 20000) i;
        analyze big;
      `);
      await push([
        update('big', { k: 'K3', n: '10' }, { a: 'y' }, { a: 'x' }),
        remove('big', { k: 'k4', n: '11' }, { a: 'x' }),
      ]);
      await database.execute('select pg_stat_force_next_flush()');
      const [scans] = await database.rows(
        `select seq_scan, idx_scan > 0 from pg_stat_user_tables where relname = 'big'`,
      );
      // Making the index read the table once.
      assert.ok(Number(scans?.[0]) <= 1, String(scans));
      assert.deepEqual(await database.rows(`select k, a from big where n in (10, 11)`), [['k3', 'y']]);
    });
  });

  describe('respects what the database makes itself', () => {
    (isWhole ? it : noIt)(
      'computes generated columns, and takes given values of identity columns',
      async () => {
        await database.execute(`
        create table always (id int generated always as identity primary key, a int,
          twice int generated always as (a * 2) stored);
        create table by_default (id bigint generated by default as identity primary key, a text);
      `);
        await push([
          insert('always', { id: '40', a: '1' }),
          ...Array.from({ length: 60 }, (_, at) => insert('always', { id: String(at + 100), a: '2' })),
          insert('by_default', { id: '9007199254740993', a: 'x' }),
          update('always', { id: '40' }, { a: '21' }, { a: '1', twice: '2' }),
        ]);
        assert.deepEqual(await database.rows('select * from always where id in (40, 100) order by id'), [
          ['40', '21', '42'],
          ['100', '2', '4'],
        ]);
      },
    );

    (way === 'transaction' ? it : noIt)(
      'moves sequences past what was inserted, and never back',
      async () => {
        await database.execute(`
        create sequence shared;
        create sequence far;
        create table serial (id serial primary key, n int generated by default as identity (start 10 increment 5));
        create table borrowed (id int default nextval('shared') primary key, code text default 'c' || nextval('far'));
        create table ahead (id serial primary key);
        create table down (id int generated by default as identity (increment -1) primary key);
        create table few (id int generated by default as identity (maxvalue 100) primary key);
        create table restarted (id serial primary key);
        create schema if not exists "Oth er";
        drop table if exists "Oth er"."T";
        create table "Oth er"."T" ("I d" serial primary key);
        select setval('ahead_id_seq', 500);
        select setval('serial_id_seq', 3);
        alter sequence restarted_id_seq restart 70;
      `);
        await push([
          insert('serial', { id: '7', n: '27' }),
          insert('serial', { id: '5', n: '12' }),
          insert('borrowed', { id: '3000000', code: 'c9' }),
          insert('ahead', { id: '4' }),
          insert('down', { id: '-5' }),
          insert('few', { id: '100' }),
          insert('restarted', { id: '71' }),
          insert('Oth er/T', { 'I d': '12' }),
        ]);
        const next = (sequence: string): Promise<string | null | undefined> =>
          database.rows(`select nextval('${sequence}')`).then((rows) => rows[0]?.[0]);
        assert.equal(await next('serial_id_seq'), '8');
        assert.equal(await next('serial_n_seq'), '35');
        assert.equal(await next('shared'), '3000001');
        assert.equal(await next('far'), '1');
        assert.equal(await next('ahead_id_seq'), '501');
        assert.equal(await next('down_id_seq'), '-1');
        assert.equal(await next('restarted_id_seq'), '72');
        assert.equal(await next('"Oth er"."T_I d_seq"'), '13');
        await assert.rejects(next('few_id_seq'), /maximum value/);
      },
    );

    (way === 'transaction' ? it : noIt)(
      'sets off triggers under the role’s own search path and time zone',
      async () => {
        const [[name = ''] = []] = await database.rows('select current_database()');
        await database.execute(`
        create schema if not exists app;
        alter role current_user in database "${name}" set search_path = app, public;
        alter role current_user in database "${name}" set timezone = 'Asia/Tokyo';
        drop table if exists app.log;
        create table app.log (line text, zone text);
        create table t (id int primary key, made_on timestamp default '2024-01-01 00:00+00'::timestamptz);
        create function note() returns trigger language plpgsql as $$
          begin insert into log values (TG_OP || NEW.id, current_setting('timezone')); return NEW; end $$;
        create trigger note after insert or update on t for each row execute function note();
      `);
        try {
          await push([insert('t', { id: '1' }), ...manyRows(60)]);
        } finally {
          await database.execute(`alter role current_user in database "${name}" reset all`);
        }
        assert.deepEqual(await database.rows('select line, zone from app.log limit 1'), [
          ['INSERT1', 'Asia/Tokyo'],
        ]);
        assert.deepEqual(await database.rows('select count(*) from app.log'), [['61']]);
        assert.deepEqual(await database.rows('select made_on from t where id in (1, 100)'), [
          ['2024-01-01 09:00:00'],
          ['2024-01-01 09:00:00'],
        ]);
      },
    );

    (way === 'transaction' ? it : noIt)('lets rules rewrite inserts, many of them too', async () => {
      await database.execute(`
        create table t (id int primary key);
        create table copied (id int);
        create rule also as on insert to t do also insert into copied values (new.id);
      `);
      await push(manyRows(60));
      assert.deepEqual(await database.rows('select count(*) from copied'), [['60']]);
    });
  });

  describe('waits with constraints until the end', () => {
    (isWhole ? it : noIt)('for a cycle of references that may be checked then', async () => {
      await database.execute(`
        create table a (id int primary key, b int not null);
        create table b (id int primary key, a int not null references a deferrable);
        alter table a add constraint to_b foreign key (b) references b deferrable initially deferred;
        create table tree (id int primary key, boss int references tree);
      `);
      await push([
        insert('a', { id: '1', b: '1' }),
        insert('b', { id: '1', a: '1' }),
        insert('tree', { id: '1', boss: '2' }),
        insert('tree', { id: '2', boss: '1' }),
        ...Array.from({ length: 60 }, (_, at) =>
          insert('tree', { id: String(at + 10), boss: String(at + 11) }),
        ),
        insert('tree', { id: '70', boss: null }),
      ]);
      await push([remove('a', { id: '1' }, { b: '1' }), remove('b', { id: '1' }, { a: '1' })]);
      assert.deepEqual(await database.rows('select count(*) from tree'), [['63']]);
    });

    (isWhole ? it : noIt)(
      'for unique values that are swapped, where the constraint is deferrable',
      async () => {
        await database.execute(`
        create table t (id int primary key, slot int unique deferrable);
        insert into t values (1, 1), (2, 2);
      `);
        await push([
          update('t', { id: '1' }, { slot: '2' }, { slot: '1' }),
          update('t', { id: '2' }, { slot: '1' }, { slot: '2' }),
        ]);
        assert.deepEqual(await database.rows('select id, slot from t order by id'), [
          ['1', '2'],
          ['2', '1'],
        ]);
      },
    );
  });

  describe('of many operations', () => {
    const NAMES = ['a', 'b', 'c', 'd'] as const;

    it('does five thousand of mixed shapes, in the order that matters', async () => {
      await database.execute('create table t (id int primary key, a text, b text, c text, d text)');
      await database.execute(`insert into t select i, 'a', 'b', 'c', 'd' from generate_series(0, 4999) i`);
      const operations = Array.from({ length: 5000 }, (_, at): PushOperation => {
        const id = String(at);
        const columns = NAMES.filter((_, bit) => ((at % 15) + 1) & (1 << bit));
        const named = (text: (name: string) => string): Texts =>
          Object.fromEntries(columns.map((name) => [name, text(name)]));
        if (at % 16 === 0)
          return remove(
            't',
            { id },
            named((name) => name),
          );
        if (at % 16 === 1) return insert('t', { id: String(at + 10_000), ...named((name) => name) });
        return update(
          't',
          { id },
          named((name) => `${name}${at}`),
          named((name) => name),
        );
      });
      await push(operations);
      const expected = operations.reduce(
        (sum, { op }) => sum + (op === 'insert' ? 1 : op === 'delete' ? -1 : 0),
        5000,
      );
      assert.deepEqual(await database.rows('select count(*) from t'), [[String(expected)]]);
      assert.deepEqual(await database.rows('select a, b, c, d from t where id = 4989'), [
        ['a', 'b4989', 'c', 'd4989'],
      ]);
    });

    it('keeps an order in which one row gives up what another takes', async () => {
      await database.execute(`
        create table t (id int primary key, slot text unique, note text);
        insert into t values (1, 'a', ''), (2, 'b', ''), (3, 'c', '');
      `);
      await push([
        update('t', { id: '1' }, { slot: 'x' }, { slot: 'a' }),
        update('t', { id: '2' }, { slot: 'a', note: '!' }, { slot: 'b', note: '' }),
        update('t', { id: '3' }, { slot: 'b' }, { slot: 'c' }),
      ]);
      assert.deepEqual(await database.rows('select slot from t order by id'), [['x'], ['a'], ['b']]);
    });

    it('takes large values in bounded statements', async () => {
      await database.execute('create table t (id int primary key, body text)');
      const body = 'x"\\\n'.repeat(250_000);
      const operations = Array.from({ length: 12 }, (_, at) => insert('t', { id: String(at), body }));
      await push([
        ...operations,
        ...Array.from({ length: 60 }, (_, at) =>
          insert('t', { id: String(at + 100), body: body.slice(0, 100_000) }),
        ),
      ]);
      assert.deepEqual(await database.rows('select count(*), min(length(body)), max(length(body)) from t'), [
        ['72', '100000', '1000000'],
      ]);
      await push([update('t', { id: '3' }, { body: 'y' }, { body })]);
    });

    it('reads thousands of rows by key', async () => {
      await database.execute(
        'create table t (id int primary key); insert into t select generate_series(1, 9000, 2)',
      );
      const rows = await database.writer.readByKey({
        table: { schema: 'public', name: 't' },
        keyColumns: ['id'],
        columns: [],
        keys: Array.from({ length: 9000 }, (_, at) => [String(at)]),
        signal,
      });
      assert.equal(rows.length, 4500);
    });
  });
}

function manyRows(count: number): PushOperation[] {
  return Array.from({ length: count }, (_, at) => insert('t', { id: String(at + 100) }));
}

/** Stands for `it` where a way does not promise what a test is about. */
function noIt(): void {
  // Not promised: nothing to test.
}
