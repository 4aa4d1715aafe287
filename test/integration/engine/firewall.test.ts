import assert from 'node:assert/strict';
import pg from 'pg';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { push } from '../../../src/engine/push.ts';
import type { PushReport } from '../../../src/engine/push-report.ts';
import { startPostgres, type TestDatabase, type TestPostgres } from '../../support/postgres.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const ROUNDS = 12;
const ROWS = 20;

/** Columns that may be edited, with a value that nobody else has for each number. */
const COLUMNS: Readonly<Record<string, (n: number) => string>> = {
  email: (n) => `edited${n}@example.test`,
  full_name: (n) => `Edited Name ${n}`,
  phone: (n) => `+4790000${String(1000 + n)}`,
  note: (n) => `edited note ${n}`,
  age: (n) => String(n % 90),
  balance: (n) => `${n}.10`,
};
const NAMES = Object.keys(COLUMNS);
const TEXTS = ['email', 'full_name', 'phone', 'note'];

type Grid = ReadonlyMap<string, string | null>;

/** A cell that was edited here, or a row's pseudonym that was copied to where it does not belong. */
interface Edit {
  readonly id: number;
  readonly column: string;
  readonly value: string;
}

describe('the write-back firewall', function () {
  this.timeout(120_000);
  const folder = temporaryFolders();
  const { seed, random } = seededRandom();
  const roll = (sides: number): number => Math.floor(random() * sides);
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
    await client.query(`
      create table people (
        id int primary key, email text unique, full_name text, phone text, note text, age int, balance numeric(12, 2)
      );
      insert into people select i, 'person' || i || '@secret.test', 'Person No' || i, '+4740000' || (1000 + i),
        case when i % 3 > 0 then 'about person ' || i end, i, i * 1.5 from generate_series(1, ${ROWS}) i`);
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });
  after(() => server.stop());

  /** Production, a cell at a time. */
  async function cells(): Promise<Grid> {
    const names = ['id', ...NAMES];
    const texts = names.map((name) => `${name}::text`).join(', ');
    const { rows } = await client.query<(string | null)[]>({
      text: `select ${texts} from people order by id`,
      rowMode: 'array',
    });
    return new Map(
      rows.flatMap((row) =>
        names.map((name, index) => [`${String(row[0])} ${name}`, row[index] ?? null] as const),
      ),
    );
  }

  async function pulled(allowed: readonly string[]): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), {
      defaults: { direction: 'both' },
      tables: { people: { mask: { note: 'text' }, allowPseudonyms: allowed } },
    });
    const production = openPostgres({ connectionString: database.connectionString, schemas: ['public'] });
    await workspace.pull(production);
    await production.close();
    return workspace;
  }

  function pushing(workspace: TestWorkspace): Promise<PushReport> {
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
      }),
    );
  }

  const write = (workspace: TestWorkspace, { id, column, value }: Edit): void =>
    execute(
      workspace.database,
      `UPDATE people SET ${column} = '${value.replaceAll("'", "''")}' WHERE id = ${id}`,
    );

  let fresh = 0;
  function randomEdit(): Edit {
    const column = NAMES[roll(NAMES.length)] ?? 'email';
    return { id: 1 + roll(ROWS), column, value: COLUMNS[column]?.((fresh += 1)) ?? '' };
  }

  /** Another row's made-up value, copied by hand. */
  function pseudonymEdit(workspace: TestWorkspace): Edit {
    const from = 1 + roll(ROWS);
    const [[value = null] = []] = query(workspace.database, `SELECT email FROM people WHERE id = ${from}`);
    const column = TEXTS.filter((name) => name !== 'email')[roll(3)] ?? 'note';
    return { id: 1 + roll(ROWS), column, value: String(value) };
  }

  /** Edits at random, pushes, and holds production against what it was with the edits made to it. */
  async function round(workspace: TestWorkspace): Promise<void> {
    const before = await cells();
    const edits = Array.from({ length: 1 + roll(8) }, randomEdit);
    const copied = roll(2) === 0 ? [pseudonymEdit(workspace)] : [];
    const wrong = copied.filter(({ id, column }) => !edits.some((e) => e.id === id && e.column === column));
    const expected = new Map(before);
    for (const { id, column, value } of edits) {
      expected.set(`${id} ${column}`, column === 'balance' ? Number(value).toFixed(2) : value);
    }
    const kept = wrong.map(({ id, column }) => ({
      id,
      column,
      text: query(workspace.database, `SELECT quote(${column}) FROM people WHERE id = ${id}`)[0]?.[0],
    }));
    for (const edit of [...edits, ...wrong]) write(workspace, edit);
    if (wrong.length > 0) {
      const refused = await pushing(workspace);
      assert.equal(refused.state, 'refused', `seed ${seed}`);
      assert.deepEqual(
        refused.refused.map(({ cause, column, key }) => [cause, column, key]),
        wrong.map(({ id, column }) => ['pseudonym', column, [String(id)]]),
        `seed ${seed}`,
      );
      assert.deepEqual(await cells(), before, `seed ${seed}`);
      for (const { id, column, text } of kept) {
        execute(workspace.database, `UPDATE people SET ${column} = ${String(text)} WHERE id = ${id}`);
      }
    }
    const report = await pushing(workspace);
    assert.ok(
      report.state === 'pushed' || report.state === 'nothing',
      `seed ${seed}: ${JSON.stringify(report.refused)}`,
    );
    assert.deepEqual(await cells(), expected, `seed ${seed}`);
  }

  it(`lets exactly the edited cells through (SYNCLINE_TEST_SEED=${seed})`, async () => {
    const workspace = await pulled([]);
    for (let count = 0; count < ROUNDS; count += 1) await round(workspace);
  });

  it('is what holds them back: without it the same rounds fail', async () => {
    const workspace = await pulled(NAMES);
    await assert.rejects(async () => {
      for (let count = 0; count < 5 * ROUNDS; count += 1) await round(workspace);
    }, assert.AssertionError);
    assert.ok(
      [...(await cells()).values()].some((cell) => cell?.endsWith('@example.com') === true),
      'no pseudonym got through',
    );
  });

  it('is no obstacle where nothing but new values go out, and lets no row out that is made of pseudonyms', async () => {
    const workspace = await pulled([]);
    const before = await cells();
    execute(
      workspace.database,
      `INSERT INTO people (id, email, full_name, age) SELECT 500, 'new@person.test', full_name, 1 FROM people WHERE id = 1`,
    );
    const refused = await pushing(workspace);
    assert.deepEqual(
      refused.refused.map(({ op, cause, column }) => [op, cause, column]),
      [['insert', 'pseudonym', 'full_name']],
    );
    assert.deepEqual(await cells(), before);
    execute(
      workspace.database,
      `UPDATE people SET full_name = 'Somebody New' WHERE id = 500; DELETE FROM people WHERE id = 2`,
    );
    assert.equal((await pushing(workspace)).state, 'pushed');
    const after = await cells();
    assert.equal(after.get('500 full_name'), 'Somebody New');
    assert.ok(!after.has('2 email'));
    for (const [place, cell] of before)
      if (!place.startsWith('2 ')) assert.equal(after.get(place), cell, place);
  });
});
