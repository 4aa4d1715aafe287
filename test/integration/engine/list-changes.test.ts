import assert from 'node:assert/strict';
import type { ChangesReport } from '../../../src/engine/changes-report.ts';
import { listLocalChanges, type ListOptions } from '../../../src/engine/list-local-changes.ts';
import { listProductionChanges } from '../../../src/engine/list-production-changes.ts';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const { signal } = new AbortController();

const members: FakeTable = {
  table: table(
    'members',
    { id: required(type.bigint), email: required(type.text), points: type.int },
    { key: ['id'] },
  ),
  rows: [
    ['1', 'ada@one.test', '1'],
    ['2', 'bo@two.test', '2'],
    ['9007199254740993', 'cy@three.test', null],
  ],
};
const visits: FakeTable = { table: table('visits', { place: type.text }), rows: [['Oslo']] };

describe('listing what changed', () => {
  const folder = temporaryFolders();
  let workspace: TestWorkspace;
  let production: FakeProduction;

  beforeEach(async () => {
    workspace = testWorkspace(folder(), { defaults: { direction: 'both' } });
    production = fakeProduction([members, visits]);
    await workspace.pull(production);
  });

  const here = (options: ListOptions = {}): Promise<ChangesReport> =>
    workspace.open((context) => listLocalChanges(context, options));
  const there = (options: ListOptions = {}, key = KEY): Promise<ChangesReport> =>
    workspace.open((context) =>
      listProductionChanges(context, { production, maskingKey: key, signal, ...options }),
    );
  const short = (report: ChangesReport): unknown =>
    report.tables.flatMap(({ rows }) => rows.map(({ op, key, columns }) => [op, key, columns]));

  it('finds nothing after a pull, on either side', async () => {
    assert.deepEqual(await here(), { side: 'local', tables: [], warnings: [] });
    const { tables, warnings } = await there();
    assert.deepEqual(tables, []);
    assert.match(warnings[0] ?? '', /visits has no primary key/);
  });

  it('gives whole rows of local changes, before and after, and what is refused', async () => {
    const [[, pseudonym] = []] = query(workspace.database, 'SELECT id, email FROM members WHERE id = 2');
    execute(
      workspace.database,
      `UPDATE members SET points = 7 WHERE id = 1;
       DELETE FROM members WHERE id = 9007199254740993;
       INSERT INTO members VALUES (4, '${String(pseudonym)}', 4), (5, 'new@five.test', 'no number');
       INSERT INTO visits VALUES ('Rome')`,
    );
    const report = await here();
    assert.deepEqual(short(report), [
      ['insert', ['4'], ['id', 'email', 'points']],
      ['insert', ['5'], ['id', 'email', 'points']],
      ['update', ['1'], ['points']],
      ['delete', ['9007199254740993'], ['id', 'email', 'points']],
    ]);
    const [first, second, third] = report.tables[0]?.rows ?? [];
    assert.equal(first?.refused?.cause, 'pseudonym');
    assert.equal(second?.refused?.cause, 'unrepresentable');
    assert.equal(second.after?.[2]?.text, 'no number');
    assert.equal(third?.before?.[2]?.text, '1');
    assert.equal(third.after?.[2]?.text, '7');
    assert.ok(!JSON.stringify(report).includes('ada@one.test'), 'a raw value');
    assert.deepEqual(
      report.tables.map(({ table: key, counts, more }) => [key, counts, more]),
      [
        ['members', { inserted: 2, updated: 1, deleted: 1 }, 0],
        ['visits', { inserted: 1, updated: 0, deleted: 0 }, 1],
      ],
    );
    assert.match(report.warnings[0] ?? '', /visits cannot be pushed: .*no primary key/);
  });

  it('gives pages', async () => {
    execute(
      workspace.database,
      `WITH RECURSIVE n (value) AS (SELECT 10 UNION ALL SELECT value + 1 FROM n WHERE value < 34)
       INSERT INTO members SELECT value, 'new@x.test', 0 FROM n`,
    );
    const first = await here({ limit: 10 });
    assert.deepEqual([first.tables[0]?.rows.length, first.tables[0]?.more], [10, 15]);
    const last = await here({ limit: 10, offset: 20 });
    assert.deepEqual([last.tables[0]?.rows.length, last.tables[0]?.more], [5, 0]);
    assert.deepEqual(last.tables[0]?.rows[0]?.key, ['30']);
    assert.deepEqual((await here({ tables: ['visits'] })).tables, []);
  });

  it('gives what an incremental pull would bring, masked, and takes nothing in', async () => {
    production.tables = [
      {
        ...members,
        rows: [
          ['1', 'ada@new.test', '1'],
          ['2', 'bo@two.test', '5'],
          ['7', 'gil@seven.test', '7'],
        ],
      },
      visits,
    ];
    const before = dump(workspace.database);
    const report = await there();
    assert.deepEqual(short(report), [
      ['update', ['1'], ['email']],
      ['update', ['2'], ['points']],
      ['insert', ['7'], ['id', 'email', 'points']],
      ['delete', ['9007199254740993'], ['id', 'email', 'points']],
    ]);
    assert.ok(!/@new.test|gil@/.test(JSON.stringify(report)), 'a raw value');
    assert.equal(dump(workspace.database), before);
    assert.deepEqual(await there({ limit: 1, offset: 3 }).then(short), [
      ['delete', ['9007199254740993'], ['id', 'email', 'points']],
    ]);
    await expectError('MASKING_KEY_MISSING', () => there({}, OTHER_KEY));
  });

  it('marks the rows that wait for a decision, on both sides', async () => {
    execute(workspace.database, 'UPDATE members SET points = 10 WHERE id = 1');
    production.tables = [
      { ...members, rows: [['1', 'ada@one.test', '11'], ...members.rows.slice(1)] },
      visits,
    ];
    await workspace.open((context) =>
      pullIncremental(context, {
        production,
        maskingKey: KEY,
        replaceLocalEdits: false,
        signal,
        onProgress: () => undefined,
      }),
    );
    for (const { tables } of [await here(), await there()]) {
      assert.deepEqual(
        tables[0]?.rows.map(({ key, held }) => [key, held]),
        [[['1'], true]],
      );
    }
  });
});
