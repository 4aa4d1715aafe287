import assert from 'node:assert/strict';
import { join } from 'node:path';
import { withClient } from '../../support/chinook.ts';
import { interceptingProxy } from '../../support/intercepting-proxy.ts';
import { bytesOf } from '../../support/sqlite-files.ts';
import { cliProject } from './cli-project.ts';

describe('production that is altered while it is read: REMOTE_CHANGED', function () {
  this.timeout(60_000);
  const project = cliProject();

  it('a table that is dropped, through supabase-js', () =>
    alteredMeanwhile('drop table log', "create table log (line text); insert into log values ('a'), ('a')"));
  it('a table that is altered, through supabase-js', () =>
    alteredMeanwhile('alter table sections add column motto text', 'alter table sections drop column motto'));
  it('a column that is dropped, through supabase-js', () =>
    alteredMeanwhile(
      'alter table sections rename column name to title',
      'alter table sections rename column title to name',
    ));

  async function alteredMeanwhile(change: string, undo: string): Promise<void> {
    const at = project.workspace();
    const before = bytesOf(join(at, 'dev.db'));
    let rowsAsked = 0;
    const proxy = await interceptingProxy(project.sandbox().url, async (_, method, path) => {
      if (method === 'GET' && path.includes('/members?')) rowsAsked += 1;
      // The first reading is the sample; this is in the middle of the rows.
      if (rowsAsked !== 3) return;
      rowsAsked += 1;
      await project.sandbox().execute(change);
    });
    try {
      const run = await project.pull(at, project.http(proxy.url));
      project.refused(run, 'REMOTE_CHANGED');
      assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
    } finally {
      await proxy.stop();
      await project.sandbox().execute(undo);
    }
  }

  for (const [what, change, undo] of [
    ['dropped', 'drop table log', `create table log (line text); insert into log values ('a'), ('a')`],
    ['emptied', 'truncate log', `insert into log values ('a'), ('a')`],
    [
      'rewritten',
      'alter table log alter column line type varchar(100) using line || chr(33)',
      'alter table log alter column line type text using left(line, 1)',
    ],
  ] as const) {
    it(`a table that is ${what} before it is reached, through a connection string`, async () => {
      const at = project.workspace();
      const before = bytesOf(join(at, 'dev.db'));
      await withClient(project.connectionString(), async (client) => {
        // Holds the table until the pull has its snapshot and waits for the table.
        await client.query('begin; lock table log in access exclusive mode');
        const running = project.pull(at, project.direct());
        await withClient(project.connectionString(), async (watcher) => {
          for (;;) {
            const { rowCount } = await watcher.query(
              `select from pg_locks where not granted and relation = 'log'::regclass`,
            );
            if (rowCount !== 0) break;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        });
        await client.query(change);
        await client.query('commit');
        try {
          project.refused(await running, 'REMOTE_CHANGED');
        } finally {
          await client.query(undo);
        }
      });
      assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
    });
  }
});
