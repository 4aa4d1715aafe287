import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PushReport } from '../../../src/engine/push-report.ts';
import type { WorkspaceStatus } from '../../../src/engine/workspace-status.ts';
import { withClient } from '../../support/chinook.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { execute } from '../../support/sqlite-files.ts';
import { cliProject, configure } from './cli-project.ts';

describe('syncline push', function () {
  this.timeout(120_000);
  const project = cliProject();

  /** A pulled workspace whose tables may be pushed, with a change to one row that no other test touches. */
  function changed(member: number, file: object = {}): string {
    const at = project.workspace();
    configure(at, { defaults: { direction: 'both' }, ...file });
    execute(join(at, 'dev.db'), `UPDATE members SET section_id = 3 - section_id WHERE id = ${member}`);
    return at;
  }
  const push = (at: string, ...more: readonly string[]): Promise<CliRun> =>
    runCli(['push', '--workspace', at, '--json', ...more], { env: project.direct() });
  const reportOf = (run: CliRun): PushReport => JSON.parse(run.stdout) as PushReport;
  const query = (sql: string): Promise<unknown[]> =>
    withClient(project.connectionString(), async (client) => (await client.query<object>(sql)).rows);
  const section = async (member: number): Promise<unknown> =>
    (await query(`select section_id as id from members where id = ${member}`))[0];

  it('shows, rehearses, asks for the target’s name, pushes once, and is in step then', async () => {
    const at = changed(10);
    const before = await section(10);
    for (const [flag, state] of [
      ['--dry-run', 'planned'],
      ['--rehearse', 'rehearsed'],
    ] as const) {
      const run = await push(at, flag);
      assert.equal(run.code, 0, run.stderr);
      const report = reportOf(run);
      assert.deepEqual([report.state, report.totals.updated], [state, 1]);
      assert.deepEqual(
        report.preview.map(({ table, key }) => [table, ...key]),
        [['members', '10']],
      );
    }
    project.refused(await push(at), 'TARGET_PROTECTED');
    project.refused(await push(at, '--arm', 'staging'), 'TARGET_PROTECTED');
    assert.deepEqual(await section(10), before);
    const pushed = await push(at, '--arm', 'production');
    assert.deepEqual([pushed.code, reportOf(pushed).state], [0, 'pushed'], pushed.stderr);
    assert.notDeepEqual(await section(10), before);
    const again = await push(at, '--arm', 'production');
    assert.deepEqual([again.code, reportOf(again).state], [0, 'nothing']);
    const { stdout } = await runCli(['status', '--json', '--workspace', at]);
    const [target] = (JSON.parse(stdout) as WorkspaceStatus).targets;
    assert.deepEqual(new Set(target?.tables.map(({ drift }) => drift)), new Set(['in-step']));
  });

  it('exits with 3 when a row is refused, and names it for people too', async () => {
    const at = changed(11);
    await query('delete from members where id = 11');
    const run = await push(at, '--arm', 'production');
    assert.equal(run.code, 3);
    assert.deepEqual(
      reportOf(run).refused.map(({ key, cause }) => [...key, cause]),
      [['11', 'missing-in-production']],
    );
    const told = await runCli(['push', '--workspace', at, '--arm', 'production'], { env: project.direct() });
    assert.equal(told.code, 3);
    assert.match(told.stdout, /Nothing was pushed\.[^]*update members 11: /);
  });

  it('asks for --yes above the limits, and for --approve where the rules do', async () => {
    const limited = changed(12, { targets: { production: { confirm: { rows: 0 } } } });
    project.refused(await push(limited, '--arm', 'production'), 'PUSH_NEEDS_CONFIRMATION');
    assert.equal((await push(limited, '--arm', 'production', '--yes')).code, 0);

    const approval = changed(13, { tables: { members: { push: 'approval' } } });
    const refused = await push(approval, '--arm', 'production');
    assert.equal(refused.code, 3);
    assert.match(reportOf(refused).refused[0]?.message ?? '', /--approve/);
    assert.equal((await push(approval, '--arm', 'production', '--approve', 'members')).code, 0);
  });

  it('goes row by row only when told to, and exits with 2 when that ended in the middle', async () => {
    const at = changed(14);
    const http = (...more: readonly string[]): Promise<CliRun> =>
      runCli(['push', '--workspace', at, '--json', '--arm', 'production', ...more], { env: project.http() });
    project.refused(await http(), 'PUSH_NOT_ATOMIC');
    project.refused(await http('--rehearse'), 'REHEARSAL_UNAVAILABLE');
    execute(
      join(at, 'dev.db'),
      'PRAGMA foreign_keys = OFF; UPDATE members SET section_id = 99 WHERE id = 15',
    );
    const run = await http('--row-by-row');
    assert.equal(run.code, 2, run.stdout + run.stderr);
    const report = reportOf(run);
    assert.deepEqual([report.state, report.totals.updated], ['partial', 1]);
    assert.deepEqual(report.left, [{ table: 'members', inserted: 0, updated: 1, deleted: 0 }]);
  });

  it('fails with 1 where production cannot be reached', async () => {
    const run = await runCli(['push', '--workspace', changed(16), '--json', '--arm', 'production'], {
      env: { ...project.direct(), SYNCLINE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    });
    project.refused(run, 'REMOTE_UNREACHABLE');
    assert.equal(run.code, 1);
  });
});
