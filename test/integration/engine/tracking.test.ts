import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { pullIncremental } from '../../../src/engine/pull-incremental.ts';
import { fakeProduction } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { dump, execute, query } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { KEY, testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

const TRACKED = { local: { path: './dev.db', tracking: 'triggers' } };
const OURS = `SELECT name FROM sqlite_schema WHERE name LIKE '\\_syncline%' ESCAPE '\\'`;
const LOG = 'SELECT "table", k0 FROM _syncline_changes ORDER BY 1, 2';

describe('a workspace that tracks local changes by triggers', () => {
  const folder = temporaryFolders();

  async function pulled(file: object = TRACKED): Promise<TestWorkspace> {
    const workspace = testWorkspace(folder(), file);
    await workspace.pull(fakeProduction(scoutTables()));
    return workspace;
  }

  async function trackings(workspace: TestWorkspace): Promise<Record<string, string>> {
    const { tables } = await workspace.status();
    const told = tables.map(({ table, tracking }) => [
      table,
      tracking === undefined ? 'none' : tracking.state === 'lost' ? tracking.reason : tracking.state,
    ]);
    return Object.fromEntries(told) as Record<string, string>;
  }

  function incremental(workspace: TestWorkspace, tables = scoutTables()): Promise<unknown> {
    return workspace.open((context) =>
      pullIncremental(context, {
        production: fakeProduction(tables),
        maskingKey: KEY,
        replaceLocalEdits: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
  }

  it('says so, and finds what was written', async () => {
    const workspace = await pulled();
    const before = await trackings(workspace);
    assert.equal(before['sections'], 'triggers');
    execute(workspace.database, `UPDATE sections SET name = 'x' WHERE id = 1`);
    assert.deepEqual(await trackings(workspace), before);
    const sections = (await workspace.status()).tables.find(({ table }) => table === 'sections');
    assert.deepEqual(sections?.local, { inserted: 0, updated: 1, deleted: 0 });
  });

  it('has nothing else in its database than one that does not', async () => {
    const [tracked, plain] = [await pulled(), await pulled({})];
    assert.deepEqual(query(plain.database, OURS), []);
    tracked.configure({});
    await tracked.pull(fakeProduction(scoutTables()));
    assert.equal(dump(tracked.database), dump(plain.database));
  });

  it('keeps in its log what still differs after incoming rows, and logs none of these twice', async () => {
    const workspace = await pulled();
    execute(
      workspace.database,
      `UPDATE sections SET name = 'x' WHERE id = 1; UPDATE sections SET name = name WHERE id = 2`,
      `UPDATE sections SET name = 'y' WHERE id = 1`,
    );
    assert.deepEqual(query(workspace.database, LOG), [
      ['sections', 1n],
      ['sections', 2n],
    ]);
    await incremental(workspace);
    assert.deepEqual(query(workspace.database, LOG), [['sections', 1n]]);
    assert.equal((await trackings(workspace))['sections'], 'triggers');
    workspace.configure({});
    await incremental(workspace);
    assert.deepEqual(query(workspace.database, OURS), []);
    assert.equal((await trackings(workspace))['sections'], 'none');
  });

  it('says what cannot be trusted, and puts it right with the next pull', async () => {
    const workspace = await pulled();
    const copy = `${workspace.database}.copy`;
    copyFileSync(workspace.database, copy);
    const [[sql]] = query(workspace.database, `SELECT sql FROM sqlite_schema WHERE name = 'sections'`) as [
      [string],
    ];
    execute(
      workspace.database,
      `PRAGMA foreign_keys = OFF; ALTER TABLE sections RENAME TO old; ${sql}; INSERT INTO sections SELECT * FROM old; DROP TABLE old`,
      `UPDATE sections SET name = 'x' WHERE id = 1`,
    );
    assert.equal((await trackings(workspace))['sections'], 'rebuilt');
    assert.equal((await trackings(workspace))['users'], 'triggers');
    await incremental(workspace);
    assert.equal((await trackings(workspace))['sections'], 'triggers');
    const sections = (await workspace.status()).tables.find(({ table }) => table === 'sections');
    assert.deepEqual(sections?.local, { inserted: 0, updated: 1, deleted: 0 });
    copyFileSync(copy, workspace.database);
    assert.equal((await trackings(workspace))['sections'], 'replaced');
  });
});
