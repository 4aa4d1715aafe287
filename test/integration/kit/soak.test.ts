import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { ChangesAnswer } from '../../../src/databases/kit/kit-answers.ts';
import type { KitProject } from './kit-project.ts';
import { asked, changesSince, startKitProject } from './kit-project.ts';

/** Longer by hand: SYNCLINE_SOAK_SECONDS=300. */
const SECONDS = Number(process.env['SYNCLINE_SOAK_SECONDS'] ?? '10');
const WRITERS = 8;
const ACCOUNTS = 60;

/** Money moves between accounts and never appears or vanishes: whoever reads one instant counts the same sum. */
const SCHEMA = `
create table public.accounts (id int primary key, balance bigint not null);
create table public."events 🙂" (writer int, "no" int, note text, primary key (writer, "no"));
insert into public.accounts select i, 1000 from generate_series(1, ${ACCOUNTS}) i;
`;
const TABLES = [asked('accounts', ['id', 'balance']), asked('events 🙂', ['writer', 'no', 'note'])];
const WIDTH = new Map([
  ['accounts', 1],
  ['events 🙂', 2],
]);

type Copy = Map<string, Map<string, string>>;

/** A repeatable source of small whole numbers (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

function apply(copy: Copy, answer: ChangesAnswer): void {
  assert.deepEqual([answer.tooOld, answer.truncated, answer.untracked], [false, [], []]);
  for (const { name, upserts, deletes } of answer.tables) {
    const rows = copy.get(name)!;
    for (const key of deletes) rows.delete(JSON.stringify(key));
    for (const row of upserts) rows.set(JSON.stringify(row.slice(0, WIDTH.get(name))), JSON.stringify(row));
  }
}

function sumOf(copy: Copy): number {
  const rows = [...copy.get('accounts')!.values()].map((row) => JSON.parse(row) as [string, string]);
  return rows.reduce((sum, [, balance]) => sum + Number(balance), 0);
}

describe(`kit: soak with ${WRITERS} writers for ${SECONDS} s`, function () {
  this.timeout((SECONDS + 60) * 1000);
  let project: KitProject;
  before(async () => {
    project = await startKitProject(SCHEMA);
    await project.install();
  });
  after(() => project.stop());

  /** One transaction: a transfer, some events, savepoints; held open, rolled back or committed. */
  async function transact(client: pg.Client, writer: number, roll: (sides: number) => number): Promise<void> {
    const some = (): number => 1 + roll(ACCOUNTS);
    await client.query('begin');
    // In order, so that writers wait for each other but never in a circle.
    const [from, to] = [some(), some()].sort((a, b) => a - b) as [number, number];
    await client.query('update public.accounts set balance = balance - 7 where id = $1', [from]);
    if (roll(4) === 0) await pause(roll(10) === 0 ? 1500 : 60);
    await client.query('update public.accounts set balance = balance + 7 where id = $1', [to]);
    for (let i = roll(4); i > 0; i -= 1) {
      const [no, note] = [roll(40), `note ${roll(1000)}`];
      if (roll(3) === 0) await client.query('savepoint s');
      const kind = roll(4);
      if (kind === 0)
        await client.query('delete from public."events 🙂" where writer = $1 and "no" = $2', [writer, no]);
      else if (kind === 1) {
        await client.query(
          `update public."events 🙂" e set "no" = -e."no" - 1 where writer = $1 and "no" = $2
           and not exists (select from public."events 🙂" o where o.writer = $1 and o."no" = -$2 - 1)`,
          [writer, no],
        );
      } else {
        await client.query(
          `insert into public."events 🙂" values ($1, $2, $3) on conflict (writer, "no") do update set note = excluded.note`,
          [writer, no, note],
        );
      }
      await client.query('savepoint t');
      if (roll(5) === 0) {
        await client.query('delete from public."events 🙂" where writer = $1', [writer]);
        await client.query('rollback to t');
      }
    }
    await client.query(roll(5) === 0 ? 'rollback' : 'commit');
  }

  it('misses nothing, and sees one instant at every poll', async () => {
    const copy: Copy = new Map(TABLES.map(({ name }) => [name, new Map<string, string>()]));
    let since = await project.rpc<string>('syncline_position');
    for (const { schema, name, columns } of TABLES) {
      const lower = { table_schema: schema, table_name: name, columns, max_rows: 100000 };
      const rows = await project.rpc<string[][]>('syncline_range', lower);
      for (const row of rows)
        copy.get(name)!.set(JSON.stringify(row.slice(0, WIDTH.get(name))), JSON.stringify(row));
    }

    let running = true;
    let transactions = 0;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const client = await project.connect();
      const roll = dice(writer + 1);
      while (running) {
        await transact(client, writer, roll);
        transactions += 1;
      }
    });

    const roll = dice(99);
    let instants = 0;
    const poll = async (max_rows: number): Promise<boolean> => {
      let page: string | null = null;
      let answer: ChangesAnswer;
      do {
        answer = await changesSince(project, since, TABLES, { max_rows, page });
        apply(copy, answer);
        page = answer.next;
      } while (!answer.complete);
      since = answer.position;
      return answer.consistent;
    };
    const until = Date.now() + SECONDS * 1000;
    while (Date.now() < until) {
      if (await poll(roll(4) === 0 ? 3 : 1000)) {
        instants += 1;
        assert.equal(sumOf(copy), 1000 * ACCOUNTS);
      }
      await pause(roll(60));
    }
    running = false;
    await Promise.all(writers);
    assert.equal(await poll(1000), true);
    assert.equal(sumOf(copy), 1000 * ACCOUNTS);

    for (const { name, columns } of TABLES) {
      const texts = columns.map((column) => `"${column}"::text`).join(', ');
      const rows = await project.sql<{ row: string[] }>(
        `select array[${texts}] as row from public."${name}"`,
      );
      const expected = rows.map(({ row }) => JSON.stringify(row)).sort();
      assert.deepEqual([...copy.get(name)!.values()].sort(), expected);
    }
    assert.ok(instants > 3 && transactions > 50, `${transactions} transactions, ${instants} polls`);
  });
});
