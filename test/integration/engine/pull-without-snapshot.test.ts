import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction, type FakeTable } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace } from '../../support/test-workspace.ts';

describe('a pull without one snapshot', () => {
  const folder = temporaryFolders();
  const inconsistent = { consistent: false, completeness: 'partial' } as const;

  it('says so, and what that means', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(fakeProduction(scoutTables(), inconsistent));
    assert.equal(report.snapshot.consistent, false);
    assert.equal(report.partialCatalog, true);
    assert.ok(report.warnings.some((line) => line.includes('one after the other')));
    assert.ok(report.warnings.some((line) => line.includes('could not be read')));
    assert.equal(
      report.checks.find(({ name }) => name === 'production kept its schema')?.detail,
      'the schema is the same after the pull as before',
    );
  });

  it('takes rows that production wrote meanwhile, parents with their children', async () => {
    const workspace = testWorkspace(folder());
    const users = (rows: number): FakeTable[] =>
      scoutTables().map((each) =>
        each.table.name.name === 'users'
          ? {
              ...each,
              rows: [
                ...each.rows,
                ...Array.from({ length: rows }, (_, at) => [`1${at}`, `n${at}@x.test`, null, '9', null, 't']),
              ],
            }
          : each.table.name.name === 'sections' && rows > 0
            ? { ...each, rows: [...each.rows, ['9', 'New', null]] }
            : each,
      );
    const production = fakeProduction(users(0), {
      ...inconsistent,
      onStep: ({ kind, nth }) => {
        // A section and its members arrive once every table was counted.
        if (kind === 'batch' && nth === 1) production.tables = users(2);
      },
    });
    const report = await workspace.pull(production);
    assert.deepEqual(query(workspace.database, 'PRAGMA foreign_key_check'), []);
    assert.match(
      report.checks.find(({ name }) => name === 'row counts')?.detail ?? '',
      /production wrote meanwhile: .*sections \(2 when counted, 3 read\)/,
    );
  });

  it('is refused when a table was altered meanwhile', async () => {
    const workspace = testWorkspace(folder());
    const production = fakeProduction(scoutTables(), {
      ...inconsistent,
      onStep: ({ kind, table: key }) => {
        if (kind !== 'batch' || key !== 'sections') return;
        production.tables = scoutTables().map((each) =>
          each.table.name.name === 'audit' ? { ...each, table: { ...each.table, comment: 'altered' } } : each,
        );
      },
    });
    await expectError('REMOTE_CHANGED', () => workspace.pull(production));
    assert.deepEqual(readdirSync(workspace.folder).sort(), ['.syncline', 'syncline.json']);
  });

  it('is not refused when only the planner’s estimate moved', async () => {
    const workspace = testWorkspace(folder());
    const production = fakeProduction(scoutTables(), {
      ...inconsistent,
      onStep: ({ kind }) => {
        if (kind !== 'batch') return;
        production.tables = scoutTables().map((each) => ({
          ...each,
          table: { ...each.table, estimatedRows: 7 },
        }));
      },
    });
    await workspace.pull(production);
  });
});
