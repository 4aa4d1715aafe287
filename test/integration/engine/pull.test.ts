import assert from 'node:assert/strict';
import { fakeProduction } from '../../support/fake-production.ts';
import { query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace } from '../../support/test-workspace.ts';
import { scoutTables } from '../../support/scout-tables.ts';

describe('a pull', () => {
  const folder = temporaryFolders();

  it('fills a new database', async () => {
    const workspace = testWorkspace(folder());
    const report = await workspace.pull(fakeProduction(scoutTables()));
    assert.equal(report.totals.rows, 12);
    assert.deepEqual(query(workspace.database, 'SELECT count(*) FROM users'), [[4n]]);
  });
});
