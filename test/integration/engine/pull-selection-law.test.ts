/** The law of a selective pull: what was not searched is as before, so a pull of everything afterwards misses nothing. */
import assert from 'node:assert/strict';
import type { ChangeMethod } from '../../../src/core/changes-port.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import type { Selection } from '../../../src/engine/selection.ts';
import { required, table, type } from '../../support/catalog.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { dumpRows, execute } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const ROUNDS = 2;
const SECTIONS = table('sections', { id: required(type.int), n: type.int }, { key: ['id'] });
const PEOPLE = table(
  'people',
  { email: required(type.text), section: type.int, boss: type.text, n: type.int },
  {
    key: ['email'],
    references: [
      { columns: ['section'], table: 'sections', to: ['id'] },
      { columns: ['boss'], table: 'people', to: ['email'] },
    ],
  },
);
const ORDERS = table(
  'orders',
  { a: required(type.int), b: required(type.int), person: type.text, section: type.int, n: type.int },
  {
    key: ['a', 'b'],
    references: [
      { columns: ['person'], table: 'people', to: ['email'] },
      { columns: ['section'], table: 'sections', to: ['id'] },
    ],
  },
);
const RULES = {
  tables: { people: { mask: { email: 'email', boss: 'email' } } },
  sets: {
    some: {
      tables: ['sections'],
      where: { orders: { n: { less: 3 } } },
      rows: [{ table: 'people', key: ['p2@x.test'] }],
      children: true,
    },
  },
};

/** A production that keeps its own references. */
interface World {
  readonly sections: Map<string, string>;
  readonly people: Map<string, readonly [string | null, string | null, string]>;
  readonly orders: Map<string, readonly [string | null, string | null, string]>;
}

function tablesOf({ sections, people, orders }: World): FakeTable[] {
  const sorted = (rows: PostgresTextRow[]): PostgresTextRow[] =>
    rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return [
    { table: SECTIONS, rows: sorted([...sections].map(([id, n]) => [id, n])) },
    { table: PEOPLE, rows: sorted([...people].map(([email, row]) => [email, ...row])) },
    { table: ORDERS, rows: sorted([...orders].map(([key, row]) => [...key.split(' '), ...row])) },
  ];
}

type Draw = (below: number) => number;

function change({ sections, people, orders }: World, draw: Draw): void {
  const pick = (keys: Iterable<string>): string | null => {
    const all = [...keys];
    return draw(5) === 0 ? null : (all[draw(all.length)] ?? null);
  };
  const n = (): string => String(draw(6));
  switch (draw(7)) {
    case 0:
      sections.set(String(1 + draw(6)), n());
      return;
    case 1:
    case 2: {
      const email = `p${String(draw(8))}@x.test`;
      const boss = pick(people.keys());
      people.set(email, [pick(sections.keys()), boss === email ? null : boss, n()]);
      return;
    }
    case 3:
    case 4:
      orders.set(`${String(draw(4))} ${String(draw(4))}`, [pick(people.keys()), pick(sections.keys()), n()]);
      return;
    case 5: {
      const gone = pick(people.keys());
      if (gone === null) return;
      people.delete(gone);
      for (const [email, [section, boss, value]] of people) {
        if (boss === gone) people.set(email, [section, null, value]);
      }
      // As ON DELETE CASCADE.
      for (const [key, [person]] of orders) if (person === gone) orders.delete(key);
      return;
    }
    default:
      for (const key of [...orders.keys()].filter(() => draw(6) === 0)) orders.delete(key);
  }
}

function selectionOf({ people, orders }: World, draw: Draw): Selection {
  const tables = ['sections', 'people', 'orders'].filter(() => draw(3) === 0);
  const people_ = [...people.keys()]
    .filter(() => draw(4) === 0)
    .map((email) => ({ table: 'people', key: [email] }));
  const orders_ = [...orders.keys(), '9 9']
    .filter(() => draw(5) === 0)
    .map((key) => ({ table: 'orders', key: key.split(' ') }));
  return {
    tables,
    ...(draw(2) === 0 ? { rows: [...people_, ...orders_], withChildren: draw(2) === 0 } : {}),
    ...(draw(3) === 0 ? { set: 'some' } : {}),
  };
}

function incremental(
  workspace: TestWorkspace,
  production: FakeProduction,
  options: { readonly selection?: Selection; readonly method?: ChangeMethod } = {},
): Promise<PullReport> {
  return workspace.open((context) =>
    pullIncremental(context, {
      production,
      maskingKey: KEY,
      replaceLocalEdits: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      ...options,
    }),
  );
}

async function stateOf(workspace: TestWorkspace): Promise<unknown> {
  return workspace.open(({ ledger }) => ({
    local: dumpRows(workspace.database).sort(),
    base: dumpRows(ledger.pulled('production')!.basePath).sort(),
    held: ledger.held('production'),
  }));
}

const EDITS = `
  UPDATE sections SET n = 101 WHERE id = 2;
  UPDATE orders SET n = 102 WHERE a = 1 AND b = 1;
  INSERT INTO orders (a, b, n) VALUES (3, 3, 103);`;

describe('a pull of everything after selective pulls', function () {
  this.timeout(120_000);
  const folder = temporaryFolders();
  const kinds = [
    { name: 'the change log', options: { kit: true } },
    { name: 'the change log without a snapshot', options: { kit: true, consistent: false } },
    { name: 'comparison', options: {}, method: 'full' },
    { name: 'digests', options: { digests: true } },
  ] as const;

  for (const { name, options, ...rest } of kinds) {
    for (const edited of [false, true]) {
      it(`ends where it ends without them, by ${name}${edited ? ', beside local edits' : ''}`, async () => {
        const { seed, random } = seededRandom();
        const draw: Draw = (below) => Math.floor(random() * below);
        for (let round = 0; round < ROUNDS; round += 1) {
          const world: World = {
            sections: new Map([
              ['1', '0'],
              ['2', '0'],
            ]),
            people: new Map(),
            orders: new Map(),
          };
          world.orders.set('1 1', [null, '1', '1']);
          for (let made = 0; made < 12; made += 1) change(world, draw);
          const production = fakeProduction(tablesOf(world), { batchRows: 2, ...options });
          const [selective, whole] = [testWorkspace(folder(), RULES), testWorkspace(folder(), RULES)];
          await selective.pull(production);
          await whole.pull(production);
          // Marks of the first pull: the change log and digests are asked only from then on.
          for (const workspace of [selective, whole]) {
            if (draw(4) > 0) await incremental(workspace, production, rest);
            if (edited) execute(workspace.database, EDITS.replace('INSERT INTO', 'INSERT OR REPLACE INTO'));
          }
          const selections: Selection[] = [];
          for (let pulls = 1 + draw(3); pulls > 0; pulls -= 1) {
            for (let changes = draw(6); changes >= 0; changes -= 1) change(world, draw);
            production.tables = tablesOf(world);
            const selection = selectionOf(world, draw);
            selections.push(selection);
            await incremental(selective, production, { selection, ...rest }).catch((error: unknown) => {
              // Only that a masked key names nobody in production is no mistake of the engine's.
              if ((error as { code?: string }).code !== 'SELECTION_INVALID') throw error;
            });
          }
          await incremental(selective, production, rest);
          await incremental(whole, production, rest);
          const where = `seed ${String(seed)}, round ${String(round)}, ${JSON.stringify(selections)}`;
          assert.deepEqual(await stateOf(selective), await stateOf(whole), where);
        }
      });
    }
  }
});
