import assert from 'node:assert/strict';
import type { PushFailure, PushOperation } from '../../../src/core/push-ports.ts';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { expectError } from '../../support/expect-error.ts';
import {
  createPushDatabase,
  insert,
  pushTo,
  remove,
  update,
  type PushDatabase,
  type PushWay,
} from './push-database.ts';

/** What must not be in any message. */
const SECRET = 'secret@corp.example';

const ID = '00000000-0000-4000-8000-000000000000';

const SCHEMA = `
  create table parents (id int primary key, email text unique, age int check (age >= 0), name varchar(10) not null);
  create table children (id int primary key, parent int references parents, late int
    references parents deferrable initially deferred, spot int4range, exclude using gist (spot with &&));
  insert into parents select i, 'mail' || i, i, 'n' || i from generate_series(1, 20) i;
  insert into children values (1, 1, 1, '[1,3)');
`;

/** What every writer says when production says no, and that it changes nothing then. */
export function pushRefusalsContract(way: PushWay): void {
  let database: PushDatabase;
  before(async () => {
    database = await createPushDatabase(way);
  });
  beforeEach(async () => {
    await database.clear();
    await database.execute(SCHEMA);
  });
  after(() => database.stop());

  const everything = (): Promise<(string | null)[][]> =>
    database.rows(`
      select 'p', p::text from parents p union all select 'c', c::text from children c
      union all select 's', sequencename || coalesce(last_value::text, '') from pg_sequences order by 1, 2`);

  /** Pushes, and expects a refusal that changes nothing and quotes nothing. */
  async function refused(
    operations: readonly PushOperation[],
    writer = database.writer,
  ): Promise<readonly PushFailure[]> {
    const before = await everything();
    const { outcome, witness } = await pushTo(writer, operations);
    assert.equal(outcome.state, 'refused');
    assert.deepEqual(await everything(), before);
    // The kit is asked to commit before it says no; it has decided then, for good.
    if (way === 'kit' && witness !== undefined) {
      assert.equal(await writer.outcome(ID, witness, new AbortController().signal), 'absent');
    } else assert.equal(witness, undefined);
    assert.doesNotMatch(JSON.stringify(outcome), new RegExp(SECRET));
    return outcome.failures;
  }

  /** Without the words. */
  const bare = (failures: readonly PushFailure[]): unknown[] =>
    failures.map(({ message, ...failure }) => {
      assert.notEqual(message, '');
      return failure;
    });

  it('names every row that is not as expected, and applies nothing', async () => {
    const failures = await refused([
      update('parents', { id: '1' }, { age: '50' }, { age: '1' }),
      update('parents', { id: '2' }, { age: '50' }, { age: '77' }),
      update('parents', { id: '3' }, { age: '50', name: 'x' }, { age: '3', name: 'n3' }),
      update('parents', { id: '4' }, { age: '50' }, { age: '4', name: null }),
      update('parents', { id: '99' }, { age: '50' }, { age: '1' }),
      remove('parents', { id: '5' }, { email: 'mail5', age: null }),
      remove('parents', { id: '98' }),
      remove('parents', { id: '6' }, { email: 'mail6', age: '6', name: 'n6' }),
      insert('parents', { id: '7', email: SECRET, name: 'x' }),
    ]);
    assert.deepEqual(bare(failures), [
      { index: 1, cause: 'changed' },
      { index: 3, cause: 'changed' },
      { index: 4, cause: 'missing' },
      { index: 5, cause: 'changed' },
      { index: 6, cause: 'missing' },
      { index: 8, cause: 'exists', sqlState: '23505', constraint: 'parents_pkey' },
    ]);
  });

  it('takes another spelling of what is expected for the same, but no other case, scale or order', async () => {
    await database.execute(`
      create extension if not exists citext;
      create table t (id int primary key, ci citext, n numeric, j json, b boolean, c char(4), i inet);
      insert into t values (1, 'Bob', 1.10, '{"a":1}', true, 'ab', '10.0.0.1');
    `);
    const expecting = (expect: Record<string, string>): PushOperation[] => [
      update('t', { id: '1' }, { ci: 'Bob' }, expect),
    ];
    const same = { ci: 'Bob', n: '1.10', j: '{"a":1}', b: 'true', c: 'ab', i: '10.0.0.1/32' };
    assert.equal((await pushTo(database.writer, expecting(same))).outcome.state, 'committed');
    for (const other of [
      { ci: 'bob' },
      { n: '1.1' },
      { j: '{"a": 1}' },
      { b: 'f' },
      { c: 'aB' },
      { i: '10.0.0.1/31' },
    ]) {
      assert.deepEqual(
        bare(await refused(expecting(other))),
        [{ index: 0, cause: 'changed' }],
        JSON.stringify(other),
      );
    }
  });

  const violations: readonly [
    what: string,
    operation: PushOperation,
    failure: Omit<PushFailure, 'index' | 'message' | 'cause'>,
  ][] = [
    [
      'a unique constraint that is not the key',
      insert('parents', { id: '50', email: 'mail1', name: 'x' }),
      { sqlState: '23505', constraint: 'parents_email_key' },
    ],
    [
      'a unique constraint, in an update',
      update('parents', { id: '1' }, { email: 'mail2' }),
      { sqlState: '23505', constraint: 'parents_email_key' },
    ],
    [
      'a check',
      insert('parents', { id: '50', email: SECRET, age: '-1', name: 'x' }),
      { sqlState: '23514', constraint: 'parents_age_check' },
    ],
    ['NOT NULL', insert('parents', { id: '50', email: SECRET }), { sqlState: '23502', column: 'name' }],
    [
      'a foreign key, on insert',
      insert('children', { id: '50', parent: '99' }),
      { sqlState: '23503', constraint: 'children_parent_fkey' },
    ],
    [
      'a foreign key, on delete',
      remove('parents', { id: '1' }),
      { sqlState: '23503', constraint: 'children_parent_fkey' },
    ],
    [
      'an exclusion constraint',
      insert('children', { id: '50', spot: '[2,4)' }),
      { sqlState: '23P01', constraint: 'children_spot_excl' },
    ],
    ['a length', insert('parents', { id: '50', name: 'much too long for it' }), { sqlState: '22001' }],
    ['a type', insert('parents', { id: '50', age: SECRET, name: 'x' }), { sqlState: '22P02' }],
    ['a range', update('parents', { id: '1' }, { age: '99999999999' }), { sqlState: '22003' }],
    ['an encoding', update('parents', { id: '1' }, { name: 'a\0b' }), { sqlState: '22021' }],
  ];
  for (const [what, operation, failure] of violations) {
    it(`names the operation that breaks ${what}, among many and alone`, async () => {
      const expected = { cause: 'refused', ...failure };
      assert.deepEqual(bare(await refused([operation])), [{ index: 0, ...expected }]);
      const others = Array.from({ length: 130 }, (_, at) =>
        insert('parents', { id: String(at + 1000), email: `other${at}`, name: 'x' }),
      );
      const similar =
        operation.op === 'insert' && operation.table.name === 'parents'
          ? Object.keys(operation.set)
          : undefined;
      const mixed = others.map((other) =>
        similar === undefined
          ? other
          : {
              ...other,
              set: {
                ...other.set,
                ...Object.fromEntries(
                  similar.filter((name) => !(name in other.set)).map((name) => [name, null]),
                ),
              },
            },
      );
      const failures = await refused([...mixed.slice(0, 77), operation, ...mixed.slice(77)]);
      assert.deepEqual(bare(failures), [{ index: 77, ...expected }]);
    });
  }

  it('finds several bad rows among thousands', async () => {
    const bad = new Set([0, 17, 1499, 1500, 2998, 2999]);
    const failures = await refused(
      Array.from({ length: 3000 }, (_, at) =>
        insert('parents', {
          id: String(at + 1000),
          email: `e${at}`,
          age: bad.has(at) ? '-1' : '1',
          name: 'x',
        }),
      ),
    );
    assert.deepEqual(
      failures.map(({ index, constraint }) => [index, constraint]),
      [...bad].map((index) => [index, 'parents_age_check']),
    );
  });

  it('tells a hundred failures at most, and stops looking where operations are tried as they come', async () => {
    // The kit tries nothing before everything is staged; then it looks at all, and a hundred are told.
    const portions = way === 'kit' ? 5 : 50;
    let asked = 0;
    const bad = (at: number): PushOperation =>
      insert('parents', { id: String(at + 1000), age: '-1', name: 'x' });
    const { outcome } = await pushTo(database.writer, [], {
      // eslint-disable-next-line @typescript-eslint/require-await -- as the port wants it
      operations: (async function* () {
        for (; asked < portions; asked += 1)
          yield Array.from({ length: 1000 }, (_, at) => bad(asked * 1000 + at));
      })(),
    });
    assert.ok(outcome.state === 'refused' && outcome.failures.length === 100);
    if (way === 'kit') assert.equal(asked, portions);
    else assert.ok(asked < 10);
    assert.deepEqual(await database.rows('select max(id) from parents'), [['20']]);
  });

  it('tells at the end what was deferred to it', async () => {
    const failures = await refused([
      insert('parents', { id: '60', name: 'x' }),
      insert('children', { id: '50', late: '99' }),
    ]);
    assert.deepEqual(bare(failures), [
      { index: -1, cause: 'refused', sqlState: '23503', constraint: 'children_late_fkey' },
    ]);
  });

  describe('by a trigger', () => {
    const trigger = (when: string, body: string): string => `
      create function judge() returns trigger language plpgsql as $$ begin ${body} end $$;
      create trigger judge ${when} on parents for each row execute function judge();`;

    it('that raises an error, whatever it says', async () => {
      for (const [raise, sqlState] of [
        [`raise exception 'no %', new.email`, 'P0001'],
        [`raise exception using errcode = 'AB123', message = new.email`, 'AB123'],
        [`raise exception using errcode = '42501', message = new.email`, '42501'],
        [`raise sqlstate 'PT403'`, 'PT403'],
      ] as const) {
        await database.execute(trigger('before insert', `if new.id = 55 then ${raise}; end if; return new;`));
        const failures = await refused(
          Array.from({ length: 70 }, (_, at) =>
            insert('parents', { id: String(at + 50), email: at === 5 ? SECRET : `x${at}`, name: 'x' }),
          ),
        );
        assert.deepEqual(bare(failures), [{ index: 5, cause: 'refused', sqlState }]);
        await database.execute('drop trigger judge on parents; drop function judge');
      }
    });

    it('that raises it at the end of the transaction', async () => {
      await database.execute(`
        create function late() returns trigger language plpgsql as $$ begin raise exception '%', new.email; end $$;
        create constraint trigger late after insert on parents deferrable initially deferred
          for each row execute function late();`);
      const failures = await refused([insert('parents', { id: '50', email: SECRET, name: 'x' })]);
      // The kit, whose function is still running then, knows the trigger's name besides.
      const named = way === 'kit' ? { constraint: 'late' } : {};
      assert.deepEqual(bare(failures), [{ index: -1, cause: 'refused', sqlState: 'P0001', ...named }]);
    });

    it('that suppresses a row in silence', async () => {
      await database.execute(
        trigger(
          'before insert or update or delete',
          `if coalesce(new.id, old.id) in (3, 57) then return null; end if; return coalesce(new, old);`,
        ),
      );
      const many = Array.from({ length: 70 }, (_, at) =>
        insert('parents', { id: String(at + 50), name: 'x' }),
      );
      for (const [operations, index] of [
        [many, 7],
        [[insert('parents', { id: '57', name: 'x' })], 0],
        [
          [
            update('parents', { id: '3' }, { age: '9' }, { age: '3' }),
            update('parents', { id: '4' }, { age: '9' }),
          ],
          0,
        ],
        [[remove('parents', { id: '4' }), remove('parents', { id: '3' }, { age: '3' })], 1],
      ] as const) {
        assert.deepEqual(bare(await refused(operations)), [{ index, cause: 'refused' }]);
      }
    });
  });

  describe('for want of rights', () => {
    const asRole = (): ReturnType<typeof openPostgresWriter> =>
      openPostgresWriter({ connectionString: database.as('push_writer') });

    beforeEach(() =>
      database.execute(`
        do $$ begin
          if not exists (select from pg_roles where rolname = 'push_writer') then create role push_writer login noinherit; end if;
        end $$;
        grant select, insert, update, delete on all tables in schema public to push_writer;
      `),
    );

    it('on the table or a column, told once and not for every row', async () => {
      await database.execute(
        'revoke delete, update on parents from push_writer; grant update (age) on parents to push_writer',
      );
      const writer = asRole();
      const many = Array.from({ length: 10 }, (_, at) => remove('parents', { id: String(at + 5) }));
      for (const operations of [
        many,
        [
          update('parents', { id: '1' }, { age: '2' }),
          update('parents', { id: '2' }, { name: 'x' }),
          update('parents', { id: '3' }, { name: 'x' }),
        ],
      ]) {
        const failures = await refused(operations, writer);
        assert.deepEqual(bare(failures), [
          { index: operations === many ? 0 : 1, cause: 'refused', sqlState: '42501' },
        ]);
      }
    });

    it('because row level security would hide rows', async () => {
      await database.execute(`
        alter table parents enable row level security;
        create policy mine on parents using (id < 5);
      `);
      const failures = await refused([update('parents', { id: '9' }, { age: '2' })], asRole());
      assert.deepEqual(bare(failures), [{ index: 0, cause: 'refused', sqlState: '42501' }]);
      assert.match(failures[0]?.message ?? '', /row level security/);
    });

    it('on a sequence that would have to be moved, in a rehearsal already', async () => {
      await database.execute(`
        create table numbered (id serial primary key);
        grant select, insert on numbered to push_writer;
      `);
      const operations = [insert('numbered', { id: '7' })];
      const writer = asRole();
      const expected = [{ index: -1, cause: 'refused', sqlState: '42501' }];
      const { outcome } = await pushTo(writer, operations, { rehearse: true });
      assert.ok(outcome.state === 'refused');
      assert.deepEqual(bare(outcome.failures), expected);
      assert.deepEqual(bare(await refused(operations, writer)), expected);
      await database.execute('grant usage on numbered_id_seq to push_writer');
      assert.equal((await pushTo(writer, operations)).outcome.state, 'committed');
      assert.deepEqual(await database.rows(`select nextval('numbered_id_seq')`), [['8']]);
    });
  });

  describe('because production was altered', () => {
    it('and a column is gone', async () => {
      const failures = await refused([
        update('parents', { id: '1' }, { age: '2' }),
        update('parents', { id: '2' }, { gone: '2' }),
        update('parents', { id: '3' }, { gone: '2' }),
      ]);
      // A connection string hears of it once, from the first statement that fails; the kit names each row, and the column.
      const undefinedColumn = { cause: 'refused', sqlState: '42703' };
      assert.deepEqual(
        bare(failures),
        way === 'kit'
          ? [1, 2].map((index) => ({ index, ...undefinedColumn, column: 'gone' }))
          : [{ index: 1, ...undefinedColumn }],
      );
    });

    it('and a column is generated now', async () => {
      await database.execute('alter table parents add column twice int generated always as (age * 2) stored');
      const failures = await refused([update('parents', { id: '1' }, { twice: '2' })]);
      assert.deepEqual(bare(failures), [{ index: 0, cause: 'refused', sqlState: '428C9' }]);
    });

    it('and the table is gone', async () => {
      const operations = [remove('parents', { id: '5' }), insert('nothing', { id: '1' })];
      if (way === 'kit') {
        const failures = await refused(operations);
        assert.deepEqual(bare(failures), [{ index: 1, cause: 'refused', sqlState: '42P01' }]);
        return;
      }
      const before = await everything();
      const error = await expectError('REMOTE_CHANGED', () => pushTo(database.writer, operations));
      assert.match(error.message, /nothing/);
      assert.deepEqual(await everything(), before);
    });
  });

  it('says when a key may name more than one row', async () => {
    await database.execute(
      "create table twice (k int, a text); insert into twice values (1, 'x'), (1, 'x'), (2, 'x')",
    );
    for (const operation of [
      update('twice', { k: '1' }, { a: 'y' }, { a: 'x' }),
      remove('twice', { k: '1' }),
    ]) {
      const failures = await refused([remove('twice', { k: '2' }), operation]);
      // The kit writes no table without a primary key at all: it cannot come to a second row.
      const [indexes, message] =
        way === 'kit' ? ([[0, 1], /has no primary key/] as const) : ([[1], /more than one/] as const);
      assert.deepEqual(
        bare(failures),
        indexes.map((index) => ({ index, cause: 'refused' })),
      );
      assert.match(failures[0]?.message ?? '', message);
      assert.deepEqual(await database.rows('select count(*) from twice'), [['3']]);
    }
  });

  describe('because it is a rehearsal', () => {
    it('leaves no trace, in sequences neither, and counts what it did', async () => {
      await database.execute(`
        create table numbered (id serial primary key, n int generated always as identity);
        create table log (line text);
        create function note() returns trigger language plpgsql as $$ begin insert into log values ('x'); return new; end $$;
        create trigger note after insert on numbered for each row execute function note();
      `);
      const before = await everything();
      let witnessed = 0;
      const { outcome } = await pushTo(
        database.writer,
        [
          insert('numbered', { id: '50', n: '60' }),
          ...Array.from({ length: 60 }, (_, at) =>
            insert('numbered', { id: String(at + 2000), n: String(at + 100) }),
          ),
          remove('parents', { id: '8' }),
        ],
        { rehearse: true, beforeCommit: () => (witnessed += 1) },
      );
      assert.deepEqual(outcome, { state: 'rehearsed', operations: 62 });
      assert.equal(witnessed, 0);
      assert.deepEqual(await everything(), before);
      assert.deepEqual(await database.rows('select * from numbered union all select 1, 1 from log'), []);
    });

    it('tells what would fail', async () => {
      const { outcome } = await pushTo(
        database.writer,
        [insert('children', { id: '50', late: '99' }), insert('children', { id: '51' })],
        { rehearse: true },
      );
      assert.ok(outcome.state === 'refused');
      assert.deepEqual(bare(outcome.failures), [
        { index: -1, cause: 'refused', sqlState: '23503', constraint: 'children_late_fkey' },
      ]);
    });
  });
}
