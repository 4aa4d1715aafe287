import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PULL_PHASES, type PullProgress } from '../../../src/engine/progress.ts';
import { required, table, type } from '../../support/catalog.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { PERSONAL, scoutTables } from '../../support/scout-tables.ts';
import { bytesOf, dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, OTHER_KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

/** Everything that Syncline keeps beside the local database, and the database itself, as one text. */
function everyByteOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('a pull', () => {
  const folder = temporaryFolders();

  it('brings schema and rows, masked, with references intact', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(fakeProduction(scoutTables(), { batchRows: 2 }));
    assert.deepEqual(query(workspace.database, 'PRAGMA foreign_key_check'), []);
    assert.deepEqual(query(workspace.database, 'SELECT id, section_id, invited_by, active FROM users'), [
      [1n, 1n, 9007199254740993n, 1n],
      [2n, 2n, 1n, 0n],
      [3n, null, 3n, 1n],
      [9007199254740993n, 2n, null, 1n],
    ]);
    assert.deepEqual(query(workspace.database, 'SELECT "select ""it""", amount FROM "order"'), [
      [1n, '12345678901234567890.10'],
      [1n, '0.1'],
      [2n, null],
    ]);
    assert.deepEqual(query(workspace.database, 'SELECT count(*), count(DISTINCT email) FROM users'), [
      [4n, 4n],
    ]);
    assert.equal(report.totals.rows, 12);
    assert.ok(report.totals.maskedColumns >= 3);
  });

  it('lets no personal value reach the disk or the log', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    await workspace.pull(fakeProduction(scoutTables()));
    const bytes = everyByteOf(workspace.folder) + workspace.log.join('\n');
    for (const value of PERSONAL) assert.ok(!bytes.includes(Buffer.from(value).toString('latin1')), value);
  });

  it('pulls raw when asked, and says so', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(fakeProduction(scoutTables()), { raw: true });
    assert.equal(report.masked, false);
    assert.equal(report.maskingKey, undefined);
    assert.equal(report.totals.maskedColumns, 0);
    assert.deepEqual(query(workspace.database, 'SELECT email FROM users WHERE id = 1'), [[PERSONAL[0]]]);
    assert.equal(report.checks.find((check) => check.name === 'masking')?.status, 'skipped');
  });

  it('leaves nothing of an earlier raw pull in the database, and says where it is left', async () => {
    for (const mode of ['DELETE', 'WAL']) {
      const workspace = testWorkspace(folder());
      // Many more rows than later, so that pages become free.
      const many = Array.from({ length: 2000 }, () => [null, PERSONAL.join(' ')]);
      const larger = scoutTables().map((each) =>
        each.table.name.name === 'audit' ? { ...each, rows: many } : each,
      );
      await workspace.pull(fakeProduction(larger), { raw: true });
      execute(workspace.database, `PRAGMA journal_mode = ${mode}`);
      const read = (): string => readFileSync(workspace.database, 'latin1');
      const raw = PERSONAL.map((value) => Buffer.from(value).toString('latin1'));
      assert.ok(raw.every((value) => read().includes(value)));
      const report = await workspace.pull(fakeProduction(scoutTables()));
      assert.deepEqual(
        raw.filter((value) => read().includes(value)),
        [],
      );
      assert.ok(
        report.warnings.includes('The backup holds the rows of the raw pull before this one, unmasked.'),
      );
      const next = await workspace.pull(fakeProduction(scoutTables()));
      assert.ok(!next.warnings.some((line) => line.includes('unmasked')));
    }
  });

  it('gives the same database for the same key, and other pseudonyms for another', async () => {
    const [first, second, third] = [1, 2, 3].map(() => testWorkspace(folder())) as [
      TestWorkspace,
      TestWorkspace,
      TestWorkspace,
    ];
    await first.pull(fakeProduction(scoutTables()));
    await second.pull(fakeProduction(scoutTables(), { batchRows: 1 }));
    await third.pull(fakeProduction(scoutTables()), { maskingKey: OTHER_KEY });
    assert.deepEqual(bytesOf(first.database), bytesOf(second.database));
    assert.notEqual(dump(third.database), dump(first.database));
    const emails = [first, third].map(({ database }) => query(database, 'SELECT email FROM users').flat());
    assert.ok(emails[0]!.every((email) => !emails[1]!.includes(email)));
    // A second pull into the same file gives it again, whatever became of the rows meanwhile.
    execute(first.database, 'DELETE FROM audit', `UPDATE sections SET name = 'x'`);
    await first.pull(fakeProduction(scoutTables()), { replaceLocalEdits: true });
    assert.equal(dump(first.database), dump(second.database));
  });

  it('reports what came, what was masked and why, and what was checked', async () => {
    const workspace = testWorkspace(folder(), { tables: { sections: { mask: { name: 'keep' } } } });
    const report = await workspace.pull(fakeProduction(scoutTables()));
    assert.equal(report.address, 'postgres://fake.invalid/production');
    assert.deepEqual(report.snapshot, { id: 'fake:1', consistent: true });
    assert.equal(report.maskingKey, KEY.fingerprint);
    assert.deepEqual(
      report.tables.map(({ table: key, rows, withoutKey }) => [key, rows, withoutKey]).sort(),
      [
        ['audit', 3, true],
        ['order', 3, false],
        ['sections', 2, false],
        ['users', 4, false],
      ],
    );
    const sections = report.tables.find(({ table: key }) => key === 'sections');
    assert.deepEqual(
      sections?.columns.map(({ column, transformer }) => [column, transformer]),
      [
        ['id', 'keep'],
        ['name', 'keep'],
        ['leader_id', 'keep'],
      ],
    );
    assert.equal(sections.columns[1]?.reason, 'rule');
    const users = report.tables.find(({ table: key }) => key === 'users');
    assert.notEqual(users?.columns.find(({ column }) => column === 'email')?.transformer, 'keep');
    assert.deepEqual(
      report.checks.map(({ name, status }) => [name, status]),
      [
        ['production kept its schema', 'passed'],
        ['row counts', 'passed'],
        ['foreign keys', 'passed'],
        ['integrity', 'passed'],
        ['masked cells differ from their originals', 'passed'],
        ['no original stands elsewhere', 'passed'],
      ],
    );
    assert.deepEqual(
      report.warnings.filter((line) => line.includes('audit')),
      ['audit has no primary key: it is replaced whole by every pull.'],
    );
    assert.deepEqual(report.local, { path: workspace.database, created: true, replacedEdits: 0 });
    assert.deepEqual(Object.keys(report.durations), [...PULL_PHASES]);
    const kept = await workspace.open(({ ledger }) => ledger.pulled('production')?.report);
    assert.deepEqual(JSON.parse(kept ?? ''), report);
  });

  it('goes through its phases in their order, with totals once they are known', async () => {
    const seen: PullProgress[] = [];
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables(), { batchRows: 1 }), {
      onProgress: (progress) => seen.push(progress),
    });
    assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], [...PULL_PHASES]);
    for (const progress of seen) {
      assert.ok(progress.rowsDone <= progress.rowsTotal && progress.tablesDone <= progress.tablesTotal);
    }
    const last = seen.at(-1);
    assert.deepEqual([last?.rowsDone, last?.rowsTotal, last?.tablesDone, last?.tablesTotal], [12, 12, 4, 4]);
  });

  it('leaves out what the workspace file leaves out', async () => {
    const workspace = testWorkspace(folder(), {
      tables: { users: { exclude: ['email', 'invited_by'] }, audit: { direction: 'none' } },
    });
    const report = await workspace.pull(fakeProduction(scoutTables()));
    assert.deepEqual(query(workspace.database, `SELECT name FROM pragma_table_info('users')`).flat(), [
      'id',
      'full_name',
      'section_id',
      'active',
    ]);
    assert.deepEqual(query(workspace.database, `SELECT count(*) FROM sqlite_schema WHERE name = 'audit'`), [
      [0n],
    ]);
    assert.ok(report.notes.some((note) => note.table === 'users' && note.message.includes('excluded')));
  });

  it('says what no longer comes, and leaves it', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    const report = await workspace.pull(
      fakeProduction(scoutTables().filter((each) => each.table.name.name !== 'audit')),
    );
    assert.deepEqual(report.warnings, ['audit is not pulled any more: the local table was left as it is.']);
    assert.deepEqual(query(workspace.database, 'SELECT count(*) FROM audit'), [[3n]]);
  });

  it('brings an empty table, and a production of nothing but empty ones', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(
      fakeProduction(scoutTables().map((each): FakeTable => ({ table: each.table, rows: [] }))),
    );
    assert.equal(report.totals.rows, 0);
    assert.deepEqual(query(workspace.database, 'SELECT count(*) FROM users'), [[0n]]);
  });

  it('tells tables of several schemas apart', async () => {
    const columns = { id: required(type.int) };
    const workspace = testWorkspace(folder(), {
      targets: { production: { schemas: ['public', 'auth'] } },
    });
    await workspace.pull(
      fakeProduction([
        { table: table('users', columns, { key: ['id'] }), rows: [['1']] },
        { table: table('users', columns, { schema: 'auth', key: ['id'] }), rows: [['2'], ['3']] },
      ]),
    );
    assert.deepEqual(query(workspace.database, 'SELECT id FROM users'), [[1n]]);
    assert.deepEqual(query(workspace.database, 'SELECT id FROM "auth.users"'), [[2n], [3n]]);
  });

  it('does not mask a table by the plan of another that is written alike', async () => {
    const columns = { id: required(type.int), secret: type.text };
    const auth = table('users', columns, { schema: 'auth', key: ['id'] });
    const dotted = table('auth.users', { id: required(type.int), secret: type.int }, { key: ['id'] });
    const workspace = testWorkspace(folder());
    const production = fakeProduction([
      { table: auth, rows: [['1', PERSONAL[1]!]] },
      { table: dotted, rows: [['1', '2']] },
    ]);
    const report = await workspace.pull(production);
    assert.deepEqual(
      report.tables.map((each) => [each.table, each.rows]),
      [['auth.users', 1]],
    );
    assert.notEqual(query(workspace.database, 'SELECT secret FROM "auth.users"')[0]?.[0], PERSONAL[1]);
    assert.ok(
      report.warnings.some((line) => line.includes('"auth.users"')),
      report.warnings.join('\n'),
    );
  });

  it('is done when it is done, though the connection breaks while it is closed', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(
      fakeProduction(scoutTables(), {
        onStep: ({ kind }) => {
          if (kind === 'close') throw new Error('connection lost');
        },
      }),
    );
    assert.equal((await workspace.status()).pulledAt, report.finishedAt);
  });
});
