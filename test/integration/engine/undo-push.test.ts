import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import { push, type PushOptions } from '../../../src/engine/push.ts';
import type { PushReport } from '../../../src/engine/push-report.ts';
import type { UndoReport } from '../../../src/engine/undo-report.ts';
import type { UndoOptions } from '../../../src/engine/undo-run.ts';
import { undoable } from '../../../src/engine/undo.ts';
import { expectError } from '../../support/expect-error.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { knownState, undoing } from '../../support/undo-state.ts';

const SCHEMA = `
  create table sections (id int primary key, name text not null unique);
  create table members (
    id bigint generated always as identity primary key,
    email text not null unique,
    points int check (points >= 0),
    section_id int references sections (id),
    shout text generated always as (upper(email)) stored,
    secret text default 'never pulled',
    data jsonb,
    amount numeric(12, 3)
  );
  create table "odd ""order""" (a int, "b c" text, note text, primary key (a, "b c"));
  insert into sections select n, 'Section ' || n from generate_series(1, 5) n;
  insert into members (email, points, section_id, secret, data, amount)
    select 'person' || n || '@private.test', n, 1 + n % 5, 'secret ' || n, jsonb_build_object('n', n), n * 1.100
    from generate_series(1, 12) n;
  insert into "odd ""order""" values (1, 'x', 'note of somebody'), (1, 'y', null), (2, 'x', 'z');
`;

const RULES = {
  defaults: { direction: 'both' },
  tables: {
    members: { mask: { email: 'email', shout: 'text', data: 'keep' }, exclude: ['secret'] },
    sections: { mask: { name: 'keep' } },
    'odd "order"': { mask: { 'b c': 'keep', note: 'text' } },
  },
};

const PERSONAL = /person\d+@private\.test|PERSON\d+@PRIVATE|note of somebody|secret \d/;

describe('undoing a push', function () {
  this.timeout(180_000);
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

  async function pulled(rules: object = RULES, raw = false): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), rules);
    const production = openPostgres({ connectionString: database.connectionString, schemas: ['public'] });
    await workspace.pull(production, { raw });
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

  function undoingPush(workspace: TestWorkspace, options: Partial<UndoOptions> = {}): Promise<UndoReport> {
    return undoing(workspace, {
      openWriter: () => Promise.resolve(openPostgresWriter({ connectionString: database.connectionString })),
      ...options,
    });
  }

  async function production(): Promise<string> {
    const rows: { t: string }[][] = [];
    for (const table of ['sections', 'members', '"odd ""order"""']) {
      rows.push((await client.query<{ t: string }>(`select t::text from ${table} t order by 1`)).rows);
    }
    return JSON.stringify(rows, null, 1);
  }

  /** What of `.syncline/undo` may be read without the masking key. */
  function keptBytes({ folder: at }: TestWorkspace): string {
    const files = join(at, '.syncline', 'undo');
    return readdirSync(files)
      .map((name) => readFileSync(join(files, name), 'latin1'))
      .join('\n');
  }

  const EDITS = [
    `UPDATE members SET points = 20, amount = '7.125' WHERE id = 2`,
    `UPDATE members SET email = 'real@new.test' WHERE id = 3`,
    `UPDATE "odd ""order""" SET note = 'it''s' WHERE "b c" = 'y'`,
    `INSERT INTO sections VALUES (9, 'Rovers')`,
    `INSERT INTO members (id, email, points, section_id) VALUES (9007199254740993, 'new@four.test', 4, 9)`,
    `DELETE FROM members WHERE id IN (4, 5)`,
    `DELETE FROM "odd ""order""" WHERE a = 2`,
  ];

  it('brings production and the local changes back, with columns that are never pulled', async () => {
    const workspace = await pulled();
    execute(workspace.database, ...EDITS);
    const [before, local] = [await production(), await knownState(workspace)];
    assert.equal((await pushing(workspace)).state, 'pushed');
    const pushedState = await production();
    assert.notEqual(pushedState, before);
    assert.doesNotMatch(keptBytes(workspace), PERSONAL);
    assert.doesNotMatch(keptBytes(workspace), /real@new/);

    const plan = await undoingPush(workspace, { mode: 'plan' });
    assert.deepEqual([plan.state, plan.totals], ['planned', { inserted: 3, updated: 3, deleted: 2 }]);
    assert.doesNotMatch(JSON.stringify(plan), PERSONAL);
    const rehearsal = await undoingPush(workspace, { mode: 'rehearse' });
    assert.deepEqual([rehearsal.state, rehearsal.totals], ['rehearsed', plan.totals]);
    assert.equal(await production(), pushedState);

    const report = await undoingPush(workspace);
    assert.deepEqual([report.state, report.stale], ['undone', []]);
    assert.equal(await production(), before);
    assert.deepEqual(await knownState(workspace), local);
    assert.deepEqual(readdirSync(join(workspace.folder, '.syncline', 'undo')), []);
    assert.equal((await pushing(workspace)).state, 'pushed');
    assert.equal(await production(), pushedState);
  });

  it('brings random pushes back, one after the other', async () => {
    const { seed, random } = seededRandom();
    console.log(`      seed ${seed} (SYNCLINE_TEST_SEED)`);
    const upTo = (limit: number): number => Math.floor(random() * limit);
    const workspace = await pulled();
    let number = 100;
    const edit = (): void => {
      const id = `(SELECT id FROM members ORDER BY id LIMIT 1 OFFSET ${upTo(12)})`;
      number += 1;
      const statements = [
        `UPDATE members SET points = ${upTo(50)} WHERE id = ${id}`,
        `UPDATE members SET email = 'edit${number}@mine.test', amount = '${number}.25' WHERE id = ${id}`,
        `UPDATE members SET section_id = (SELECT max(id) FROM sections) WHERE id = ${id}`,
        `UPDATE members SET data = json_object('k', ${number}) WHERE id = ${id}`,
        `DELETE FROM members WHERE id = ${id}`,
        `INSERT INTO members (id, email, points) VALUES (${number}, 'new${number}@mine.test', NULL)`,
        `INSERT INTO sections VALUES (${number}, 'S${number}')`,
        `DELETE FROM sections WHERE id = (SELECT id FROM sections WHERE id NOT IN (SELECT section_id FROM members WHERE section_id IS NOT NULL) LIMIT 1)`,
        `UPDATE sections SET name = 'T${number}' WHERE id = (SELECT id FROM sections LIMIT 1 OFFSET ${upTo(4)})`,
        `INSERT OR IGNORE INTO "odd ""order""" VALUES (${upTo(4)}, '${'xyz'[upTo(3)]}', 'n${number}')`,
        `DELETE FROM "odd ""order""" WHERE rowid = (SELECT rowid FROM "odd ""order""" LIMIT 1 OFFSET ${upTo(3)})`,
      ];
      execute(workspace.database, statements[upTo(statements.length)]!);
    };
    for (let round = 0; round < 6; round += 1) {
      const walk: { production: string; local: Awaited<ReturnType<typeof knownState>> }[] = [];
      for (let pushes = 0; pushes < 1 + (round % 2); pushes += 1) {
        for (let edits = 1 + upTo(6); edits > 0; edits -= 1) edit();
        const state = { production: await production(), local: await knownState(workspace) };
        const report = await pushing(workspace);
        assert.ok(['pushed', 'nothing'].includes(report.state), JSON.stringify(report.refused));
        if (report.state === 'pushed') walk.push(state);
      }
      for (const [place, state] of walk.toReversed().entries()) {
        const report = await undoingPush(workspace);
        assert.equal(report.state, 'undone');
        // What was edited between two pushes and is a local change again stays one.
        const edited = report.stale.filter(({ cause }) => cause === 'changed-locally');
        assert.deepEqual(report.stale, place === 0 ? [] : edited);
        assert.equal(await production(), state.production, `round ${round}`);
        const { local, base } = await knownState(workspace);
        if (place === 0) assert.deepEqual([local, base], [state.local.local, state.local.base]);
      }
      assert.doesNotMatch(keptBytes(workspace), PERSONAL);
      if ((await pushing(workspace)).state === 'pushed') number += 1;
    }
  });

  it('leaves a row that production changed since, and tells it', async () => {
    const workspace = await pulled();
    execute(workspace.database, ...EDITS);
    await pushing(workspace);
    await client.query(`update members set points = 77 where id = 2; update sections set name = 'Theirs' where id = 9;
      update members set amount = 3 where id = 3; insert into "odd ""order""" values (2, 'x', 'somebody else')`);
    const report = await undoingPush(workspace);
    assert.equal(report.state, 'undone');
    assert.deepEqual(report.stale.map(({ table, key, op, cause }) => [table, key.join(), op, cause]).sort(), [
      ['members', '2', 'update', 'changed-in-production'],
      ['odd "order"', '2,x', 'insert', 'exists-in-production'],
      ['sections', '9', 'delete', 'changed-in-production'],
    ]);
    const { rows } = await client.query<{ row: string }>(
      `select id || ' ' || email || ' ' || coalesce(points::text, '') || ' ' || amount as row from members
       where id in (2, 3, 4, 5) order by id`,
    );
    assert.deepEqual(
      rows.map(({ row }) => row),
      [
        '2 person2@private.test 77 7.125',
        '3 person3@private.test 3 3.000',
        '4 person4@private.test 4 4.400',
        '5 person5@private.test 5 5.500',
      ],
    );
    // The row that stays is in step as it was pushed; the others are local changes again.
    assert.deepEqual(query(workspace.database, 'SELECT points FROM members WHERE id = 2'), [[20n]]);
    assert.deepEqual(query(workspace.database, 'SELECT email FROM members WHERE id = 3'), [
      ['real@new.test'],
    ]);
  });

  it('refuses the whole of it when the server does, and names the row', async () => {
    const workspace = await pulled();
    execute(workspace.database, ...EDITS);
    await pushing(workspace);
    await client.query(`insert into members (email) values ('person4@private.test')`);
    const [before, local] = [await production(), await knownState(workspace)];
    const report = await undoingPush(workspace);
    assert.equal(report.state, 'refused');
    assert.deepEqual(
      report.stale.map(({ table, key, op, cause }) => [table, key.join(), op, cause]),
      [['members', '4', 'insert', 'refused-by-server']],
    );
    assert.equal(await production(), before);
    assert.deepEqual(await knownState(workspace), local);
    await client.query(`delete from members where email = 'person4@private.test'`);
    assert.equal((await undoingPush(workspace)).state, 'undone');
  });

  it('keeps what was edited here since, as a change beside production’s old row', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE members SET points = 20 WHERE id = 2`);
    await pushing(workspace);
    execute(workspace.database, `UPDATE members SET points = 25 WHERE id = 2`);
    const report = await undoingPush(workspace);
    assert.deepEqual(
      report.stale.map(({ cause }) => cause),
      ['changed-locally'],
    );
    assert.deepEqual((await client.query(`select points from members where id = 2`)).rows, [{ points: 2 }]);
    assert.deepEqual(query(workspace.database, 'SELECT points FROM members WHERE id = 2'), [[25n]]);
    assert.equal((await pushing(workspace)).totals.updated, 1);
    assert.deepEqual((await client.query(`select points from members where id = 2`)).rows, [{ points: 25 }]);
  });

  it('asks for the masking key and for the arming of a protected target', async () => {
    const workspace = await pulled();
    execute(workspace.database, ...EDITS);
    await pushing(workspace);
    const before = await production();
    await expectError('TARGET_PROTECTED', () => undoingPush(workspace, { armed: false }));
    await expectError('MASKING_KEY_MISSING', () => undoingPush(workspace, { maskingKey: OTHER_KEY }));
    assert.equal(await production(), before);
    assert.equal((await undoingPush(workspace)).state, 'undone');
  });

  it('has nothing to undo of a rehearsal, or of a push that was refused', async () => {
    const workspace = await pulled();
    await workspace.open(({ ledger }) => ledger.undoable().forEach(({ run }) => ledger.forgetUndo(run)));
    execute(
      workspace.database,
      'PRAGMA ignore_check_constraints = ON; UPDATE members SET points = -1 WHERE id = 1',
    );
    assert.equal((await pushing(workspace, { mode: 'rehearse' })).state, 'refused');
    assert.equal((await pushing(workspace)).state, 'refused');
    await expectError('UNDO_UNAVAILABLE', () => undoingPush(workspace));
  });

  for (const moment of ['the rows were read back', 'the answer arrived'] as const) {
    it(`undoes a push that was cut off before ${moment}`, async () => {
      const workspace = await pulled();
      execute(workspace.database, ...EDITS);
      const [before, local] = [await production(), await knownState(workspace)];
      const writer = openPostgresWriter({ connectionString: database.connectionString });
      let isCommitted = false;
      const cutOff = pushing(workspace, {
        writer: {
          ...writer,
          async push(request) {
            const outcome = await writer.push(request);
            isCommitted = true;
            if (moment === 'the answer arrived') throw new Error('cut');
            return outcome;
          },
          outcome: () => Promise.resolve('unknown'),
          readByKey: (request) =>
            isCommitted ? Promise.reject(new Error('cut')) : writer.readByKey(request),
        },
      });
      if (moment === 'the answer arrived') await expectError('PUSH_IN_DOUBT', () => cutOff);
      else {
        const { state, warnings } = await cutOff;
        assert.equal(state, 'pushed');
        assert.match(warnings.join(), /could not be taken into the local database yet/);
      }
      const [latest] = await workspace.open(undoable);
      assert.equal(latest?.operation, 'push');
      assert.deepEqual((await knownState(workspace)).local, local.local);
      const report = await undoingPush(workspace);
      assert.deepEqual([report.state, report.stale], ['undone', []]);
      assert.equal(await production(), before);
      assert.deepEqual(await knownState(workspace), local);
    });
  }

  it('is finished by being asked for again, when it was cut off after production went back', async () => {
    const workspace = await pulled();
    execute(workspace.database, ...EDITS);
    const [before, local] = [await production(), await knownState(workspace)];
    await pushing(workspace);
    await expectError('INTERNAL', () =>
      workspace.open((context) => {
        const { local: files } = context;
        return undoing(
          {
            ...workspace,
            open: (work) =>
              Promise.resolve(
                work({
                  ...context,
                  local: {
                    ...files,
                    applyUndo: (request) => {
                      if (request.rehearse) return files.applyUndo(request);
                      throw new Error('killed');
                    },
                  },
                }),
              ),
          },
          {
            openWriter: () =>
              Promise.resolve(openPostgresWriter({ connectionString: database.connectionString })),
          },
        );
      }),
    );
    assert.equal(await production(), before);
    const report = await undoingPush(workspace);
    assert.equal(report.state, 'undone');
    assert.equal(await production(), before);
    assert.deepEqual(await knownState(workspace), local);
  });

  it('says what production’s triggers did besides', async () => {
    await client.query(`alter table sections add column touched int not null default 0;
      create function touch() returns trigger language plpgsql as $$ begin new.touched = old.touched + 1; return new; end $$;
      create trigger touch before update on sections for each row execute function touch()`);
    const workspace = await pulled();
    execute(workspace.database, `UPDATE sections SET name = 'Mine' WHERE id = 1`);
    await pushing(workspace);
    const report = await undoingPush(workspace);
    assert.equal(report.state, 'undone');
    assert.match(report.warnings.join(), /trigger/);
    assert.deepEqual((await client.query(`select name, touched from sections where id = 1`)).rows, [
      { name: 'Section 1', touched: 2 },
    ]);
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
    assert.deepEqual(query(workspace.database, 'SELECT name, touched FROM sections WHERE id = 1'), [
      ['Mine', 2n],
    ]);
  });
});
