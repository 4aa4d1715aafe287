import { strict as assert } from 'node:assert';
import type { ChangesAnswer, KitStatus } from '../../../src/databases/kit/kit-answers.ts';
import type { KitProject } from './kit-project.ts';
import { asked, changesSince, startKitProject } from './kit-project.ts';

const SCHEMA = `
create table public.notes (id int primary key, body text);
create table public.other (id int primary key);
create table public.pairs (a int, b int, v text, primary key (a, b));
insert into public.notes values (1, 'one');
`;

describe('kit: what the log can answer for', () => {
  let project: KitProject;
  let since: string;
  beforeEach(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
    since = await project.rpc<string>('syncline_position');
  });
  afterEach(() => project.stop());

  const status = (): Promise<KitStatus> => project.rpc<KitStatus>('syncline_kit');
  const changes = (name = 'notes', columns = ['id']): Promise<ChangesAnswer> =>
    changesSince(project, since, [asked(name, columns)]);
  const faultOf = async (name = 'notes', columns?: string[]): Promise<string | undefined> =>
    (await changes(name, columns)).untracked[0]?.cause;
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await status()).tables.find((table) => table.name === name)?.state;
  const next = async (): Promise<void> => void (since = await project.rpc<string>('syncline_position'));

  it('starts with a table, not before', async () => {
    await project.sql('create table public.late (id int primary key)');
    const tables = await project.tables();
    assert.equal(await faultOf('late'), 'untracked');
    await project.install(tables);
    assert.equal(await faultOf('late'), 'altered', 'tracked since, but not since the position');
    assert.equal(await faultOf('notes'), undefined, 'the others go on');
    await next();
    await project.sql('insert into public.late values (1)');
    assert.deepEqual((await changes('late')).tables[0]?.upserts, [['1']]);
  });

  it('counts a transaction that wrote before its table was tracked, and commits after', async () => {
    await project.sql('create table public.late (id int primary key)');
    await next();
    const writer = await project.connect();
    await writer.query('begin; insert into public.late values (1)');
    const install = project.install();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const meanwhile = await project.rpc<string>('syncline_position');
    await writer.query('commit');
    await install;
    assert.equal(await faultOf('late'), 'altered');
    since = meanwhile;
    assert.equal(await faultOf('late'), 'altered');
    await next();
    assert.equal(await faultOf('late'), undefined);
  });

  it('notices triggers that were off for a while', async () => {
    await project.sql('alter table public.notes disable trigger all');
    await project.sql(`update public.notes set body = 'unseen'`);
    assert.equal(await faultOf(), 'untracked');
    assert.equal(await stateOf('notes'), 'untracked');
    await project.sql('alter table public.notes enable always trigger all').catch(async () => {
      for (const trigger of ['insert', 'update', 'delete', 'truncate'])
        await project.sql(`alter table public.notes enable always trigger syncline_${trigger}`);
    });
    assert.equal(await stateOf('notes'), 'tracked');
    assert.equal(await faultOf(), 'altered');
    await next();
    assert.equal(await faultOf(), undefined);
  });

  it('still notices when the catalog was frozen and rewritten since', async () => {
    await project.sql('alter table public.notes disable trigger syncline_update');
    await project.sql(`update public.notes set body = 'unseen'`);
    await project.sql('alter table public.notes enable always trigger syncline_update');
    const admin = await project.connect('postgres');
    await admin.query('vacuum freeze pg_trigger');
    await admin.query('vacuum full pg_trigger');
    assert.equal(await faultOf(), 'altered');
  });

  it('sees writes that switch ordinary triggers off', async () => {
    const admin = await project.connect('postgres');
    await admin.query(`set session_replication_role = replica; insert into public.notes values (2, 'two')`);
    assert.deepEqual((await changes()).tables[0]?.upserts, [['2']]);
  });

  it('notices rows rewritten without a write', async () => {
    await project.sql(`alter table public.notes alter column body type text using upper(body)`);
    assert.equal(await faultOf(), 'altered');
    await next();
    await project.sql('vacuum full public.notes');
    assert.equal(await faultOf(), undefined, 'the same rows elsewhere');
    await project.sql(`alter table public.notes add column extra text default 'x'`);
    assert.equal(await faultOf(), 'altered');
  });

  it('follows a table that is renamed', async () => {
    await project.sql(`update public.notes set body = 'before'`);
    await project.sql('alter table public.notes rename to remarks');
    await project.sql(`insert into public.remarks values (3, 'after')`);
    assert.deepEqual((await changes('remarks')).tables[0]?.upserts, [['1'], ['3']]);
    assert.equal(await stateOf('remarks'), 'tracked');
    assert.equal(await stateOf('notes'), 'absent');
  });

  it('never makes a write fail when the key is renamed, replaced or dropped', async () => {
    await project.sql(`alter table public.notes rename column id to key`);
    await project.sql(`insert into public.notes values (4, 'four'); delete from public.notes where key = 1`);
    assert.equal(await faultOf('notes', ['key']), 'untracked');
    await project.sql(
      'alter table public.notes drop constraint notes_pkey; insert into public.notes values (5)',
    );
    assert.equal(await stateOf('notes'), 'no-primary-key');
    await project.sql('alter table public.notes add primary key (key, body)').catch(() => undefined);
    await project.sql(
      `update public.notes set body = '' where body is null; alter table public.notes add primary key (key, body)`,
    );
    assert.equal(await stateOf('notes'), 'untracked');
    await project.install();
    await next();
    await project.sql(`update public.notes set body = 'x' where key = 5`);
    assert.deepEqual((await changes('notes', ['key', 'body'])).tables[0], {
      schema: 'public',
      name: 'notes',
      upserts: [['5', 'x']],
      upsertPushes: [null],
      deletes: [['5', '']],
      deletePushes: [null],
    });
  });

  it('does not trust tables that change without triggers', async () => {
    await project.sql('alter table public.notes set unlogged');
    assert.equal(await stateOf('notes'), 'unlogged');
    await project.sql('create table public.child () inherits (public.other)');
    assert.equal(await stateOf('other'), 'inherited');
  });

  it('says when a position is older than the log', async () => {
    await project.sql(`update public.notes set body = 'a'`);
    const middle = await project.rpc<string>('syncline_position');
    await project.sql(`update public.notes set body = 'b'`);
    const pruned = await project.rpc<{ deletedChanges: number }>('syncline_prune', { keep: '1 hour' });
    assert.equal(pruned.deletedChanges, 0);
    assert.equal((await changes()).tooOld, false);

    await project.sql(`update syncline.changes set changed_at = changed_at - interval '2 hours'
      where xid = (select min(xid) from syncline.changes)`);
    assert.equal(
      (await project.rpc<{ deletedChanges: number }>('syncline_prune', { keep: '1 hour' })).deletedChanges,
      1,
    );
    const old = await changes();
    assert.deepEqual([old.tooOld, old.reason, old.tables], [true, 'pruned', []]);
    since = middle;
    assert.equal((await changes()).tooOld, false);
    assert.deepEqual((await changes()).tables[0]?.upserts, [['1']]);

    await project.rpc('syncline_prune', { keep: '0' });
    assert.equal((await changes()).tooOld, true);
    since = old.position;
    assert.equal((await changes()).tooOld, false, 'nothing after it was pruned');
    assert.equal((await status()).changeLogRows, 0);
  });

  it('prunes nothing that a running transaction might still add to', async () => {
    const writer = await project.connect();
    await writer.query(`begin; insert into public.notes values (8, 'open')`);
    await project.sql(`insert into public.notes values (9, 'closed')`);
    const during = await project.rpc<string>('syncline_position');
    await project.rpc('syncline_prune', { keep: '0' });
    since = during;
    assert.equal((await changes()).tooOld, false);
    await writer.query('commit');
    assert.deepEqual((await changes()).tables[0]?.upserts, [['8']]);
  });

  it('refuses a position from before a crash, which is told by the statistics it resets', async () => {
    const admin = await project.connect('postgres');
    await admin.query(`select pg_stat_reset_shared('bgwriter')`);
    assert.deepEqual([(await changes()).tooOld, (await changes()).reason], [true, 'moved']);
    await next();
    assert.equal((await changes()).tooOld, false);
  });

  it('refuses the position of another database, or of a restored one', async () => {
    const other = await startKitProject(SCHEMA);
    try {
      await other.install();
      since = await other.rpc<string>('syncline_position');
    } finally {
      await other.stop();
    }
    assert.deepEqual([(await changes()).tooOld, (await changes()).reason], [true, 'moved']);
    await next();
    const [snapshot, place] = since.split('@') as [string, string];
    const [system, oid, , crash] = place.split('.');
    since = `${snapshot}@${system}.${oid}.00000009.${crash}`;
    assert.equal((await changes()).reason, 'moved', 'another timeline');
    since = `900000:900000:@${place}`;
    assert.equal((await changes()).reason, 'moved', 'the future');

    await next();
    await project.sql(`update syncline.meta set origin = 'where it was dumped'`);
    assert.equal((await changes()).reason, 'moved', 'the log is of another database');
    assert.equal((await status()).restored, true);
    await project.rpc('syncline_prune', { keep: '30 days' });
    assert.equal((await status()).restored, false);
    assert.equal((await changes()).tooOld, true);
    await next();
    assert.equal((await changes()).tooOld, false);
  });
});
