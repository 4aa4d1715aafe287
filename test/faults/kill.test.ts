import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runOperation, type OperationContext } from '../../src/worker/run-operation.ts';
import { withClient } from '../support/chinook.ts';
import { runCli } from '../support/cli.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts';
import { dump, execute } from '../support/sqlite-files.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';

/** Different keys, so that no row of the old database could be taken for one of the new. */
const [OLD_KEY, NEW_KEY] = [3, 4].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [
  string,
  string,
];

const SCHEMA = `
  create table sections (id int primary key, name text not null, leader_id bigint);
  create table users (
    id bigint primary key, email text not null unique, full_name text not null, born date,
    section_id int not null references sections, invited_by bigint references users
  );
  alter table sections add foreign key (leader_id) references users;
  create table activities (id bigint primary key, title text not null, starts_at timestamptz not null);
  create table attendance (
    activity_id bigint references activities, user_id bigint references users, note text,
    primary key (activity_id, user_id)
  );
  create index attendance_by_user on attendance (user_id);
  insert into sections select n, 'section ' || n, null from generate_series(1, 50) n;
  insert into users select n, 'user' || n || '@scouts.test', 'Name ' || n, date '2000-01-01' + n % 5000, 1 + n % 50,
    nullif(n - 1, 0) from generate_series(1, 5000) n;
  update sections set leader_id = id * 7;
  insert into activities select n, 'Activity ' || n, '2024-01-01'::timestamptz + n * interval '1 hour'
    from generate_series(1, 1000) n;
  insert into attendance select 1 + n % 1000, 1 + n / 3, case when n % 4 = 0 then 'note ' || n end
    from generate_series(1, 14000) n;`;

describe('a pull that ends at a random point', function () {
  this.timeout(300_000);
  const folder = temporaryFolders('suite');
  const { seed, random } = seededRandom();
  let postgres: TestPostgres;
  let production: TestDatabase;
  /** A workspace without a local database, and one with the old one. */
  let empty: string;
  let filled: string;
  let oldDump: string;
  let newDump: string;
  /** Milliseconds that a pull takes from its start, and from the moment in which it begins to write. */
  let duration = { whole: 0, writing: 0 };

  before(async () => {
    postgres = await startPostgres();
    production = await postgres.createDatabase();
    await withClient(production.connectionString, (client) => client.query(SCHEMA));
    [empty, filled] = [folder(), folder()];
    for (const at of [empty, filled]) {
      writeFileSync(
        join(at, 'syncline.json'),
        // Without undo, the base of the last pull is the only one that is needed.
        '{ "local": { "path": "./dev.db", "undo": 0 }, "targets": { "production": {} } }',
      );
    }
    await pull(filled, OLD_KEY);
    execute(join(filled, 'dev.db'), 'CREATE TABLE mine (a)', `INSERT INTO mine VALUES ('kept')`);
    oldDump = dump(join(filled, 'dev.db'));
    const reference = copyOf(filled);
    const began = performance.now();
    let writing = began;
    const { code, stderr } = await cli(reference, (child) => {
      void untilWriting(reference, child).then(() => (writing = performance.now()));
    });
    assert.equal(code, 0, stderr);
    duration = { whole: performance.now() - began, writing: performance.now() - writing };
    newDump = dump(join(reference, 'dev.db'));
    assert.notEqual(newDump, oldDump);
    console.log(`      seed ${seed} (SYNCLINE_TEST_SEED)`);
  });
  after(async () => {
    await production.drop();
    await postgres.stop();
  });

  const context: OperationContext = {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    log: () => undefined,
  };

  function pull(at: string, maskingKey: string): ReturnType<typeof runOperation<'pull'>> {
    const credentials = { databaseUrl: production.connectionString };
    return runOperation('pull', { folder: at, credentials, maskingKey }, context);
  }

  function cli(at: string, onStart: (child: ChildProcess) => void): ReturnType<typeof runCli> {
    const env = { SYNCLINE_DATABASE_URL: production.connectionString, SYNCLINE_MASKING_KEY: NEW_KEY };
    return runCli(['pull', '--workspace', at], { env, onStart });
  }

  function copyOf(template: string): string {
    const at = folder();
    cpSync(template, at, { recursive: true });
    return at;
  }

  /** The pull has a stage: a base that was not there before. */
  async function untilWriting(at: string, child: ChildProcess): Promise<void> {
    const bases = join(at, '.syncline', 'base');
    const count = (): number => (existsSync(bases) ? readdirSync(bases).length : 0);
    const before = count();
    while (count() === before && child.exitCode === null && child.signalCode === null) await pause(2);
  }

  /** Ends a pull at a random point of it; the larger part of the points lies where something is written. */
  async function endPull(at: string, signal: NodeJS.Signals): ReturnType<typeof runCli> {
    const early = random() < 0.25;
    const delay = random() * 1.2 * (early ? duration.whole : duration.writing);
    return cli(at, (child) => {
      void (async () => {
        if (!early) await untilWriting(at, child);
        await pause(delay);
        child.kill(signal);
      })();
    });
  }

  /** What the local database holds, opened as whatever app would open it. */
  function found(at: string, existing: boolean): 'old' | 'new' {
    const path = join(at, 'dev.db');
    if (!existsSync(path)) {
      assert.ok(!existing, 'the local database is gone');
      return 'old';
    }
    // Whoever opens it for writing finishes a rollback that the crash left to be done.
    execute(path, 'SELECT count(*) FROM sqlite_schema');
    const content = dump(path);
    if (existing && content === oldDump) return 'old';
    const expected = existing ? newDump : newDump.replace(/^CREATE TABLE mine.*\n|^mine: .*\n?/gm, '');
    assert.ok(content === expected, 'the local database is neither the old one nor the new one');
    return 'new';
  }

  for (const existing of [false, true]) {
    const where = existing ? 'an existing database' : 'a new database';

    it(`by kill -9 at 15 points leaves ${where} old or new, complete; the next start says which`, async () => {
      const seen = { old: 0, new: 0 };
      for (let round = 0; round < 15; round += 1) {
        const at = copyOf(existing ? filled : empty);
        const { code } = await endPull(at, 'SIGKILL');
        const database = found(at, existing);
        seen[database] += 1;
        const { recovery, targets } = await runOperation('status', { folder: at }, context);
        if (recovery !== undefined) assert.equal(recovery.database, database);
        // Without anything to settle, the pull had not begun, or was done.
        else if (code !== 0) assert.ok(database === 'old' || targets[0]?.pulledAt !== undefined);
        const drifts = new Set(targets.flatMap(({ tables }) => tables.map(({ drift }) => drift)));
        assert.deepEqual([...drifts], existing || database === 'new' ? ['in-step'] : []);
        assert.equal(found(at, existing), database, 'the status changes nothing');
        await pull(at, NEW_KEY);
        assert.equal(found(at, existing), 'new');
        assert.equal(readdirSync(join(at, '.syncline', 'base')).length, 1, 'nothing is left over');
      }
      console.log(`      ${seen.old} old, ${seen.new} new`);
    });

    it(`by Ctrl-C at 5 points leaves ${where} old, or new when it was done`, async () => {
      for (let round = 0; round < 5; round += 1) {
        const at = copyOf(existing ? filled : empty);
        const { code, signal, stderr } = await endPull(at, 'SIGINT');
        // Before anything is set up, and when all is done, the signal ends the process as it does any other.
        assert.ok(code === 0 || code === 130 || signal === 'SIGINT', `exit code ${code}: ${stderr}`);
        const database = found(at, existing);
        if (signal !== 'SIGINT') assert.equal(database, code === 0 ? 'new' : 'old', stderr);
        const { recovery } = await runOperation('status', { folder: at }, context);
        assert.equal(recovery, undefined, 'a cancelled pull leaves nothing to settle');
        assert.equal(existsSync(join(at, 'dev.db.syncline-partial')), false);
      }
    });
  }
});
