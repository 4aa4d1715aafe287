import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import pg from 'pg';
import { signToken } from '../../../src/sandbox/auth/jwt.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { TestDatabase, TestPostgres } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { Answer, Asked } from './ask.ts';
import { ask } from './ask.ts';

const SECRET = 'the secret of this test, long enough for anybody';

const SCHEMA = `
create schema hidden;
create table hidden.groups (id int primary key, label text not null);
create view public.groups as select id as group_id, label from hidden.groups;
create table public.people (
  id int primary key, name text, group_id int references hidden.groups(id), boss int references public.people(id), data jsonb,
  search tsvector generated always as (to_tsvector('simple', coalesce(name, ''))) stored);
comment on column public.people.name is 'What they are called';
create table public.pairs (a int, b int, c text default 'none', primary key (b, a));
create table public.holders (person int primary key references public.people(id), key text);
create view public.named as select id, name from public.people where name is not null;
create function public.initial(public.people) returns text language sql stable as $$ select left($1.name, 1) $$;
insert into hidden.groups values (1, 'one'), (2, 'two');
insert into public.people values (1, 'Ada', 1, null, '{"n": [1, {"deep": "x"}]}'), (2, 'Bo', 2, 1, null), (3, null, null, 1, '[]');
insert into public.pairs values (1, 1, 'x'), (2, 1, 'y');
insert into public.holders values (1, 'k');
create function public.whoami() returns json language sql stable as $$
  select json_build_object('role', current_user, 'header', current_setting('request.headers')::json->>'x-test', 'cookie', current_setting('request.cookies')::json->>'a') $$;
create function public.writes() returns int language sql as $$ insert into public.pairs values (9, 9) returning a $$;
create function public.own_response() returns text language plpgsql as $$ begin
  perform set_config('response.status', '202', true);
  perform set_config('response.headers', '[{"X-Own": "yes"}]', true);
  return 'done'; end $$;
create function public.overloaded(a int) returns text language sql immutable as $$ select 'int' $$;
create function public.overloaded(a int, b int) returns text language sql immutable as $$ select 'two ints' $$;
create function public.many(variadic words text[]) returns text language sql immutable as $$ select array_to_string(words, '+') $$;
create function public.sleep(seconds float) returns text language plpgsql as $$ begin perform pg_sleep(seconds); return 'slept'; end $$;
grant usage on schema public to anon;
grant select on public.named, public.pairs to anon;
grant all on all tables in schema public, hidden to service_role;
grant usage on schema hidden to service_role;`;

function behaves(start: () => Promise<SandboxOptions['database']>): void {
  let sandbox: Sandbox;
  const service = `Bearer ${signToken({ role: 'service_role' }, SECRET)}`;
  const get = (path: string, asked: Asked = {}): Promise<Answer> =>
    ask(sandbox.url + path, { ...asked, headers: { authorization: service, ...asked.headers } });
  const send = (method: string, path: string, value: unknown, prefer = ''): Promise<Answer> =>
    get(path, {
      method,
      headers: { 'content-type': 'application/json', ...(prefer === '' ? {} : { prefer }) },
      body: JSON.stringify(value),
    });
  const rows = async (path: string): Promise<unknown> => {
    const answer = await get(path);
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body);
  };
  const refused = async (answer: Promise<Answer>): Promise<string> => {
    const { status, body } = await answer;
    return `${status} ${(JSON.parse(body) as { code: string }).code}`;
  };

  before(async function () {
    this.timeout(120_000);
    sandbox = await startSandbox({
      database: await start(),
      gateway: false,
      jwtSecret: SECRET,
      statementTimeoutMilliseconds: 300,
      setupSql: [SCHEMA],
    });
  });
  after(() => sandbox.stop());

  it('embeds through views whose tables are hidden, in both directions', async () => {
    assert.deepEqual(await rows('/people?select=id,groups(label)&order=id&limit=1'), [
      { id: 1, groups: { label: 'one' } },
    ]);
    assert.deepEqual(await rows('/groups?select=label,people(id)&order=group_id'), [
      { label: 'one', people: [{ id: 1 }] },
      { label: 'two', people: [{ id: 2 }] },
    ]);
  });

  it('embeds one-to-one as an object from either side', async () => {
    assert.deepEqual(await rows('/people?select=id,holders(key)&order=id&limit=2'), [
      { id: 1, holders: { key: 'k' } },
      { id: 2, holders: null },
    ]);
    assert.deepEqual(await rows('/holders?select=key,people(name)'), [{ key: 'k', people: { name: 'Ada' } }]);
  });

  it('spreads what a row refers to into the row', async () => {
    assert.deepEqual(await rows('/people?select=id,...groups(group:label)&order=id&limit=1'), [
      { id: 1, group: 'one' },
    ]);
  });

  it('follows a table that refers to itself, both ways', async () => {
    assert.deepEqual(await rows('/people?select=id,boss(name)&id=eq.2'), [{ id: 2, boss: { name: 'Ada' } }]);
    assert.deepEqual(await rows('/people?select=id,people(id)&id=eq.1&people.order=id.desc'), [
      { id: 1, people: [{ id: 3 }, { id: 2 }] },
    ]);
  });

  it('orders by an embedded row, and filters by whether there is one', async () => {
    assert.deepEqual(await rows('/people?select=id,groups()&groups=not.is.null&order=groups(label).desc'), [
      { id: 2 },
      { id: 1 },
    ]);
    assert.deepEqual(await rows('/people?select=id,groups()&groups=is.null'), [{ id: 3 }]);
  });

  it('selects computed fields, searches text, and looks into json', async () => {
    assert.deepEqual(await rows('/people?select=id,initial&initial=eq.A'), [{ id: 1, initial: 'A' }]);
    assert.deepEqual(await rows('/people?select=id&search=plfts(simple).bo'), [{ id: 2 }]);
    assert.deepEqual(await rows('/people?select=id&name=fts(simple).ada'), [{ id: 1 }]);
    assert.deepEqual(await rows('/people?select=data->n->1->>deep&data->n->>0=eq.1'), [{ deep: 'x' }]);
  });

  it('says where an inserted row is, also by a composite key and in a view', async () => {
    const inserted = await send('POST', '/pairs', { a: 5, b: 6 }, 'return=headers-only');
    assert.deepEqual([inserted.status, inserted.headers['location']], [201, '/pairs?a=eq.5&b=eq.6']);
    const viewed = await send('POST', '/named', { id: 77, name: 'V' }, 'return=headers-only');
    assert.equal(viewed.headers['location'], '/named?id=eq.77');
    await sandbox.execute('delete from public.pairs where a = 5; delete from public.people where id = 77');
  });

  it('puts one row, whose key must be the address’s', async () => {
    const put = (path: string, value: unknown) => send('PUT', path, value);
    assert.equal((await put('/pairs?a=eq.1&b=eq.1', { a: 1, b: 1, c: 'put' })).status, 204);
    assert.equal(
      (await send('PUT', '/pairs?a=eq.7&b=eq.7', { a: 7, b: 7 }, 'return=representation')).status,
      201,
    );
    assert.equal(await refused(put('/pairs?a=eq.1&b=eq.1', { a: 2, b: 1 })), '400 PGRST115');
    assert.equal(await refused(put('/pairs?a=eq.1', { a: 1, b: 1 })), '405 PGRST105');
    await sandbox.execute(
      "delete from public.pairs where a = 7; update public.pairs set c = 'x' where a = 1",
    );
  });

  it('takes defaults for missing values only when asked', async () => {
    const path = '/pairs?columns=a,b,c&select=c';
    const given = await send('POST', path, [{ a: 8, b: 1 }], 'return=representation, missing=default');
    assert.deepEqual(JSON.parse(given.body), [{ c: 'none' }]);
    const nulls = await send('POST', path, [{ a: 8, b: 2 }], 'return=representation');
    assert.deepEqual(JSON.parse(nulls.body), [{ c: null }]);
    await sandbox.execute('delete from public.pairs where a = 8');
  });

  it('filters what an update returns by its trees again, as PostgREST does (its issue 3707)', async () => {
    const updated = await send(
      'PATCH',
      '/pairs?or=(c.eq.y)&select=a,c',
      { c: 'changed' },
      'return=representation',
    );
    assert.deepEqual([updated.status, updated.body], [200, '[]']);
    assert.deepEqual(await rows('/pairs?c=eq.changed&select=a'), [{ a: 2 }]);
    const unselected = await send(
      'PATCH',
      '/pairs?or=(c.eq.changed)&select=a',
      { a: 2 },
      'return=representation',
    );
    assert.equal(unselected.status, 400);
    await sandbox.execute("update public.pairs set c = 'y' where a = 2");
  });

  it('refuses to change more rows than allowed, and changes none then', async () => {
    const prefer = 'handling=strict, max-affected=1';
    assert.equal(await refused(send('PATCH', '/pairs?a=gt.0', { c: 'all' }, prefer)), '400 PGRST124');
    assert.deepEqual(await rows('/pairs?c=eq.all'), []);
    assert.equal(await refused(send('POST', '/rpc/whoami', {}, prefer)), '400 PGRST128');
  });

  it('chooses the overload by the arguments’ names, and passes variadic ones', async () => {
    assert.equal(await rows('/rpc/overloaded?a=1'), 'int');
    assert.equal(await rows('/rpc/overloaded?b=1&a=2'), 'two ints');
    assert.equal(await rows('/rpc/many?words=x&words=y'), 'x+y');
    assert.equal((await send('POST', '/rpc/many', { words: ['p', 'q'] })).body, '"p+q"');
  });

  it('tells functions who asks and what', async () => {
    // node:http sends one byte per character; UTF-8 has two for this one.
    const utf8 = Buffer.from('dé').toString('latin1');
    const answer = await get('/rpc/whoami', { headers: { 'x-test': utf8, cookie: 'a=b; c=d' } });
    assert.deepEqual(JSON.parse(answer.body), { role: 'service_role', header: 'dé', cookie: 'b' });
  });

  it('lets functions set status and headers', async () => {
    const answer = await send('POST', '/rpc/own_response', {});
    assert.deepEqual([answer.status, answer.headers['x-own'], answer.body], [202, 'yes', '"done"']);
  });

  it('writes nothing for GET', async () => {
    assert.equal(await refused(get('/rpc/writes')), '405 25006');
    assert.deepEqual(await rows('/pairs?a=eq.9'), []);
  });

  it('cancels a statement that takes too long, unless the function has a limit of its own', async () => {
    assert.equal(await refused(get('/rpc/sleep?seconds=0.6')), '500 57014');
    await sandbox.execute("alter function public.sleep set statement_timeout = '5s'");
    assert.equal(await rows('/rpc/sleep?seconds=0.6'), 'slept');
    await sandbox.execute('alter function public.sleep reset statement_timeout');
  });

  it('takes the settings of the role along', async () => {
    const anonymous = (): Promise<Answer> => ask(`${sandbox.url}/rpc/sleep?seconds=0.6`);
    assert.equal(await refused(anonymous()), '500 57014');
    await sandbox.execute("alter role anon set statement_timeout = '5s'");
    try {
      assert.equal((await anonymous()).body, '"slept"');
    } finally {
      await sandbox.execute('alter role anon reset statement_timeout');
    }
  });

  it('knows who may do what', async () => {
    const as = (authorization: string | undefined, path: string): Promise<Answer> =>
      ask(sandbox.url + path, authorization === undefined ? {} : { headers: { authorization } });
    const token = (claims: Record<string, unknown>, secret = SECRET): string =>
      `Bearer ${signToken(claims, secret)}`;
    assert.equal(await refused(as(undefined, '/people')), '401 42501');
    assert.equal(await refused(as(token({ role: 'authenticated' }), '/people')), '403 42501');
    assert.equal(await refused(as(token({ role: 'superadmin' }), '/people')), '401 22023');
    assert.equal(await refused(as(token({ role: 'postgres' }), '/people')), '403 42501');
    assert.equal(await refused(as(token({ role: 'anon', exp: 1000 }), '/pairs')), '401 PGRST303');
    assert.equal(await refused(as(token({ role: 'anon' }, 'forged'), '/pairs')), '401 PGRST301');
    const expired = await as(token({ exp: 1000 }), '/pairs');
    assert.equal(
      expired.headers['www-authenticate'],
      'Bearer error="invalid_token", error_description="JWT expired"',
    );
    assert.equal((await as(token({ sub: 'x' }), '/named')).status, 200);
  });

  it('describes to each role what it may use', async () => {
    const described = async (
      headers: Record<string, string>,
    ): Promise<Record<string, Record<string, unknown>>> =>
      JSON.parse((await ask(`${sandbox.url}/`, { headers })).body) as Record<string, Record<string, unknown>>;
    const anonymous = await described({});
    assert.deepEqual(Object.keys(anonymous['definitions'] ?? {}).sort(), ['named', 'pairs']);
    const all = await described({ authorization: service });
    const people = all['definitions']?.['people'] as {
      required: string[];
      properties: Record<string, unknown>;
    };
    assert.deepEqual(people.required, ['id']);
    assert.deepEqual(people.properties['name'], {
      description: 'What they are called',
      format: 'text',
      type: 'string',
    });
    assert.deepEqual(people.properties['boss'], {
      description: "Note:\nThis is a Foreign Key to `people.id`.<fk table='people' column='id'/>",
      format: 'integer',
      type: 'integer',
    });
  });

  it('says which methods there are', async () => {
    const allowed = async (path: string): Promise<string | undefined> =>
      (await get(path, { method: 'OPTIONS' })).headers['allow'];
    assert.equal(await allowed('/people'), 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE');
    assert.equal(await allowed('/rpc/writes'), 'OPTIONS,POST');
    assert.equal(await allowed('/rpc/whoami'), 'OPTIONS,GET,HEAD,POST');
    assert.equal(await allowed('/'), 'OPTIONS,GET,HEAD');
  });

  it('lets browsers of any origin ask', async () => {
    const preflight = await ask(`${sandbox.url}/pairs`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://a',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apikey',
      },
    });
    assert.match(preflight.headers['access-control-allow-headers'] ?? '', /apikey/);
    const read = await get('/pairs', { headers: { origin: 'http://a' } });
    assert.equal(read.headers['access-control-allow-origin'], '*');
  });

  it('knows new tables after execute, and after reload', async () => {
    await sandbox.execute('create table public.later (id int); grant all on public.later to service_role');
    assert.deepEqual(await rows('/later'), []);
    await sandbox.query('alter table public.later add column more text');
    assert.equal(await refused(send('POST', '/later', { more: 'x' })), '400 PGRST204');
    await sandbox.reload();
    assert.equal((await send('POST', '/later', { more: 'x' })).status, 201);
    await sandbox.execute('drop table public.later');
  });

  it('estimates a count as PostgreSQL’s planner does', async () => {
    await sandbox.execute('analyze public.pairs');
    const planned = await get('/pairs?select=a', { headers: { prefer: 'count=planned' } });
    assert.equal(planned.headers['content-range'], '0-1/2');
  });

  it('runs requests that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => get('/people?select=id&order=id')));
    assert.deepEqual(
      new Set(answers.map(({ body }) => body.replaceAll(/\s/g, ''))),
      new Set(['[{"id":1},{"id":2},{"id":3}]']),
    );
  });
}

describe('the sandbox behaves as PostgREST', () => {
  describe('on PostgreSQL', () => {
    let server: TestPostgres;
    let database: TestDatabase;
    behaves(async () => {
      server = await startPostgres();
      database = await server.createDatabase();
      return { kind: 'postgres', connectionString: database.connectionString };
    });
    after(async () => {
      await database.drop();
      await server.stop();
    });
  });

  describe('on PGlite', () => {
    behaves(() => Promise.resolve({ kind: 'pglite' }));
  });

  it('answers 503 while its server is gone, and goes on when it is back', async function () {
    this.timeout(60_000);
    const server = await startPostgres();
    const database = await server.createDatabase();
    const sandbox = await startSandbox({
      database: { kind: 'postgres', connectionString: database.connectionString },
      gateway: false,
      setupSql: ['create table public.t (id int); grant select on public.t to anon'],
    });
    try {
      assert.equal((await ask(`${sandbox.url}/t`)).status, 200);
      const admin = new pg.Client({ connectionString: server.connectionString });
      await admin.connect();
      const name = new URL(database.connectionString).pathname.slice(1);
      await admin.query(`alter database ${name} allow_connections false`);
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      const gone = await ask(`${sandbox.url}/t`);
      assert.equal(gone.status, 503);
      assert.match((JSON.parse(gone.body) as { code: string }).code, /^PGRST00[01]$|^57P01$/);
      await admin.query(`alter database ${name} allow_connections true`);
      await admin.end();
      assert.equal((await ask(`${sandbox.url}/t`)).status, 200);
    } finally {
      await sandbox.stop();
      await database.drop();
      await server.stop();
    }
  });
});
