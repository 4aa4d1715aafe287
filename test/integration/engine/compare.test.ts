import assert from 'node:assert/strict';
import type { RowCounts } from '../../../src/core/local-ports.ts';
import type { Table } from '../../../src/core/schema/model.ts';
import type { PostgresTextRow } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace } from '../../support/test-workspace.ts';

const NONE: RowCounts = { inserted: 0, updated: 0, deleted: 0 };

interface Example {
  readonly what: string;
  readonly table: Table;
  readonly before: readonly PostgresTextRow[];
  readonly now: readonly PostgresTextRow[];
  readonly expected: RowCounts;
  /** What the workspace file says about the table. */
  readonly rules?: object;
}

const PEOPLE = table(
  't',
  { id: required(type.bigint), email: type.text, active: type.boolean, n: type.numeric },
  { key: ['id'] },
);
const NATURAL = table('t', { email: required(type.text), n: type.int }, { key: ['email'] });
const COMPOSITE = table(
  't',
  { a: required(type.int), b: required(type.text), c: type.text },
  { key: ['a', 'b'] },
);
const KEYLESS = table('t', { a: type.text, at: type.timestamptz });

const EXAMPLES: readonly Example[] = [
  {
    what: 'one of each',
    table: PEOPLE,
    before: [
      ['1', 'a@x.test', 't', '1'],
      ['2', 'b@x.test', 't', '1'],
    ],
    now: [
      ['1', 'a@x.test', 'f', '1'],
      ['9007199254740993', 'c@x.test', 't', null],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'a change of nothing but a masked column',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1']],
    now: [['1', 'b@x.test', 't', '1']],
    expected: { ...NONE, updated: 1 },
  },
  {
    what: 'a masked column that became NULL, and one that was NULL',
    table: PEOPLE,
    before: [
      ['1', 'a@x.test', 't', '1'],
      ['2', null, 't', '1'],
    ],
    now: [
      ['1', null, 't', '1'],
      ['2', '', 't', '1'],
    ],
    expected: { ...NONE, updated: 2 },
  },
  {
    what: 'no change where a number is written otherwise',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1.10']],
    now: [['1', 'a@x.test', 't', '1.1']],
    expected: NONE,
    rules: { mask: { n: 'keep' } },
  },
  {
    what: 'rows by a key that is masked',
    table: NATURAL,
    before: [
      ['a@x.test', '1'],
      ['b@x.test', '1'],
      ['c@x.test', '1'],
    ],
    now: [
      ['a@x.test', '1'],
      ['b@x.test', '2'],
      ['d@x.test', '1'],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'rows by a composite key',
    table: COMPOSITE,
    before: [
      ['1', 'x', 'old'],
      ['1', 'y', 'old'],
      ['2', 'x', 'old'],
    ],
    now: [
      ['1', 'x', 'old'],
      ['1', 'y', 'new'],
      ['2', 'y', 'old'],
    ],
    expected: { inserted: 1, updated: 1, deleted: 1 },
  },
  {
    what: 'rows without a key by their number',
    table: KEYLESS,
    before: [
      ['x', null],
      ['x', null],
      ['y', '2024-01-01 00:00:00+00'],
    ],
    now: [
      ['x', null],
      ['y', '2024-01-01 00:00:00+00'],
      ['y', '2024-01-01 00:00:00+00'],
      ['y', '2024-01-01 00:00:00.000001+00'],
    ],
    expected: { inserted: 2, updated: 0, deleted: 1 },
  },
  {
    what: 'columns that are excluded, which is nothing',
    table: PEOPLE,
    before: [['1', 'a@x.test', 't', '1']],
    now: [['1', 'z@x.test', 't', '1']],
    expected: NONE,
    rules: { exclude: ['email'] },
  },
  {
    what: 'a table that was empty',
    table: PEOPLE,
    before: [],
    now: [['1', null, null, null]],
    expected: { ...NONE, inserted: 1 },
  },
];

describe('comparing production with what was pulled', () => {
  const folder = temporaryFolders();

  for (const { what, table: source, before, now, expected, rules = {} } of EXAMPLES) {
    for (const raw of [false, true]) {
      it(`finds ${what}${raw ? ', after a raw pull' : ''}`, async () => {
        const workspace = testWorkspace(folder(), { tables: { t: rules } });
        const production = fakeProduction([{ table: source, rows: before }], { batchRows: 2 });
        await workspace.pull(production, { raw });
        production.tables = [{ table: source, rows: now }];
        const [compared] = await workspace.compare(production);
        assert.deepEqual(compared?.counts, expected);
        assert.deepEqual(compared.schemaDifferences, []);
        const [shown] = (await workspace.status()).tables;
        assert.deepEqual(shown?.production, expected);
        const changed = expected.inserted + expected.updated + expected.deleted > 0;
        assert.equal(shown.drift, changed ? 'production-changes' : 'in-step');
      });
    }
  }

  it('finds nothing in a production that did not change, of every kind', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    for (const { counts, table: key } of await workspace.compare(fakeProduction(scoutTables()))) {
      assert.deepEqual(counts, NONE, key);
    }
  });

  it('needs a pull, and the key that it was masked with', async () => {
    const workspace = testWorkspace(folder());
    const production = fakeProduction(scoutTables());
    await expectError('LOCAL_NOT_FOUND', () => workspace.compare(production));
    await workspace.pull(production);
    const error = await expectError('MASKING_KEY_MISSING', () => workspace.compare(production, OTHER_KEY));
    assert.ok(!error.message.includes(KEY.fingerprint));
    await expectError('REMOTE_ROWS_HIDDEN', () =>
      workspace.compare(fakeProduction(scoutTables(), { seesAllRows: false })),
    );
  });

  it('is not mistaken for a comparison with a pull that was made meanwhile', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    let pulled = false;
    const changed = scoutTables().map((each) => ({ ...each, rows: [] }));
    await workspace.compare(
      fakeProduction(changed, {
        async onStep() {
          if (pulled) return;
          pulled = true;
          await workspace.pull(fakeProduction(changed));
        },
      }),
    );
    assert.deepEqual([...new Set((await workspace.status()).tables.map(({ drift }) => drift))], ['in-step']);
  });

  it('can be cancelled, and leaves what was known', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    const controller = new AbortController();
    const production = fakeProduction(scoutTables(), {
      onStep: ({ kind }) => {
        if (kind === 'batch') throw new DOMException('stopped', 'AbortError');
      },
    });
    await assert.rejects(workspace.compare(production), { name: 'AbortError' });
    controller.abort();
    assert.equal(production.openSnapshots, 0);
    assert.ok((await workspace.status()).tables.every((each) => each.comparedAt === undefined));
  });
});
