import assert from 'node:assert/strict';
import type { ChangeBatch } from '../../../src/core/changes-port.ts';
import {
  all,
  follower,
  logOf,
  signal,
  sorted,
  type Follower,
  type TrackedDatabase,
} from './tracked-database.ts';

/** `consistent` as of the adapter's snapshots. */
export function changeLogCases(database: TrackedDatabase, consistent: boolean): void {
  const follow = (
    one: Follower,
    onBatch?: (batch: ChangeBatch) => Promise<void> | void,
  ): Promise<ChangeBatch[]> => database.reading((snapshot) => one.follow(logOf(snapshot), onBatch));
  const kinds = (batches: readonly ChangeBatch[]): string[] => batches.map(({ kind }) => kind);
  const odd = 'pairs "🙂", (a.b)';
  const oddSql = `public."pairs ""🙂"", (a.b)"`;

  it('is empty when nothing changed, and names a position each time', async () => {
    const one = await follower(database, database.table('notes'));
    const before = one.position;
    assert.deepEqual(kinds(await follow(one)), ['end']);
    assert.notEqual(one.position, '');
    one.position = before;
    assert.deepEqual(kinds(await follow(one)), ['end']);
  });

  it('follows inserts, updates, deletes and changed keys, in tables of any name and key', async () => {
    const tables = ['notes', odd, 'flagged', 'amounts'].map((key) => database.table(key));
    await database.sql(`truncate public.notes, ${oddSql}, public.flagged, public.amounts`);
    const one = await follower(database, ...tables);
    const steps = [
      `insert into public.notes values (1, null), (2, ''), (9007199254740993, 'big');
       insert into ${oddSql} values ('a,"b"\\', 1.50, 'x'), ('', 'NaN', null), ('(x)', -1, '');
       insert into public.flagged values (true, 'ab', '10.0.0.1', 'v'), (false, '', '::1/64', null);
       insert into public.amounts values (1.0, 'a')`,
      `update public.notes set body = 'late' where id = 1; delete from public.notes where id = 2;
       update ${oddSql} set "two.(2)" = 1.5 where "two.(2)" = 1.50; update ${oddSql} set "key, ""one""" = '🙂' where "two.(2)" = -1;
       update public.flagged set v = null; update public.amounts set n = 1.00`,
      `update public.notes set id = id + 1 where id < 100; delete from ${oddSql} where "key, ""one""" = '';
       delete from public.flagged where b; delete from public.amounts; insert into public.amounts values (1, 'b')`,
    ];
    for (const step of steps) {
      await database.sql(step);
      await follow(one);
      for (const table of tables)
        assert.deepEqual(sorted(one.rows(table)), sorted(await database.rows(table)));
    }
  });

  it('gives every type of value as a whole reading does', async () => {
    const keys = [
      'every_type',
      'kinds',
      'order',
      'exotic',
      'flags',
      'texts',
      'composite',
      'parents',
      'children',
    ];
    const tables = keys.map((key) => database.table(key));
    const one = await follower(database, ...tables);
    for (const key of keys) {
      const table = database.table(key);
      const column = table.columns.find(({ name }) => !table.primaryKey?.columns.includes(name))?.name ?? '';
      const quoted = `"${column.replaceAll('"', '""')}"`;
      await database.sql(`update public."${key}" set ${quoted} = ${quoted}`);
    }
    const upserts = new Map<string, unknown[]>();
    await follow(one, (batch) => {
      if (batch.kind !== 'rows') return;
      assert.deepEqual(batch.deletes, []);
      assert.ok(batch.bytes > 0 || batch.upserts.length === 0);
      upserts.set(batch.table, [...(upserts.get(batch.table) ?? []), ...batch.upserts]);
    });
    for (const table of tables) {
      const rows = await database.rows(table);
      assert.ok(rows.length > 0);
      assert.deepEqual(sorted(upserts.get(table.name.name) as string[][]), sorted(rows), table.name.name);
    }
  });

  it('sees a transaction that commits after a later one was seen', async () => {
    const table = database.table('notes');
    const one = await follower(database, table);
    const slow = await database.connect();
    await slow.query(`begin; insert into public.notes values (501, 'slow')`);
    await database.sql(`insert into public.notes values (502, 'quick')`);
    await follow(one);
    assert.ok(one.rows(table).some(([id]) => id === '502') && !one.rows(table).some(([id]) => id === '501'));
    await slow.query('commit');
    await follow(one);
    assert.deepEqual(sorted(one.rows(table)), sorted(await database.rows(table)));
    await slow.query(`begin; insert into public.notes values (503, 'undone'); savepoint s;
      insert into public.notes values (504, 'undone too'); rollback to savepoint s; rollback`);
    assert.deepEqual(kinds(await follow(one)), ['end']);
  });

  it('gives a large window in pages', async () => {
    const table = database.table('notes');
    const one = await follower(database, table);
    await database.sql(`insert into public.notes select i, repeat('x', 10) from generate_series(10001, 14500) i;
      delete from public.notes where id between 10500 and 10999`);
    const batches = await follow(one);
    assert.ok(batches.length > 3, `${batches.length} batches`);
    assert.deepEqual(sorted(one.rows(table)), sorted(await database.rows(table)));
  });

  it('misses nothing that is written while its pages are read', async () => {
    const table = database.table('notes');
    const one = await follower(database, table);
    await database.sql(`insert into public.notes select i, '' from generate_series(20001, 24000) i`);
    const writer = await database.connect();
    let [writing, writes] = [true, 0];
    const busy = (async () => {
      while (writing) {
        writes += 1;
        await writer.query(`update public.notes set body = $1 where id = 20001 + ($2::int * 37) % 4000`, [
          `write ${writes}`,
          writes,
        ]);
        await writer.query(`delete from public.notes where id = 20001 + ($1::int * 41) % 4000`, [writes]);
        await writer.query(`insert into public.notes values ($1, 'new')`, [30_000 + writes]);
      }
    })();
    const batches = await follow(one);
    await follow(one);
    writing = false;
    await busy;
    assert.equal(batches.at(-1)?.kind, 'end');
    assert.ok(writes > 0);
    await follow(one);
    assert.deepEqual(sorted(one.rows(table)), sorted(await database.rows(table)), `${writes} writes`);
  });

  it('says that a table was truncated, and goes on with the others', async () => {
    const [notes, amounts] = [database.table('notes'), database.table('amounts')];
    const one = await follower(database, notes, amounts);
    await database.sql(
      `insert into public.amounts values (77, 'x'); truncate public.notes; insert into public.notes values (1, 'x')`,
    );
    const batches = await follow(one);
    assert.deepEqual(batches[0], { kind: 'unanswered', table: 'notes', cause: 'truncated' });
    assert.ok(!batches.some((batch) => batch.kind === 'rows' && batch.table === 'notes'));
    assert.deepEqual(sorted(one.rows(amounts)), sorted(await database.rows(amounts)));
    await database.sql(`insert into public.notes values (2, 'y')`);
    const [next] = await follow(one);
    assert.deepEqual(next?.kind === 'rows' && next.upserts, [['2', 'y']]);
  });

  it('says which tables it cannot answer for, and why', async () => {
    const tables = ['untracked', 'nokey', 'notes'].map((key) => database.table(key));
    const since = await database.reading((snapshot) => logOf(snapshot).position(signal));
    await database.sql(
      'alter table public.notes add column extra int; alter table public.notes drop column extra',
    );
    const batches: ChangeBatch[] = [];
    await database.reading(async (snapshot) => {
      for await (const batch of logOf(snapshot).changes({ since, tables: all(...tables), signal }))
        batches.push(batch);
    });
    const causes = batches.flatMap((batch) =>
      batch.kind === 'unanswered' ? [[batch.table, batch.cause]] : [],
    );
    assert.deepEqual(causes.sort(), [
      ['nokey', 'no-primary-key'],
      ['notes', 'altered'],
      ['untracked', 'untracked'],
    ]);
    assert.equal(batches.at(-1)?.kind, 'end');
  });

  it('says that a position is too old, or of another database', async () => {
    const table = database.table('notes');
    const one = await follower(database, table);
    await database.sql(`insert into public.notes values (90001, 'x')`);
    await database.sql(`select public.syncline_prune('0 seconds')`);
    assert.deepEqual(await follow(one), [{ kind: 'too-old', reason: 'pruned' }]);
    one.position = one.position.replace(/@\d+/, '@123');
    assert.deepEqual(await follow(one), [{ kind: 'too-old', reason: 'moved' }]);
  });

  it('is of the instant of a snapshot, where there is one', async () => {
    const table = database.table('notes');
    const one = await follower(database, table);
    await database.sql(`insert into public.notes values (70001, 'before')`);
    await database.reading(async (snapshot) => {
      const position = await logOf(snapshot).position(signal);
      await database.sql(`insert into public.notes values (70002, 'after')`);
      await one.follow(logOf(snapshot));
      assert.equal(
        one.rows(table).some(([id]) => id === '70002'),
        !consistent,
      );
      if (consistent) assert.equal(one.position, position);
    });
    await follow(one);
    assert.deepEqual(sorted(one.rows(table)), sorted(await database.rows(table)));
  });

  it('ends with CANCELLED, and goes on', async () => {
    const table = database.table('notes');
    await database.reading(async (snapshot) => {
      const since = await logOf(snapshot).position(signal);
      const cancelled = async (): Promise<void> => {
        const request = { since, tables: all(table), signal: AbortSignal.abort() };
        for await (const batch of logOf(snapshot).changes(request)) assert.fail(batch.kind);
      };
      await assert.rejects(cancelled(), { code: 'CANCELLED' });
      assert.equal(typeof (await logOf(snapshot).position(signal)), 'string');
    });
  });
}
