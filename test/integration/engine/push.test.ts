import assert from 'node:assert/strict';
import pg from 'pg';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import { push, type PushOptions } from '../../../src/engine/push.ts';
import type { PushReport } from '../../../src/engine/push-report.ts';
import { expectError } from '../../support/expect-error.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const SCHEMA = `
  create table sections (id int primary key, name text not null);
  create table members (
    id bigint generated always as identity primary key,
    email text not null unique,
    points int check (points >= 0),
    section_id int references sections (id),
    shout text generated always as (upper(email)) stored,
    seen_at timestamptz not null default '2024-01-02 03:04:05.678901+00',
    data jsonb
  );
  create table "odd ""order""" (a int, "b c" text, note text, primary key (a, "b c"));
  create table nokey (x int);
  insert into sections values (1, 'Cubs'), (2, 'Scouts');
  insert into members (email, points, section_id, data) values
    ('ada@one.test', 1, 1, '{"n": 1.50}'), ('bo@two.test', 2, 2, null), ('cy@three.test', null, null, '[]');
  insert into "odd ""order""" values (1, 'x', 'one'), (1, 'y', null);
  insert into nokey values (1);
`;

const RULES = {
  defaults: { direction: 'both' },
  tables: {
    members: { mask: { email: 'email', shout: 'text', data: 'keep' } },
    sections: { mask: { name: 'keep' } },
    'odd "order"': { mask: { 'b c': 'keep', note: 'keep' } },
  },
};

describe('a push through a connection string', function () {
  this.timeout(60_000);
  const folder = temporaryFolders();
  let server: TestPostgres;
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    server = await startPostgres();
  });
  beforeEach(async () => {
    database = await server.createDatabase();
    client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    await client.query(SCHEMA);
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });
  after(() => server.stop());

  async function pulled(): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), RULES);
    const production = openPostgres({ connectionString: database.connectionString, schemas: ['public'] });
    await workspace.pull(production);
    await production.close();
    return workspace;
  }

  function pushing(workspace: TestWorkspace, options: Partial<PushOptions> = {}): Promise<PushReport> {
    return workspace.open((context) =>
      push(context, {
        writer: openPostgresWriter({ connectionString: database.connectionString }),
        address: 'test',
        maskingKey: KEY,
        mode: 'push',
        armed: true,
        who: 'test',
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...options,
      }),
    );
  }

  async function production(): Promise<string> {
    const tables = ['sections', 'members', '"odd ""order"""', 'nokey'];
    const rows: { t: string }[][] = [];
    for (const table of tables) {
      rows.push((await client.query<{ t: string }>(`select t::text from ${table} t order by 1`)).rows);
    }
    return JSON.stringify(rows);
  }

  it('has nothing to push after a pull', async () => {
    assert.equal((await pushing(await pulled())).state, 'nothing');
  });

  it('pushes edits by column, inserts and deletes, and is in step afterwards', async () => {
    const workspace = await pulled();
    await client.query(`update members set section_id = 1 where id = 2`);
    execute(
      workspace.database,
      `UPDATE members SET points = 20 WHERE id = 2;
       UPDATE "odd ""order""" SET note = 'it''s' WHERE "b c" = 'y';
       INSERT INTO sections VALUES (3, 'Rovers');
       INSERT INTO members (id, email, points, section_id, seen_at) VALUES (9007199254740993, 'new@four.test', 4, 3, '2025-01-01 00:00:00');
       DELETE FROM members WHERE id = 3`,
    );
    const plan = await pushing(workspace, { mode: 'plan' });
    assert.deepEqual([plan.state, plan.totals], ['planned', { inserted: 2, updated: 2, deleted: 1 }]);
    const before = await production();
    assert.equal((await pushing(workspace, { mode: 'rehearse' })).state, 'rehearsed');
    assert.equal(await production(), before);

    assert.equal((await pushing(workspace)).state, 'pushed');
    const { rows } = await client.query<{ row: string }>(
      `select array[id::text, email, points::text, section_id::text, seen_at::text]::text as row from members order by id`,
    );
    assert.deepEqual(
      rows.map(({ row }) => row),
      [
        '{1,ada@one.test,1,1,"2024-01-02 03:04:05.678901+00"}',
        '{2,bo@two.test,20,1,"2024-01-02 03:04:05.678901+00"}',
        '{9007199254740993,new@four.test,4,3,"2025-01-01 00:00:00+00"}',
      ],
    );
    const { rows: sequence } = await client.query<{ last: string }>(
      `select nextval('members_id_seq')::text as last`,
    );
    assert.equal(sequence[0]?.last, '9007199254740994');
    assert.equal((await pushing(workspace)).state, 'nothing');
    assert.deepEqual(query(workspace.database, 'SELECT section_id FROM members WHERE id = 2'), [[1n]]);
    const { tables } = await workspace.status();
    assert.deepEqual(new Set(tables.map((table) => table.drift)), new Set(['in-step']));
  });

  it('changes nothing of a masked row but what was edited', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE members SET points = points + 1 WHERE points IS NOT NULL`);
    await pushing(workspace);
    const { rows } = await client.query<{ row: string }>(
      `select email || points as row from members where points > 0 order by 1`,
    );
    assert.deepEqual(
      rows.map(({ row }) => row),
      ['ada@one.test2', 'bo@two.test3'],
    );
  });

  it('pushes an edited masked cell, and refuses one that carries a pseudonym', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE members SET email = 'real@new.test' WHERE id = 1`);
    assert.equal((await pushing(workspace)).state, 'pushed');
    assert.equal((await pushing(workspace)).state, 'nothing');
    assert.deepEqual((await client.query(`select email from members where id = 1`)).rows, [
      { email: 'real@new.test' },
    ]);

    const before = await production();
    execute(
      workspace.database,
      `UPDATE sections SET name = (SELECT email FROM members WHERE id = 2) WHERE id = 1;
       INSERT INTO members (id, email, seen_at) SELECT 77, 'x' || email, seen_at FROM members WHERE id = 2;
       INSERT INTO members (id, email, seen_at, data) SELECT 78, 'ok@ok.test', seen_at, json_quote(email) FROM members WHERE id = 2`,
    );
    const report = await pushing(workspace);
    assert.equal(report.state, 'refused');
    assert.deepEqual(
      report.refused.map(({ table, cause, column }) => [table, cause, column]),
      [['sections', 'pseudonym', 'name']],
    );
    assert.equal(await production(), before);
  });

  it('refuses what production changed since, and names the row', async () => {
    const workspace = await pulled();
    await client.query(`update members set points = 50, email = 'moved@two.test' where id = 2`);
    execute(
      workspace.database,
      `UPDATE members SET points = 20 WHERE id = 2; DELETE FROM members WHERE id = 1; UPDATE members SET email = 'e@e.test' WHERE id = 3`,
    );
    await client.query(`delete from members where id = 3`);
    const before = await production();
    const report = await pushing(workspace);
    assert.deepEqual(
      report.refused.map(({ key, cause }) => [...key, cause]),
      [
        ['2', 'changed-in-production'],
        ['3', 'missing-in-production'],
      ],
    );
    assert.equal(await production(), before);
  });

  it('names the rows that the server refuses, and leaves production as it was', async () => {
    const workspace = await pulled();
    execute(
      workspace.database,
      `PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
       INSERT INTO sections VALUES (4, 'ok');
       UPDATE members SET points = -1 WHERE id = 1;
       INSERT INTO members (id, email, seen_at, section_id) VALUES (90, 'a@a.test', '2025-01-01', 99)`,
    );
    const before = await production();
    for (const mode of ['rehearse', 'push'] as const) {
      const report = await pushing(workspace, { mode });
      assert.equal(report.state, 'refused');
      assert.deepEqual(
        report.refused.map(({ table, key, op, message }) => [table, key.join(), op, message]),
        [
          ['members', '90', 'insert', 'the foreign key "members_section_id_fkey" does not allow it'],
          ['members', '1', 'update', 'the check "members_points_check" does not allow it'],
        ],
      );
    }
    assert.equal(await production(), before);
  });

  it('pushes what is selected, and refuses what refers to an inserted row that is not', async () => {
    const workspace = await pulled();
    workspace.configure({ ...RULES, sets: { rovers: { where: { sections: { name: 'Rovers' } } } } });
    execute(
      workspace.database,
      `INSERT INTO sections VALUES (3, 'Rovers'); UPDATE members SET section_id = 3 WHERE id = 1;
       UPDATE sections SET name = 'Wolves' WHERE id = 1`,
    );
    const rows = [{ table: 'members', key: ['1'] }];
    const refused = await pushing(workspace, { selection: { rows } });
    assert.equal(refused.state, 'refused');
    assert.deepEqual(
      refused.refused.map(({ table, key, cause }) => [table, key, cause]),
      [['members', ['1'], 'parent-not-selected']],
    );
    await expectError('SELECTION_INVALID', () => pushing(workspace, { selection: { set: 'none' } }));
    const pushed = await pushing(workspace, { selection: { rows, set: 'rovers' } });
    assert.deepEqual([pushed.state, pushed.totals], ['pushed', { inserted: 1, updated: 1, deleted: 0 }]);
    const left = await pushing(workspace, { mode: 'plan' });
    assert.deepEqual(left.totals, { inserted: 0, updated: 1, deleted: 0 });
  });

  it('does nothing to a protected target that is not armed', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE members SET points = 5 WHERE id = 1`);
    const before = await production();
    await expectError('TARGET_PROTECTED', () => pushing(workspace, { armed: false }));
    assert.equal(await production(), before);
  });

  it('leaves out what the rules keep here', async () => {
    const workspace = await pulled();
    workspace.configure({
      ...RULES,
      tables: { ...RULES.tables, sections: { direction: 'pull', mask: { name: 'keep' } } },
    });
    execute(workspace.database, `UPDATE sections SET name = 'mine' WHERE id = 1`);
    const report = await pushing(workspace);
    assert.deepEqual(
      report.refused.map(({ cause }) => cause),
      ['not-allowed'],
    );
  });

  it('never pushes a row that is held, and takes production in by the next pull', async () => {
    const workspace = await pulled();
    await client.query(`update members set points = 50 where id = 2`);
    execute(
      workspace.database,
      `UPDATE members SET points = 20 WHERE id = 2; UPDATE members SET points = 9 WHERE id = 1`,
    );
    const source = openPostgres({ connectionString: database.connectionString, schemas: ['public'] });
    await workspace.open((context) =>
      pullIncremental(context, {
        production: source,
        maskingKey: KEY,
        replaceLocalEdits: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
    await source.close();
    const report = await pushing(workspace);
    assert.deepEqual([report.state, report.totals.updated], ['pushed', 1]);
    const { rows } = await client.query<{ points: number }>(
      `select points from members where id < 3 order by id`,
    );
    assert.deepEqual(
      rows.map(({ points }) => points),
      [9, 50],
    );
  });
});
