import { strict as assert } from 'node:assert';
import pg from 'pg';
import type { KitStatus } from '../../../src/databases/kit/kit-answers.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { KIT_VERSION } from '../../../src/databases/kit/kit-version.ts';
import { KIT_RPC, PUBLIC_FUNCTIONS } from '../../../src/databases/kit/public-functions.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { KitProject } from './kit-project.ts';
import { asked, changesSince, startKitProject } from './kit-project.ts';

const SCHEMA = `
create schema "O'ther";
create table public.notes (id int primary key, body text);
create table public.keyless (a int);
create table "O'ther"."$syncline$ '🙂' \\" (id int primary key);
create table "O'ther"."no
key; drop table public.notes; --" (a int);
create table public.parted (id int primary key) partition by range (id);
create table public.parted_1 partition of public.parted for values from (0) to (10);
create function public.syncline_of_mine() returns int language sql as 'select 1';
insert into public.notes values (1, 'one');
`;

/** Arguments for a call of each function, so that only the right to call it is in question. */
const ARGUMENTS: Readonly<Record<keyof typeof KIT_RPC, object>> = {
  catalog: { schemas: [] },
  status: {},
  position: {},
  changes: { since: 'x', tables: [] },
  rows: { table_schema: 'public', table_name: 'notes', columns: ['id'], keys: [['1']] },
  range: { table_schema: 'public', table_name: 'notes', columns: ['id'] },
  bounds: { table_schema: 'public', table_name: 'notes', buckets: 2 },
  digests: { table_schema: 'public', table_name: 'notes', columns: ['id'], bounds: [] },
  stagePush: { push_id: '00000000-0000-4000-8000-000000000000', batch_no: 0, payload: [] },
  commitPush: { push_id: '00000000-0000-4000-8000-000000000000', expected_batches: 1 },
  pushOutcome: { push_id: '00000000-0000-4000-8000-000000000000' },
  discardPush: { push_id: '00000000-0000-4000-8000-000000000000' },
  prune: { keep: '30 days' },
};

/** Everything the catalogs say about user objects, but for what an ordinary use of the database changes. */
async function inventory(project: KitProject): Promise<object> {
  const lists = {
    namespaces: 'select nspname, nspacl::text from pg_namespace',
    relations: `select n.nspname, c.relname, c.relkind, c.relacl::text, c.relreplident from pg_class c join pg_namespace n on n.oid = c.relnamespace`,
    columns: `select a.attrelid::regclass::text as relation, a.attname, a.attnum, a.attacl::text from pg_attribute a where a.attrelid >= 16384`,
    functions: `select p.oid::regprocedure::text as name, p.proacl::text, md5(p.prosrc) as source from pg_proc p where p.oid >= 16384`,
    types: `select t.oid::regtype::text as name from pg_type t where t.oid >= 16384`,
    triggers: `select tgname, tgrelid::regclass::text as relation, tgenabled from pg_trigger`,
    constraints: `select conname, conrelid::regclass::text as relation from pg_constraint where oid >= 16384`,
    comments: `select classoid::regclass::text as class, objsubid, description from pg_description where objoid >= 16384`,
    defaults: `select defaclrole, defaclnamespace, defaclobjtype, defaclacl::text from pg_default_acl`,
    settings: `select setrole, setconfig from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database())`,
    sequences: `select seqrelid::regclass::text as name from pg_sequence`,
    dependencies: `select count(*)::int as n from pg_depend where objid >= 16384`,
  };
  const found: Record<string, object[]> = {};
  for (const [name, query] of Object.entries(lists)) {
    found[name] = await project.sql(`select * from (${query}) x order by x::text collate "C"`);
  }
  return found;
}

describe('kit: installing', () => {
  let project: KitProject;
  beforeEach(async () => {
    project = await startKitProject(SCHEMA);
  });
  afterEach(() => project.stop());

  const status = (): Promise<KitStatus> => project.rpc<KitStatus>('syncline_kit');

  it('tracks every table that has a primary key, whatever its name', async () => {
    await project.install();
    const { version, tables, missing, restored } = await status();
    assert.deepEqual([version, missing, restored], [KIT_VERSION, [], false]);
    assert.deepEqual(tables, [
      { schema: "O'ther", name: "$syncline$ '🙂' \\", state: 'tracked' },
      { schema: 'public', name: 'notes', state: 'tracked' },
      { schema: 'public', name: 'parted', state: 'tracked' },
    ]);
    assert.deepEqual(await project.sql('select * from public.notes'), [{ id: 1, body: 'one' }]);
  });

  it('leaves no trace when it is taken away', async () => {
    const before = await inventory(project);
    const { down } = await project.install();
    await project.sql('insert into public.notes values (2); insert into public.parted values (1)');
    await project.rpc('syncline_stage_push', {
      push_id: '00000000-0000-4000-8000-000000000000',
      batch_no: 0,
      payload: [],
    });
    assert.notDeepEqual(await inventory(project), before);
    await project.sql(down);
    assert.deepEqual(await inventory(project), before);
    await project.sql(down);
    await project.sql('insert into public.notes values (3); insert into public.parted values (3)');
    await project.install();
    assert.deepEqual((await status()).missing, []);
  });

  it('may be executed by service_role alone', async () => {
    await project.install();
    const callers = [project.as(project.sandbox.publishableKey), project.as(project.sandbox.anonJwt)];
    for (const [what, name] of Object.entries(KIT_RPC) as [keyof typeof KIT_RPC, string][]) {
      for (const caller of callers) {
        const { error } = await caller.rpc(name as never, ARGUMENTS[what] as never);
        assert.equal(error?.code, '42501', `${name} by anon`);
      }
      const allowed = await project.sandbox.query<{ role: string; allowed: boolean }>(
        `select r as role, has_function_privilege(r, 'public.${PUBLIC_FUNCTIONS[what]}', 'execute') as allowed
         from unnest(array['anon', 'authenticated', 'service_role', 'authenticator']) r`,
      );
      assert.deepEqual(
        allowed.filter((row) => row.allowed).map(({ role }) => role),
        ['service_role'],
      );
      const definitions = await project.sql<{ config: string[]; definer: boolean }>(
        `select proconfig config, prosecdef definer from pg_proc where oid = 'public.${PUBLIC_FUNCTIONS[what]}'::regprocedure`,
      );
      assert.ok(definitions[0]?.definer && definitions[0].config.includes('search_path=""'), name);
    }
  });

  it('keeps its own tables and functions from everybody', async () => {
    await project.install();
    const [schema] = await project.sandbox.query<object>(
      `select has_schema_privilege('service_role', 'syncline', 'usage') or has_schema_privilege('anon', 'syncline', 'usage')
         or has_schema_privilege('authenticated', 'syncline', 'usage') as open`,
    );
    assert.deepEqual(schema, { open: false });
    const open = await project.sandbox.query(
      `select c.relname from pg_class c where c.relnamespace = 'syncline'::regnamespace and c.relkind in ('r', 'S')
         and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)
       union all
       select p.proname from pg_proc p where p.pronamespace = 'syncline'::regnamespace
         and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee <> p.proowner))`,
    );
    assert.deepEqual(open, []);
    const { error } = await project
      .as(project.sandbox.secretKey)
      .schema('syncline' as never)
      .from('changes')
      .select();
    assert.equal(error?.code, 'PGRST106');
  });

  it('gives service_role no right that it does not have', async () => {
    await project.sql(`create table public.payroll (id int primary key, name text, salary int);
      insert into public.payroll values (1, 'Ann', 5);
      revoke all on public.payroll from service_role; grant select (id, name) on public.payroll to service_role`);
    await project.install();
    const read = (columns: string[]): Promise<unknown> =>
      project.rpc('syncline_rows', { table_schema: 'public', table_name: 'payroll', columns, keys: [['1']] });
    assert.deepEqual(await read(['id', 'name']), [['1', 'Ann']]);
    await assert.rejects(read(['id', 'salary']), { code: '42501', message: /salary/ });
    await assert.rejects(
      project.rpc('syncline_rows', {
        table_schema: 'pg_catalog',
        table_name: 'pg_authid',
        columns: ['rolname'],
        keys: [],
      }),
      { code: '42501' },
    );
  });

  it('refuses rows that a policy would hide, instead of leaving them out', async () => {
    await project.sql('alter table public.notes enable row level security');
    await project.install();
    const read = (): Promise<unknown> =>
      project.rpc('syncline_range', { table_schema: 'public', table_name: 'notes', columns: ['id'] });
    assert.deepEqual(await read(), [['1']]);
    const admin = await project.connect('postgres');
    await admin.query('alter table public.notes force row level security; alter role kit_owner nobypassrls');
    try {
      await assert.rejects(read(), { code: '42501', message: /kit_owner/ });
    } finally {
      await admin.query('alter role kit_owner bypassrls');
    }
  });

  it('is not led astray by what callers put on the search path', async () => {
    await project.install();
    const admin = await project.connect('postgres');
    // An attacker's temporary objects and a schema in front: none may be reached from the kit.
    await admin.query(`create schema evil; grant usage on schema evil to public;
      create function evil.format(text, text) returns text language plpgsql as $$ begin raise 'led astray'; end $$;
      create function evil.format(text, text, text) returns text language plpgsql as $$ begin raise 'led astray'; end $$;
      create function evil.to_jsonb(anyelement) returns jsonb language plpgsql as $$ begin raise 'led astray'; end $$;
      create function evil.never(int, int) returns boolean language plpgsql as $$ begin raise 'led astray'; end $$;
      create operator evil.= (leftarg = int, rightarg = int, function = evil.never);
      create function evil.never(text, text) returns boolean language plpgsql as $$ begin raise 'led astray'; end $$;
      create operator evil.= (leftarg = text, rightarg = text, function = evil.never);
      create temporary table changes (x int); create temporary table pg_class (x int);
      set search_path = evil, pg_temp, pg_catalog, public;
      set role service_role`);
    const call = async (text: string, values: unknown[] = []): Promise<unknown> =>
      (await admin.query<{ a: unknown }>(`select ${text} as a`, values)).rows[0]?.a;
    const since = await call('public.syncline_position()');
    const id = '00000000-0000-4000-8000-00000000aaaa';
    await call(`public.syncline_stage_push($1, 0, $2)`, [
      id,
      JSON.stringify([
        {
          op: 'update',
          schema: 'public',
          name: 'notes',
          key: { id: '1' },
          expect: { body: 'one' },
          set: { body: 'two' },
        },
      ]),
    ]);
    const outcome = (await call('public.syncline_commit_push($1, 1)', [id])) as { state: string };
    assert.equal(outcome.state, 'committed');
    await call('public.syncline_kit()');
    const tables = JSON.stringify([asked('notes', ['id', 'body'])]);
    const answer = (await call('public.syncline_changes($1, $2)', [since, tables])) as {
      tables: { upserts: unknown }[];
    };
    assert.deepEqual(answer.tables[0]?.upserts, [['1', 'two']]);
    await call(`public.syncline_digests('public', 'notes', '{id}', '[["1"]]')`);
  });

  it('runs again over itself: positions stay good, the tables asked for are tracked, others are not', async () => {
    await project.install();
    const since = await project.rpc<string>('syncline_position');
    await project.sql(`update public.notes set body = 'between'`);
    await project.install((await project.tables()).filter(({ name }) => name.name === 'notes'));
    assert.deepEqual((await status()).tables, [{ schema: 'public', name: 'notes', state: 'tracked' }]);
    await project.sql(`insert into public.notes values (2, 'after')`);
    const answer = await changesSince(project, since, [asked('notes', ['id', 'body'])]);
    assert.deepEqual(answer.tables[0]?.upserts, [
      ['1', 'between'],
      ['2', 'after'],
    ]);
    assert.deepEqual(
      await project.sql(
        `select count(*)::int n from pg_trigger where tgname like 'syncline%' and tgrelid <> 'public.notes'::regclass`,
      ),
      [{ n: 0 }],
    );
    await project.install([]);
    assert.deepEqual((await status()).tables, []);
    assert.deepEqual(await project.sql('select public.syncline_of_mine() mine'), [{ mine: 1 }]);
  });

  it('replaces an older kit, and refuses to replace a newer one', async () => {
    // An older kit: only the catalog's function, as before version 1, and one whose signature has changed since.
    await project.sql(`create function public.syncline_catalog(schemas text[] default null) returns int language sql as 'select 1';
      create function public.syncline_rows(a int) returns int language sql as 'select 1'`);
    await project.install(undefined, 1);
    await project.install(undefined, 2);
    assert.equal((await status()).version, 2);
    assert.deepEqual(
      await project.sql(`select count(*)::int n from pg_proc where proname = 'syncline_rows'`),
      [{ n: 1 }],
    );
    await assert.rejects(project.install(undefined, 1), /newer Syncline kit \(version 2\)/);
    assert.equal((await status()).version, 2);
  });

  it('tells what is missing when it is installed in part', async () => {
    await project.install();
    await project.sql(`drop function public.${PUBLIC_FUNCTIONS.digests}; drop trigger syncline_update on public.notes;
      drop table public.parted`);
    const { missing, tables } = await status();
    assert.deepEqual(missing, [`public.${PUBLIC_FUNCTIONS.digests}`]);
    assert.deepEqual(
      tables.map(({ name, state }) => [name, state]),
      [
        ["$syncline$ '🙂' \\", 'tracked'],
        ['notes', 'untracked'],
        ['parted', 'absent'],
      ],
    );
    await project.install();
    assert.deepEqual((await status()).missing, []);
    assert.ok((await status()).tables.every(({ state }) => state === 'tracked'));
  });

  it('fails as a whole when a table is being written to for too long', async () => {
    const before = await inventory(project);
    const writer = await project.connect();
    await writer.query(`begin; insert into public.notes values (5)`);
    const tables = await project.tables();
    const { up } = kitMigration({ tables });
    await assert.rejects(
      project.sql(up.replaceAll(`lock_timeout = '5s'`, `lock_timeout = '50ms'`)),
      /lock timeout/,
    );
    await writer.query('rollback');
    assert.deepEqual(await inventory(project), before);
  });

  it('installs on a plain PostgreSQL, which has no Supabase roles', async () => {
    const server = await startPostgres();
    const database = await server.createDatabase();
    const client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    try {
      await client.query('create table public.notes (id int primary key)');
      const [notes] = (await project.tables()).filter(({ name }) => name.name === 'notes');
      // Roles belong to the server, so here they are only pretended away.
      const { up } = kitMigration({ tables: [notes!] });
      await client.query(up.replaceAll(/'(anon|authenticated|service_role)'/g, "'no_such_$1'"));
      await client.query('insert into public.notes values (1)');
      const { rows } = await client.query<{ kit: KitStatus }>('select public.syncline_kit() kit');
      assert.equal(rows[0]?.kit.changeLogRows, 1);
    } finally {
      await client.end();
      await database.drop();
      await server.stop();
    }
  });
});
