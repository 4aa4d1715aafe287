import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import type { PushOutcome } from '../../../src/databases/kit/kit-answers.ts';
import type { KitProject } from './kit-project.ts';
import { operation, push, pushId, startKitProject } from './kit-project.ts';

const SCHEMA = `
create table public.counters (id int primary key, n int not null);
insert into public.counters values (1, 0), (2, 0);
create table public.applied (id bigint generated always as identity primary key);
create function public.count_it() returns trigger language plpgsql as $$
begin
  insert into public.applied default values;
  return new;
end $$;
create trigger count_it before update on public.counters for each row execute function public.count_it();
`;

describe('kit: push exactly once', () => {
  let project: KitProject;
  beforeEach(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  afterEach(() => project.stop());

  const increment = operation('update', 'counters', { key: { id: '1' }, set: { n: '1' } });
  const other = operation('update', 'counters', { key: { id: '2' }, set: { n: '2' } });
  const commit = (id: string, batches = 1): Promise<PushOutcome> =>
    project.rpc('syncline_commit_push', { push_id: id, expected_batches: batches });
  const outcomeOf = (id: string): Promise<PushOutcome | null> =>
    project.rpc('syncline_push_outcome', { push_id: id });
  const stage = (id: string): Promise<PushOutcome> =>
    project.rpc('syncline_stage_push', { push_id: id, batch_no: 0, payload: [increment] });
  const discard = (id: string): Promise<PushOutcome> => project.rpc('syncline_discard_push', { push_id: id });
  async function timesApplied(): Promise<number> {
    const [row] = await project.sql<{ n: string }>('select count(*) n from public.applied');
    return Number(row?.n);
  }
  /** Holds a row so that a push has to wait for it; answers with what lets it go. */
  async function hold(id: number): Promise<() => Promise<unknown>> {
    const session = await project.connect();
    await session.query(`begin; select from public.counters where id = ${id} for update`);
    return () => session.query('rollback');
  }
  async function untilWaiting(sessions: number): Promise<void> {
    for (;;) {
      const [row] = await project.sandbox.query<{ n: string }>(
        `select count(*) n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (Number(row?.n) >= sessions) return;
      await pause(10);
    }
  }

  it('answers a repeated commit with the same outcome', async () => {
    const id = pushId();
    const first = await push(project, [[increment]], {}, id);
    assert.equal(first.state, 'committed');
    assert.deepEqual(await commit(id), first);
    assert.deepEqual(await outcomeOf(id), first);
    assert.deepEqual(await stage(id), first, 'a batch that comes late changes nothing');
    assert.deepEqual(await commit(id), first);
    assert.deepEqual(await discard(id), first);
    assert.equal(await timesApplied(), 1);
    assert.deepEqual(await project.sql('select from syncline.push_batches'), [], 'values are not kept');
  });

  it('applies one of two commits that run at once, and tells both', async () => {
    const id = pushId();
    await stage(id);
    const release = await hold(1);
    const both = [commit(id), commit(id)];
    await untilWaiting(2);
    assert.deepEqual(await outcomeOf(id), { state: 'committing', pushId: id, batches: 1 });
    await release();
    const [a, b] = await Promise.all(both);
    assert.equal(a?.state, 'committed');
    assert.deepEqual(b, a);
    assert.equal(await timesApplied(), 1);
  });

  it('finds the outcome when the answer was lost, and when the request was', async () => {
    const id = pushId();
    await stage(id);
    project.sandbox.faults.refuse({ path: '/rpc/syncline_commit_push' });
    await assert.rejects(commit(id));
    assert.equal((await outcomeOf(id))?.state, 'staged');
    project.sandbox.faults.cut({ path: '/rpc/syncline_commit_push' });
    await assert.rejects(commit(id));
    assert.equal((await outcomeOf(id))?.state, 'committed');
    assert.equal((await commit(id)).state, 'committed');
    assert.equal(await timesApplied(), 1);
  });

  it('stays refused, even when it would be accepted by now', async () => {
    const id = pushId();
    const outcome = await push(project, [[{ ...increment, expect: { n: '7' } }]], {}, id);
    assert.equal(outcome.state, 'refused');
    await project.sql(
      'alter table public.counters disable trigger count_it; update public.counters set n = 7',
    );
    assert.deepEqual(await commit(id), outcome);
    assert.deepEqual(await outcomeOf(id), outcome);
    assert.deepEqual(await project.sql('select distinct n from public.counters'), [{ n: 7 }]);
  });

  it('never applies what was discarded, however late the requests come', async () => {
    const staged = pushId();
    await stage(staged);
    assert.deepEqual(await discard(staged), { state: 'discarded', pushId: staged });
    assert.deepEqual(await commit(staged), { state: 'discarded', pushId: staged });

    const neverSeen = pushId();
    await discard(neverSeen);
    assert.equal((await stage(neverSeen)).state, 'discarded');
    assert.equal((await commit(neverSeen)).state, 'discarded');
    assert.equal(await timesApplied(), 0);
  });

  it('waits, when discarding, for a commit that runs, and tells its outcome', async () => {
    const id = pushId();
    await stage(id);
    const release = await hold(1);
    const committing = commit(id);
    await untilWaiting(1);
    const discarding = discard(id);
    await untilWaiting(2);
    await release();
    assert.equal((await committing).state, 'committed');
    assert.equal((await discarding).state, 'committed');
  });

  it('does not commit what was not staged whole', async () => {
    const id = pushId();
    assert.deepEqual(await commit(id), { state: 'unknown', pushId: id });
    assert.equal(await outcomeOf(id), null);
    await project.rpc('syncline_stage_push', { push_id: id, batch_no: 1, payload: [increment] });
    assert.deepEqual(await commit(id, 2), { state: 'incomplete', pushId: id, batches: 1 });
    assert.deepEqual(await commit(id, 1), { state: 'incomplete', pushId: id, batches: 1 });
    await project.rpc('syncline_stage_push', { push_id: id, batch_no: 0, payload: [other] });
    await project.rpc('syncline_stage_push', { push_id: id, batch_no: 0, payload: [other] });
    const outcome = await commit(id, 2);
    assert.equal(outcome.state, 'committed');
    assert.equal(outcome.counts.update, 2);
  });

  it('tells a serialization failure instead of raising it, and stays staged', async () => {
    await project.sql(`create function public.fail() returns trigger language plpgsql as $$
      begin raise exception 'again' using errcode = '40001'; end $$;
      create trigger fail before update on public.counters for each row execute function public.fail();`);
    const id = pushId();
    assert.deepEqual(await push(project, [[increment]], {}, id), {
      state: 'retry',
      pushId: id,
      cause: '40001',
    });
    assert.equal((await outcomeOf(id))?.state, 'staged');
    await project.sql('drop trigger fail on public.counters');
    assert.equal((await commit(id)).state, 'committed');
    assert.equal(await timesApplied(), 1);
  });

  it('tells a real serialization failure, under REPEATABLE READ', async () => {
    const id = pushId();
    await stage(id);
    const session = await project.connect();
    await session.query('begin isolation level repeatable read; select 1 from public.counters');
    await project.sql('update public.counters set n = 5 where id = 1');
    const { rows } = await session.query<{ outcome: PushOutcome }>(
      'select public.syncline_commit_push($1, 1) outcome',
      [id],
    );
    await session.query('commit');
    assert.deepEqual(rows[0]?.outcome, { state: 'retry', pushId: id, cause: '40001' });
    assert.equal((await commit(id)).state, 'committed');
  });

  it('tells a deadlock instead of raising it', async () => {
    const id = pushId();
    await project.rpc('syncline_stage_push', {
      push_id: id,
      batch_no: 0,
      payload: [increment, { ...other, expect: { n: '0' } }],
    });
    const session = await project.connect('postgres');
    await session.query(
      `set deadlock_timeout = '60s'; begin; select from public.counters where id = 2 for update`,
    );
    const committing = commit(id);
    await untilWaiting(1);
    const crossing = session.query('select from public.counters where id = 1 for update');
    assert.deepEqual(await committing, { state: 'retry', pushId: id, cause: '40P01' });
    await crossing;
    await session.query('rollback');
    assert.equal((await commit(id)).state, 'committed');
  });

  it('gives up waiting for a row that somebody holds, and stays staged', async () => {
    await project.sql(
      `alter function public.syncline_commit_push(uuid, int, jsonb) set lock_timeout = '100ms'`,
    );
    const id = pushId();
    const release = await hold(1);
    assert.deepEqual(await push(project, [[increment]], {}, id), {
      state: 'retry',
      pushId: id,
      cause: '55P03',
    });
    await release();
    assert.equal((await commit(id)).state, 'committed');
    assert.equal(await timesApplied(), 1);
  });
});
