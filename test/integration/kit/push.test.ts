import { strict as assert } from 'node:assert';
import type { KitProject } from './kit-project.ts';
import { asked, changesSince, failuresOf, operation, push, pushId, startKitProject } from './kit-project.ts';

const SCHEMA = `
create schema private;
create table private.audit (id bigint generated always as identity primary key, what text not null);
create table public.people (
  id bigint generated always as identity primary key,
  name varchar(10) not null, email text unique, age int check (age >= 0), meta json, tags text[],
  shout text generated always as (upper(name)) stored, changed timestamptz not null default '2000-01-01Z'
);
create table public."order ""🙂""" (a numeric(10, 2), "b c" text, note text, primary key ("b c", a));
create table public.pets (
  id serial primary key, owner bigint references public.people on delete cascade deferrable initially deferred, name text
);
create table public.keyless (a int);
create table public.changes_seen (id int primary key, n int not null default 0);
-- Names its table without a schema, as many an application's trigger does.
create function public.note_person() returns trigger language plpgsql as $$
begin
  if new.name = 'Mallory' then raise exception 'no % here', new.name; end if;
  if new.name = 'Ghost' then return null; end if;
  new.changed := '2024-05-06 07:08:09.123456+00';
  insert into changes_seen values (0, 1) on conflict (id) do update set n = changes_seen.n + 1;
  return new;
end $$;
create trigger note_person before insert or update on public.people for each row execute function note_person();
insert into public.people (name, email, age, meta, tags) values
  ('Ann', 'ann@example.com', 30, '{"a": 1,  "a": 2}', '{x,NULL}'), ('Bob', null, null, null, null), ('Cid', '', 5, 'null', '{}');
insert into public."order ""🙂""" values (1.10, 'x', 'first'), (1.1, 'y', null);
insert into public.pets (owner, name) values (1, 'Rex');
`;

describe('kit: push', () => {
  let project: KitProject;
  beforeEach(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  afterEach(() => project.stop());

  const people = (): Promise<object[]> =>
    project.sql('select id, name, email, age from public.people order by id');

  it('applies inserts, updates and deletes in one transaction, by column', async () => {
    const outcome = await push(project, [
      [
        operation('insert', 'people', { key: { id: '9007199254740993' }, set: { name: 'Dan', email: null } }),
        operation('update', 'people', {
          key: { id: '1' },
          expect: { name: 'Ann', age: '30', meta: '{"a": 1,  "a": 2}', tags: '{x,NULL}' },
          set: { age: '31', tags: '{"a,b"}' },
        }),
      ],
      [
        operation('delete', 'people', { key: { id: '2' }, expect: { email: null, age: null } }),
        operation('update', 'order "🙂"', {
          key: { 'b c': 'y', a: '1.1' },
          expect: { note: null, a: '1.10' },
          set: { note: '', 'b c': "it's" },
        }),
      ],
    ]);
    assert.equal(outcome.state, 'committed');
    assert.deepEqual(outcome.counts, { insert: 1, update: 2, delete: 1 });
    assert.deepEqual(await people(), [
      { id: '1', name: 'Ann', email: 'ann@example.com', age: 31 },
      { id: '3', name: 'Cid', email: '', age: 5 },
      { id: '9007199254740993', name: 'Dan', email: null, age: null },
    ]);
    assert.deepEqual(await project.sql('select a::text, "b c", note from public."order ""🙂""" order by 2'), [
      { a: '1.10', 'b c': "it's", note: '' },
      { a: '1.10', 'b c': 'x', note: 'first' },
    ]);
  });

  it('gives back what triggers, defaults and generated columns made', async () => {
    const outcome = await push(
      project,
      [
        [
          operation('insert', 'people', { set: { name: 'Eve' } }),
          operation('update', 'people', { key: { id: '3' }, set: { name: 'cid' } }),
          operation('insert', 'people', { set: { name: 'Fay' } }),
        ],
      ],
      { returning: [asked('people', ['id', 'shout', 'changed', 'email'])] },
    );
    assert.equal(outcome.state, 'committed');
    const changed = '2024-05-06 07:08:09.123456+00';
    assert.deepEqual(outcome.rows, [
      { index: 0, row: ['4', 'EVE', changed, null] },
      { index: 1, row: ['3', 'CID', changed, ''] },
      { index: 2, row: ['5', 'FAY', changed, null] },
    ]);
  });

  it('tells what the transaction did beside the operations', async () => {
    const outcome = await push(project, [[operation('delete', 'people', { key: { id: '1' } })]]);
    assert.equal(outcome.state, 'committed');
    assert.deepEqual(outcome.effects, [
      { schema: 'public', name: 'people', op: 'D', rows: 1 },
      { schema: 'public', name: 'pets', op: 'D', rows: 1 },
    ]);
  });

  it('marks its own changes in the log, and only those that are its own alone', async () => {
    const tables = [asked('people', ['id', 'name']), asked('changes_seen', ['id', 'n'])];
    const since = await project.rpc<string>('syncline_position');
    const id = pushId();
    await push(
      project,
      [
        [
          operation('update', 'people', { key: { id: '1' }, set: { name: 'A' } }),
          operation('update', 'people', { key: { id: '2' }, set: { name: 'B' } }),
          operation('delete', 'people', { key: { id: '3' } }),
        ],
      ],
      {},
      id,
    );
    await project.sql("update public.people set name = 'other' where id = 2");
    const answer = await changesSince(project, since, tables);
    assert.deepEqual(answer.tables, [
      {
        schema: 'public',
        name: 'people',
        upserts: [
          ['1', 'A'],
          ['2', 'other'],
        ],
        upsertPushes: [id, null],
        deletes: [['3']],
        deletePushes: [id],
      },
      {
        schema: 'public',
        name: 'changes_seen',
        upserts: [['0', '6']],
        upsertPushes: [null],
        deletes: [],
        deletePushes: [],
      },
    ]);
  });

  it('moves sequences past what was inserted, far or near, and never back', async () => {
    await push(project, [
      [
        operation('insert', 'people', { key: { id: '20' }, set: { name: 'Far' } }),
        operation('insert', 'pets', { key: { id: '1000000' }, set: { name: 'Rex' } }),
      ],
    ]);
    const [next] = await project.sql<{ a: string; b: string }>(
      `select nextval('public.people_id_seq') a, nextval('public.pets_id_seq') b`,
    );
    assert.deepEqual(next, { a: '21', b: '1000001' });
    await push(project, [[operation('insert', 'people', { key: { id: '10' }, set: { name: 'Back' } })]]);
    assert.deepEqual(await project.sql(`select nextval('public.people_id_seq') a`), [{ a: '22' }]);
  });

  it('takes deferrable foreign keys in any order, and checks them before it commits', async () => {
    const child = operation('insert', 'pets', { key: { id: '7' }, set: { owner: '70', name: 'Tom' } });
    const parent = operation('insert', 'people', { key: { id: '70' }, set: { name: 'Gus' } });
    assert.equal((await push(project, [[child, parent]])).state, 'committed');
    const orphan = operation('insert', 'pets', { key: { id: '8' }, set: { owner: '999', name: 'Tim' } });
    const refused = await push(project, [[orphan]]);
    assert.equal(refused.state, 'refused');
    assert.deepEqual(failuresOf(refused), [
      {
        index: null,
        schema: 'public',
        name: 'pets',
        cause: '23503',
        constraint: 'pets_owner_fkey',
        message: 'The foreign key pets_owner_fkey is violated.',
      },
    ]);
    assert.deepEqual(await project.sql('select id from public.pets order by id'), [{ id: 1 }, { id: 7 }]);
  });

  it('does what one statement could not: a row twice, a key handed on', async () => {
    const outcome = await push(project, [
      [
        operation('update', 'people', { key: { id: '1' }, expect: { age: '30' }, set: { age: '31' } }),
        operation('update', 'people', { key: { id: '1' }, expect: { age: '31' }, set: { age: '32' } }),
        operation('update', 'people', { key: { id: '1' }, set: { email: null } }),
        operation('update', 'people', { key: { id: '2' }, set: { email: 'ann@example.com' } }),
      ],
    ]);
    assert.equal(outcome.state, 'committed');
    assert.deepEqual(await people(), [
      { id: '1', name: 'Ann', email: null, age: 32 },
      { id: '2', name: 'Bob', email: 'ann@example.com', age: null },
      { id: '3', name: 'Cid', email: '', age: 5 },
    ]);
  });

  it('rehearses the whole push and leaves nothing behind', async () => {
    const before = await people();
    const id = pushId();
    const batch = [
      operation('update', 'people', { key: { id: '1' }, set: { name: 'Zoe' } }),
      operation('insert', 'people', { key: { id: '50' }, set: { name: 'New' } }),
    ];
    const returning = [asked('people', ['id', 'shout'])];
    const rehearsed = await push(project, [batch], { rehearse: true, returning }, id);
    assert.equal(rehearsed.state, 'rehearsed');
    assert.deepEqual(rehearsed.failures, []);
    assert.deepEqual(rehearsed.rows, [
      { index: 0, row: ['1', 'ZOE'] },
      { index: 1, row: ['50', 'NEW'] },
    ]);
    assert.deepEqual(await people(), before);
    assert.deepEqual(await project.sql('select n from public.changes_seen'), [{ n: 3 }]);
    assert.equal(
      (await project.rpc<{ state: string }>('syncline_push_outcome', { push_id: id })).state,
      'staged',
    );
    const committed = await project.rpc<{ state: string }>('syncline_commit_push', {
      push_id: id,
      expected_batches: 1,
    });
    assert.equal(committed.state, 'committed');
  });

  it('rehearses a push that fails: every failure, nothing changed, not even a sequence', async () => {
    const before = await people();
    const outcome = await push(
      project,
      [
        [
          operation('insert', 'people', { key: { id: '500' }, set: { name: 'Ok' } }),
          operation('update', 'people', { key: { id: '77' }, set: { name: 'x' } }),
        ],
      ],
      { rehearse: true },
    );
    assert.equal(outcome.state, 'rehearsed');
    assert.deepEqual(
      failuresOf(outcome).map(({ index, cause }) => ({ index, cause })),
      [{ index: 1, cause: 'missing' }],
    );
    assert.deepEqual(await people(), before);
    assert.deepEqual(await project.sql(`select nextval('public.people_id_seq') a`), [{ a: '4' }]);
  });
});
