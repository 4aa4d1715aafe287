import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pullIncremental, type IncrementalOptions } from '../../../src/engine/pull-incremental.ts';
import { pullIntoCopy } from '../../../src/engine/pull-into-copy.ts';
import type { PullReport } from '../../../src/engine/pull-report.ts';
import type { Selection } from '../../../src/engine/selection.ts';
import { copyPath } from '../../../src/worker/copy-path.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';
import { knownState, undoing } from '../../support/undo-state.ts';

const people: FakeTable = {
  table: table('people', { email: required(type.text), n: type.int }, { key: ['email'] }),
  rows: [
    ['ada@x.test', '1'],
    ['bo@x.test', '1'],
  ],
};
const orders: FakeTable = {
  table: table(
    'orders',
    { id: required(type.int), person: type.text, n: type.int },
    { key: ['id'], references: [{ columns: ['person'], table: 'people', to: ['email'] }] },
  ),
  rows: [
    ['1', 'ada@x.test', '1'],
    ['2', 'bo@x.test', '1'],
  ],
};
const LATER: FakeTable[] = [
  {
    ...people,
    rows: [
      ['ada@x.test', '2'],
      ['cy@x.test', '2'],
      ['dee@x.test', '2'],
    ],
  },
  {
    ...orders,
    rows: [
      ['1', 'ada@x.test', '2'],
      ['3', 'cy@x.test', '2'],
      ['4', 'dee@x.test', '2'],
    ],
  },
];

function options(production: FakeProduction, selection?: Selection): IncrementalOptions {
  return {
    production,
    maskingKey: KEY,
    replaceLocalEdits: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...(selection === undefined ? {} : { selection }),
  };
}

describe('a selective pull', () => {
  const folder = temporaryFolders();

  async function pulled(): Promise<{ workspace: TestWorkspace; production: FakeProduction }> {
    const workspace = testWorkspace(folder());
    const production = fakeProduction([people, orders], { kit: true });
    await workspace.pull(production);
    production.tables = LATER;
    return { workspace, production };
  }
  const select = (
    { workspace, production }: { workspace: TestWorkspace; production: FakeProduction },
    selection: Selection,
  ): Promise<PullReport> =>
    workspace.open((context) => pullIncremental(context, options(production, selection)));
  const ordersOf = ({ database }: TestWorkspace): unknown =>
    query(database, 'SELECT id, n FROM orders ORDER BY id');
  const peopleOf = ({ database }: TestWorkspace): unknown =>
    query(database, 'SELECT n FROM people ORDER BY n');

  it('brings a record that was never here, with the row that it refers to, and nothing else', async () => {
    const project = await pulled();
    await select(project, { rows: [{ table: 'orders', key: ['3'] }] });
    assert.deepEqual(ordersOf(project.workspace), [
      [1n, 1n],
      [2n, 1n],
      [3n, 2n],
    ]);
    assert.deepEqual(peopleOf(project.workspace), [[1n], [1n], [2n]]);
  });

  it('takes a record away that is gone, with what referred to it, and undoes that', async () => {
    const project = await pulled();
    const before = await knownState(project.workspace);
    await select(project, { rows: [{ table: 'people', key: ['bo@x.test'] }] });
    assert.deepEqual(ordersOf(project.workspace), [[1n, 1n]]);
    assert.deepEqual(peopleOf(project.workspace), [[1n]]);
    await undoing(project.workspace);
    assert.deepEqual(await knownState(project.workspace), before);
  });

  it('brings the rows that refer to a record when they are asked for', async () => {
    const project = await pulled();
    await select(project, { rows: [{ table: 'people', key: ['dee@x.test'] }], withChildren: true });
    assert.deepEqual(ordersOf(project.workspace), [
      [1n, 1n],
      [2n, 1n],
      [4n, 2n],
    ]);
  });

  it('refuses keys by which production cannot be told which row is meant, and tables that are not here', async () => {
    const project = await pulled();
    const [[pseudonym]] = query(project.workspace.database, 'SELECT email FROM people LIMIT 1') as [[string]];
    for (const rows of [
      [{ table: 'people', key: [pseudonym] }],
      [{ table: 'nowhere', key: ['1'] }],
      [{ table: 'orders', key: ['1', '2'] }],
      [{ table: 'orders', key: ['one'] }],
    ]) {
      await expectError('SELECTION_INVALID', () => select(project, { rows }));
    }
    await expectError('SELECTION_INVALID', () => select(project, { set: 'none' }));
    const { warnings } = await select(project, { rows: [{ table: 'orders', key: ['99'] }] });
    assert.deepEqual(warnings, ['1 of the rows of orders that were asked for are nowhere.']);
  });

  it('keeps rows held, comparisons and the position of what was not searched', async () => {
    const project = await pulled();
    const { workspace, production } = project;
    execute(workspace.database, 'UPDATE orders SET n = 9 WHERE id = 1');
    await select(project, { tables: ['orders'] });
    const before = await workspace.open(({ ledger }) => [
      ledger.held('production'),
      ledger.pulled('production')?.marks?.position,
    ]);
    assert.equal((before[0] as unknown[]).length, 1);
    await workspace.compare(production);
    await select(project, { tables: ['people'] });
    const after = await workspace.open(({ ledger }) => [
      ledger.held('production'),
      ledger.pulled('production')?.marks?.position,
    ]);
    assert.deepEqual(after, before);
    const known = await workspace.open(({ ledger }) => ledger.comparisons('production'));
    assert.deepEqual(
      known.map((each) => each.table),
      ['orders'],
    );
  });

  it('goes into a copy, and leaves everything else as it is', async () => {
    const { workspace, production } = await pulled();
    execute(workspace.database, 'UPDATE orders SET n = 9 WHERE id = 2');
    const into = join(workspace.folder, 'copy.db');
    const before = await knownState(workspace);
    const bytes = readFileSync(workspace.database);
    const { local } = await workspace.open((context) =>
      pullIntoCopy(context, { ...options(production, { tables: ['people', 'orders'] }), into }),
    );
    assert.deepEqual([local.path, local.created], [into, true]);
    assert.deepEqual(query(into, 'SELECT id, n FROM orders ORDER BY id'), [
      [1n, 2n],
      [2n, 9n],
      [3n, 2n],
      [4n, 2n],
    ]);
    assert.deepEqual(await knownState(workspace), before);
    assert.deepEqual(readFileSync(workspace.database), bytes);
    await expectError('COPY_PATH_INVALID', () =>
      workspace.open((context) => pullIntoCopy(context, { ...options(production), into })),
    );
    assert.ok(existsSync(into));
  });

  it('makes copies in the workspace folder only, and over nothing', () => {
    const [at, outside] = [folder(), folder()];
    mkdirSync(join(at, '.syncline'));
    symlinkSync(outside, join(at, 'link'));
    execute(join(at, 'dev.db'), 'CREATE TABLE a (b)');
    const local = join(at, 'dev.db');
    for (const into of [
      '',
      'dev.db',
      './x/../dev.db',
      'dev.db-wal',
      '../out.db',
      join(outside, 'out.db'),
      'link/out.db',
      '.syncline/ledger2.db',
      'missing/out.db',
      'folder/',
      'link',
    ]) {
      assert.throws(() => copyPath(at, into, local), { code: 'COPY_PATH_INVALID' }, into);
    }
    assert.match(copyPath(at, './dev.sandbox.db', local), /dev\.sandbox\.db$/);
  });
});
