import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SyncReport } from '../../../src/engine/sync-report.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { cliProject, configure } from './cli-project.ts';

describe('syncline sync', function () {
  this.timeout(120_000);
  const project = cliProject();

  const sync = (at: string, ...more: readonly string[]): Promise<CliRun> =>
    runCli(['sync', '--workspace', at, '--json', ...more], { env: project.direct() });
  const reportOf = (run: CliRun): SyncReport => JSON.parse(run.stdout) as SyncReport;
  const production = (sql: string): Promise<unknown[]> =>
    withClient(project.connectionString(), async (client) => (await client.query<object>(sql)).rows);

  function workspace(): string {
    const at = project.workspace();
    configure(at, { defaults: { direction: 'both' } });
    return at;
  }

  it('brings both sides what the other one changed', async () => {
    const at = workspace();
    const local = join(at, 'dev.db');
    await production('update members set section_id = 3 - section_id where id = 20');
    execute(local, 'UPDATE members SET section_id = 3 - section_id WHERE id = 21');
    const there = await production(
      'select section_id as id from members where id in (20, 21) order by members.id',
    );
    project.refused(await sync(at), 'TARGET_PROTECTED');
    const run = await sync(at, '--arm', 'production');
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const { push, held } = reportOf(run);
    assert.deepEqual([push?.state, push?.totals.updated, held], ['pushed', 1, 0]);
    const now = await production(
      'select section_id as id from members where id in (20, 21) order by members.id',
    );
    assert.deepEqual(now[0], there[0]);
    assert.notDeepEqual(now[1], there[1]);
    assert.deepEqual(
      query(local, 'SELECT section_id FROM members WHERE id IN (20, 21) ORDER BY id').map(([id]) => ({
        id: Number(id),
      })),
      now,
    );
  });

  it('exits with 2 when a row waits for a decision', async () => {
    const at = workspace();
    await production(`insert into sections values (70, 'Theirs') on conflict do nothing`);
    await production('update members set section_id = 70 where id = 22');
    execute(join(at, 'dev.db'), 'UPDATE members SET section_id = 3 - section_id WHERE id = 22');
    const run = await sync(at, '--arm', 'production');
    assert.equal(run.code, 2, run.stdout + run.stderr);
    assert.equal(reportOf(run).held, 1);
    assert.deepEqual(await production('select section_id from members where id = 22'), [{ section_id: 70 }]);
  });
});
