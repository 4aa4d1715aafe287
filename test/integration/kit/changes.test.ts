import { strict as assert } from 'node:assert';
import type { ChangesAnswer } from '../../../src/databases/kit/kit-answers.ts';
import type { AskedTable, KitProject } from './kit-project.ts';
import { asked, changesSince, startKitProject } from './kit-project.ts';

const SCHEMA = `
create extension citext;
create schema "Other 🙂";
create type public.mood as enum ('sad', 'ok');
create collation public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table public.notes (id bigint primary key, body text);
create table "Other 🙂"."order ""x""" ("a b" text, "quo""te" timestamptz, "select" numeric, v text, primary key ("quo""te", "a b", "select"));
create table public.amounts (n numeric primary key, v text);
create table public.words (w citext primary key, v text);
create table public.loose (w text collate public.loose primary key, v text);
create table public.kinds (
  b boolean, by bytea, iv interval, d date, m public.mood, ip inet, c char(4), f real, v text,
  primary key (b, by, iv, d, m, ip, c, f)
);
create table public.parents (id int primary key);
create table public.children (id int primary key, parent int references public.parents on delete cascade on update cascade);
create table public.parted (id int, region text, v text, primary key (region, id)) partition by list (region);
create table public.parted_a partition of public.parted for values in ('a');
create table public.parted_b partition of public.parted for values in ('b') partition by range (id);
create table public.parted_b1 partition of public.parted_b for values from (0) to (100);
grant usage on schema "Other 🙂" to service_role;
grant select on all tables in schema "Other 🙂" to service_role;
`;

const ALL: readonly AskedTable[] = [
  asked('notes', ['id', 'body']),
  asked('order "x"', ['quo"te', 'a b', 'select', 'v'], 'Other 🙂'),
  asked('amounts', ['n', 'v']),
  asked('words', ['w', 'v']),
  asked('loose', ['w', 'v']),
  asked('kinds', ['b', 'by', 'iv', 'd', 'm', 'ip', 'c', 'f', 'v']),
  asked('parents', ['id']),
  asked('children', ['id', 'parent']),
  asked('parted', ['region', 'id', 'v']),
];

describe('kit: changes', () => {
  let project: KitProject;
  let since: string;
  before(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  beforeEach(async () => {
    since = await project.rpc<string>('syncline_position');
  });
  after(() => project.stop());

  const changes = (options = {}): Promise<ChangesAnswer> => changesSince(project, since, ALL, options);

  /** What changed, by table: `[upserts, deletes]`. The answer must be whole. */
  async function changed(): Promise<Record<string, [unknown, unknown]>> {
    const answer = await changes();
    assert.deepEqual([answer.tooOld, answer.truncated, answer.untracked], [false, [], []]);
    assert.ok(answer.complete && answer.consistent);
    since = answer.position;
    return Object.fromEntries(answer.tables.map(({ name, upserts, deletes }) => [name, [upserts, deletes]]));
  }

  it('is empty when nothing changed', async () => {
    assert.deepEqual(await changed(), {});
    await project.sql('update public.notes set body = body where false');
    assert.deepEqual(await changed(), {});
  });

  it('gives rows as they are now, once each, in key order, and the keys that are gone as they went', async () => {
    await project.sql(`insert into public.notes values (10, 'x'), (9, null), (9007199254740993, '')`);
    await project.sql(`update public.notes set body = 'y' where id = 10`);
    await project.sql(
      `insert into public.notes values (11, 'gone at once'); delete from public.notes where id = 11`,
    );
    assert.deepEqual(await changed(), {
      notes: [
        [
          ['9', null],
          ['10', 'y'],
          ['9007199254740993', ''],
        ],
        [['11']],
      ],
    });
    await project.sql(`update public.notes set id = 5 where id = 9; delete from public.notes where id = 10`);
    assert.deepEqual(await changed(), { notes: [[['5', null]], [['9'], ['10']]] });
  });

  it('knows every kind of key as its text', async () => {
    await project.sql(`set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601';
      set bytea_output = 'escape'; set extra_float_digits = 0;
      insert into "Other 🙂"."order ""x""" values ('a,"b"\\', '2024-01-01 00:00:00.123456Z', 1.50, 'v'), ('', '-infinity', 'NaN', null);
      insert into public.kinds values (true, '\\x00ff', '1 mon -3 days', '0044-03-15 BC', 'ok', '10.0.0.1', 'ab', 0.1, 'v');
      reset all`);
    assert.deepEqual(await changed(), {
      'order "x"': [
        [
          ['-infinity', '', 'NaN', null],
          ['2024-01-01 00:00:00.123456+00', 'a,"b"\\', '1.50', 'v'],
        ],
        [],
      ],
      kinds: [[['t', '\\x00ff', '1 mon -3 days', '0044-03-15 BC', 'ok', '10.0.0.1', 'ab  ', '0.1', 'v']], []],
    });
    await project.sql(`set datestyle = 'German'; set timezone = 'America/New_York';
      delete from "Other 🙂"."order ""x"""; delete from public.kinds; reset all`);
    assert.deepEqual(await changed(), {
      'order "x"': [
        [],
        [
          ['2024-01-01 00:00:00.123456+00', 'a,"b"\\', '1.50'],
          ['-infinity', '', 'NaN'],
        ],
      ],
      kinds: [[], [['t', '\\x00ff', '1 mon -3 days', '0044-03-15 BC', 'ok', '10.0.0.1', 'ab  ', '0.1']]],
    });
  });

  it('sees a key that became another text of the same value', async () => {
    await project.sql(`insert into public.amounts values (1.0, 'a'); insert into public.words values ('Word', 'a');
      insert into public.loose values ('Case', 'a')`);
    await changed();
    await project.sql(
      `update public.amounts set n = 1.00; update public.words set w = 'word'; update public.loose set w = 'CASE'`,
    );
    assert.deepEqual(await changed(), {
      amounts: [[['1.00', 'a']], [['1.0']]],
      words: [[['word', 'a']], [['Word']]],
      loose: [[['CASE', 'a']], [['Case']]],
    });
  });

  it('sees what foreign keys cascade', async () => {
    await project.sql(`insert into public.parents values (1), (2), (3);
      insert into public.children values (10, 1), (11, 1), (20, 2), (30, 3)`);
    await changed();
    await project.sql('delete from public.parents where id = 1');
    await project.sql('delete from public.parents where id = 3');
    await project.sql('update public.parents set id = 5 where id = 2');
    assert.deepEqual(await changed(), {
      parents: [[['5']], [['1'], ['3'], ['2']]],
      children: [[['20', '5']], [['10'], ['11'], ['30']]],
    });
  });

  it('sees upserts, MERGE and COPY', async () => {
    await project.sql(`insert into public.notes values (100, 'new'), (9007199254740993, 'old')
      on conflict (id) do update set body = excluded.body`);
    await project.sql(`merge into public.notes n using (values (100, null), (101, 'merged')) as s (id, body) on n.id = s.id
      when matched then delete when not matched then insert values (s.id, s.body)`);
    assert.deepEqual(await changed(), {
      notes: [
        [
          ['101', 'merged'],
          ['9007199254740993', 'old'],
        ],
        [['100']],
      ],
    });
  });

  it('sees writes to a partitioned table, to its partitions by name, to new ones, and between them', async () => {
    await project.sql(`insert into public.parted values (1, 'a', 'x'), (2, 'b', 'y')`);
    await project.sql(
      `insert into public.parted_b1 values (3, 'b', 'by name'); update public.parted_a set v = 'z'`,
    );
    assert.deepEqual(await changed(), {
      parted: [
        [
          ['a', '1', 'z'],
          ['b', '2', 'y'],
          ['b', '3', 'by name'],
        ],
        [],
      ],
    });
    await project.sql(`update public.parted set region = 'b' where region = 'a'`);
    assert.deepEqual(await changed(), { parted: [[['b', '1', 'z']], [['a', '1']]] });

    await project.sql(`create table public.parted_c partition of public.parted for values in ('c')`);
    assert.deepEqual((await changes()).untracked, [{ schema: 'public', name: 'parted', cause: 'altered' }]);
    since = await project.rpc<string>('syncline_position');
    await project.sql(`insert into public.parted_c values (7, 'c', 'later')`);
    assert.deepEqual(await changed(), { parted: [[['c', '7', 'later']], []] });
  });

  it('notices partitions that are truncated by name, detached or dropped', async () => {
    const fault = [{ schema: 'public', name: 'parted', cause: 'altered' }];
    await project.sql('truncate public.parted_b1');
    assert.deepEqual((await changes()).untracked, fault);
    since = await project.rpc<string>('syncline_position');
    assert.deepEqual((await changes()).untracked, []);
    await project.sql('alter table public.parted detach partition public.parted_c');
    assert.deepEqual((await changes()).untracked, fault);
    since = await project.rpc<string>('syncline_position');
    await project.sql('drop table public.parted_a');
    assert.deepEqual((await changes()).untracked, fault);
  });

  it('says which tables were truncated, and of the others what changed', async () => {
    await project.sql(
      `insert into public.notes values (500, 'x'); insert into public.children values (40, null)`,
    );
    await project.sql('truncate public.notes');
    await project.sql(`insert into public.notes values (501, 'after')`);
    const answer = await changes();
    assert.deepEqual(answer.truncated, [{ schema: 'public', name: 'notes' }]);
    assert.deepEqual(
      answer.tables.map(({ name, upserts }) => [name, upserts]),
      [['children', [['40', null]]]],
    );
    since = answer.position;
    assert.deepEqual(await changed(), {});
  });

  it('gives a large window in pages that miss nothing and repeat little', async () => {
    await project.sql(`insert into public.notes select i, 'row ' || i from generate_series(1000, 1999) i`);
    await project.sql(`update public.notes set body = 'hot' where id = 1500`);
    await project.sql(`delete from public.notes where id between 1900 and 1999`);
    const rows = new Map<string, unknown>();
    const gone = new Set<string>();
    let pages = 0;
    for (let page: string | null = null; ; pages += 1) {
      const answer: ChangesAnswer = await changes({ max_rows: 300, page });
      assert.equal(answer.consistent, false);
      for (const { upserts, deletes } of answer.tables) {
        assert.ok(upserts.length + deletes.length <= 300);
        for (const [id, body] of upserts) rows.set(id!, body);
        for (const [id] of deletes) gone.add(id!);
      }
      if (pages === 0) await project.sql(`update public.notes set body = 'late' where id = 1000`);
      page = answer.next;
      if (answer.complete) {
        since = answer.position;
        break;
      }
    }
    assert.equal(pages, 3);
    assert.equal(rows.size, 900);
    assert.equal(gone.size, 100);
    assert.equal(rows.get('1500'), 'hot');
    assert.deepEqual(await changed(), { notes: [[['1000', 'late']], []] });
    assert.equal(since.includes('@'), true);
  });

  it('repeats a row that changes again and again only as often as there are pages', async () => {
    for (let i = 0; i < 45; i += 1)
      await project.sql(`update public.notes set body = '${i}' where id = 1001`);
    const answer = await changes({ max_rows: 2 });
    assert.equal(answer.complete, false, 'twenty entries a page');
    assert.deepEqual(answer.tables[0]?.upserts, [['1001', '44']]);
    assert.ok((await changes({ max_rows: 5 })).consistent);
  });

  it('refuses what it cannot read', async () => {
    const attempt = (tables: readonly AskedTable[], from = since): Promise<ChangesAnswer> =>
      changesSince(project, from, tables);
    await assert.rejects(attempt([asked('nope', ['id'])]), { code: '42P01' });
    await assert.rejects(attempt([asked('notes', ['nope'])]), { code: '42703' });
    await assert.rejects(attempt([asked('notes', [])]), { code: '22023' });
    await assert.rejects(attempt([asked('changes', ['seq'], 'syncline')]), { code: '42501' });
    await assert.rejects(attempt([asked('notes', ['id'])], 'nonsense'), { code: '22P02' });
    await assert.rejects(changes({ max_rows: 0 }), { code: '22023' });
  });
});
