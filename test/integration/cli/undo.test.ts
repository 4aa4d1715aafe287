import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { UndoableRun, UndoReport } from '../../../src/engine/undo-report.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { execute } from '../../support/sqlite-files.ts';
import { cliProject, configure } from './cli-project.ts';

describe('syncline undo', function () {
  this.timeout(120_000);
  const project = cliProject();

  const run = (at: string, ...words: readonly string[]): Promise<CliRun> =>
    runCli([...words, '--workspace', at, '--json'], { env: project.direct() });
  const section = (member: number): Promise<unknown[]> =>
    withClient(project.connectionString(), async (client) => {
      const { rows } = await client.query<object>(`select section_id from members where id = ${member}`);
      return rows;
    });

  async function pushed(member: number): Promise<string> {
    const at = project.workspace();
    configure(at, { defaults: { direction: 'both' } });
    execute(join(at, 'dev.db'), `UPDATE members SET section_id = 3 - section_id WHERE id = ${member}`);
    const { code, stderr } = await run(at, 'push', '--arm', 'production');
    assert.equal(code, 0, stderr);
    return at;
  }

  it('lists, shows and takes back a push, once it is armed', async () => {
    const before = await section(30);
    const at = await pushed(30);
    const after = await section(30);
    const listed = JSON.parse((await run(at, 'undo', '--list')).stdout) as UndoableRun[];
    assert.deepEqual([listed[0]?.operation, listed[0]?.rows], ['push', 1]);
    const plan = await run(at, 'undo', '--dry-run');
    assert.equal(plan.code, 0, plan.stderr);
    const planned = JSON.parse(plan.stdout) as UndoReport;
    assert.deepEqual([planned.state, planned.run], ['planned', listed[0]?.run]);
    project.refused(await run(at, 'undo'), 'TARGET_PROTECTED');
    assert.deepEqual(await section(30), after);
    const undone = await run(at, 'undo', '--arm', 'production');
    assert.deepEqual([undone.code, (JSON.parse(undone.stdout) as UndoReport).state], [0, 'undone']);
    assert.deepEqual(await section(30), before);
  });

  it('exits with 2 when a row was changed since, and with 3 when there is no such run', async () => {
    const at = await pushed(31);
    await withClient(project.connectionString(), (client) =>
      client.query('delete from members where id = 31'),
    );
    const stale = await run(at, 'undo', '--arm', 'production');
    assert.equal(stale.code, 2, stale.stdout + stale.stderr);
    assert.equal((JSON.parse(stale.stdout) as UndoReport).stale.length, 1);
    project.refused(await run(at, 'undo', 'no-such-run', '--arm', 'production'), 'UNDO_UNAVAILABLE');
  });
});
