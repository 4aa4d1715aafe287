import { strict as assert } from 'node:assert';
import type { PushFailure, PushOperation } from '../../../src/databases/kit/kit-answers.ts';
import type { KitProject } from './kit-project.ts';
import { failuresOf, operation, push, startKitProject } from './kit-project.ts';

const SCHEMA = `
create table public.teams (id int primary key, name text);
create table public.members (
  id int primary key, team int not null references public.teams, email text unique, code varchar(4),
  age int constraint "old enough" check (age >= 6), joined date, doubled int generated always as (age * 2) stored,
  serial bigint generated always as identity
);
create table public.keyless (a int);
create table public.secret (id int primary key, body text);
create table public.guarded (id int primary key, body text, open boolean not null default true);
create function public.guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then return null; end if;
  if new.body = 'skip' then return null; end if;
  if new.body like 'no%' then raise exception 'body % is forbidden', new.body using errcode = 'AB123'; end if;
  raise exception 'never: %', new.body;
end $$;
create trigger guard before insert or update or delete on public.guarded
  for each row when (pg_trigger_depth() = 0) execute function public.guard();
insert into public.teams values (1, 'Red'), (2, 'Blue');
insert into public.members (id, team, email, code, age) values (1, 1, 'one@example.com', 'abcd', 10), (2, 1, 'two@example.com', null, 12);
alter table public.guarded disable trigger guard;
insert into public.guarded values (1, 'here');
alter table public.guarded enable trigger guard;
insert into public.secret values (1, 'hidden');
revoke update, delete on public.secret from service_role;
create table public.blind (id int primary key, body text);
revoke select (body), select on public.blind from service_role;
grant select (id) on public.blind to service_role;
`;

describe('kit: push that fails', () => {
  let project: KitProject;
  before(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  after(() => project.stop());

  const contents = (): Promise<object[]> =>
    project.sql(`select (select json_agg(t) from public.teams t) teams, (select json_agg(m) from public.members m) members,
      (select json_agg(g) from public.guarded g) guarded, (select json_agg(s) from public.secret s) secret`);

  /** The failure of one operation, which is pushed between two good ones. */
  async function failureOf(failing: PushOperation, options = {}): Promise<PushFailure> {
    const before = await contents();
    const good = operation('update', 'teams', { key: { id: '1' }, set: { name: 'Green' } });
    const outcome = await push(project, [[good, failing], [good]], options);
    assert.equal(outcome.state, 'refused');
    assert.deepEqual(await contents(), before, 'nothing may have changed');
    const [failure, ...others] = failuresOf(outcome);
    assert.deepEqual(others, []);
    assert.equal(failure?.index, 1);
    assert.equal(failure.name, failing.name);
    return failure;
  }
  const member = (set: PushOperation['set']): PushOperation =>
    operation('update', 'members', { key: { id: '1' }, ...(set && { set }) });

  it('names a row that is gone', async () => {
    const failure = await failureOf(
      operation('delete', 'members', { key: { id: '9' }, expect: { email: 'x' } }),
    );
    assert.equal(failure.cause, 'missing');
  });

  it('names the columns that changed', async () => {
    const failure = await failureOf(
      operation('update', 'members', {
        key: { id: '1' },
        expect: { email: 'one@example.org', age: '10', code: null },
        set: { age: '11' },
      }),
    );
    assert.equal(failure.cause, 'changed');
    assert.deepEqual([...(failure.columns ?? [])].sort(), ['code', 'email']);
  });

  it('tells an empty string from NULL, and one representation from another', async () => {
    const empty = await failureOf(
      operation('update', 'members', { key: { id: '2' }, expect: { code: '' }, set: { age: '7' } }),
    );
    assert.deepEqual(empty.columns, ['code']);
  });

  it('names a row that exists already', async () => {
    const failure = await failureOf(
      operation('insert', 'members', { key: { id: '1' }, set: { team: '1', email: 'new@example.com' } }),
    );
    assert.equal(failure.cause, 'exists');
    assert.equal(failure.constraint, 'members_pkey');
  });

  const named: readonly [string, PushOperation, Partial<PushFailure>][] = [
    ['unique', member({ email: 'two@example.com' }), { cause: '23505', constraint: 'members_email_key' }],
    ['check', member({ age: '5' }), { cause: '23514', constraint: 'old enough' }],
    ['not null', member({ team: null }), { cause: '23502', column: 'team' }],
    ['foreign key', member({ team: '77' }), { cause: '23503', constraint: 'members_team_fkey' }],
    ['foreign key of a child', operation('delete', 'teams', { key: { id: '1' } }), { cause: '23503' }],
    ['length', member({ code: 'abcde-s3cr3t' }), { cause: '22001' }],
    ['syntax of a number', member({ age: 's3cr3t' }), { cause: '22P02' }],
    ['syntax of a date', member({ joined: 's3cr3t' }), { cause: '22007' }],
    ['range', member({ age: '99999999999' }), { cause: '22003' }],
    ['generated column', member({ doubled: '4' }), { cause: '428C9' }],
    ['identity column', member({ serial: '4' }), { cause: '428C9' }],
    ['unknown column', member({ nope: 's3cr3t' }), { cause: '42703', column: 'nope' }],
    ['unknown table', operation('insert', 'nope', { key: { id: '1' } }), { cause: '42P01' }],
    ['no primary key', operation('insert', 'keyless', { set: { a: '1' } }), { cause: 'no-primary-key' }],
    ['part of a key', operation('delete', 'members', { key: { email: 'x' } }), { cause: '22023' }],
    [
      'no right to update',
      operation('update', 'secret', { key: { id: '1' }, set: { body: 'x' } }),
      { cause: '42501' },
    ],
    ['no right to delete', operation('delete', 'secret', { key: { id: '1' } }), { cause: '42501' }],
    [
      'insert left out',
      operation('insert', 'guarded', { key: { id: '2' }, set: { body: 'skip' } }),
      { cause: 'suppressed' },
    ],
    [
      'update left out',
      operation('update', 'guarded', { key: { id: '1' }, set: { body: 'skip' } }),
      { cause: 'suppressed' },
    ],
    ['delete left out', operation('delete', 'guarded', { key: { id: '1' } }), { cause: 'suppressed' }],
  ];
  for (const [what, failing, expected] of named) {
    it(`names the cause without values: ${what}`, async () => {
      const failure = await failureOf(failing);
      assert.deepEqual({ ...failure, ...expected }, failure);
      assert.doesNotMatch(JSON.stringify(failure), /s3cr3t|@example|99999999999/);
    });
  }

  it('names the function behind what a trigger raised, and quotes it on request only', async () => {
    const failing = operation('update', 'guarded', { key: { id: '1' }, set: { body: 's3cr3t' } });
    const failure = await failureOf(failing);
    assert.deepEqual(failure, {
      index: 1,
      schema: 'public',
      name: 'guarded',
      cause: 'P0001',
      message: 'A trigger or function refused it.',
      where: ['guard()'],
    });
    assert.equal((await failureOf(failing, { raised: true })).raised, 'never: s3cr3t');
    const own = await failureOf(
      operation('insert', 'guarded', { key: { id: '3' }, set: { body: 'no s3cr3t' } }),
    );
    assert.equal(own.cause, 'AB123');
    assert.doesNotMatch(JSON.stringify(own), /s3cr3t/);
  });

  it('reports every failure of a long push, each at its place', async () => {
    const before = await contents();
    const operations = Array.from({ length: 1300 }, (_, index) =>
      operation('insert', 'teams', {
        key: { id: String(index % 600 === 599 ? 1 : 1000 + index) },
        set: { name: 'x' },
      }),
    );
    const outcome = await push(project, [
      operations.slice(0, 700),
      operations.slice(700),
      [member({ age: '1' }), operation('delete', 'teams', { key: { id: '3' } })],
    ]);
    assert.deepEqual(
      failuresOf(outcome).map(({ index, cause }) => [index, cause]),
      [
        [599, 'exists'],
        [1199, 'exists'],
        [1300, '23514'],
        [1301, 'missing'],
      ],
    );
    assert.deepEqual(await contents(), before);
  });

  it('refuses a batch that is no list of operations', async () => {
    await assert.rejects(
      project.rpc('syncline_stage_push', {
        push_id: '00000000-0000-4000-8000-ffffffffffff',
        batch_no: 0,
        payload: {},
      }),
      { code: '22023' },
    );
    const outcome = await push(project, [[{ op: 'merge' as never, schema: 'public', name: 'teams' }]]);
    assert.deepEqual(
      failuresOf(outcome).map(({ cause }) => cause),
      ['22023'],
    );
  });
});
