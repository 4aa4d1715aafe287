import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIT_VERSION } from '../../../src/databases/kit/kit-version.ts';
import type { KitReport } from '../../../src/engine/kit-report.ts';
import { runCli, type CliRun } from '../../support/cli.ts';
import { cliProject, configure } from './cli-project.ts';

describe('the command line: kit', function () {
  this.timeout(60_000);
  const project = cliProject();

  const status = async (at: string, env = project.http()): Promise<[number | null, KitReport]> => {
    const run = await runCli(['kit', 'status', '--json', '--workspace', at], { env });
    return [run.code, JSON.parse(run.stdout) as KitReport];
  };
  const write = (at: string, ...more: readonly string[]): Promise<CliRun> =>
    runCli(['kit', 'sql', '--write', '--workspace', at, ...more], { env: project.direct() });
  const causeOf = ({ tables }: KitReport, table: string): string | undefined =>
    tables.find((each) => each.table === table)?.cause;

  it('tells that there is none, writes it, and tells when it is installed and tracks what it can', async () => {
    const at = project.workspace();
    for (const env of [project.http(), project.direct()]) {
      const [code, report] = await status(at, env);
      assert.deepEqual([code, report.state, report.version], [2, 'absent', KIT_VERSION]);
      assert.match(report.advice, /kit sql --write/);
    }
    const written = await write(at);
    assert.equal(written.code, 0, written.stderr);
    const folder = join(at, 'supabase/migrations');
    const [file, ...others] = readdirSync(folder).filter((name) => /^([0-9]+)_(.*)\.sql$/.test(name));
    assert.match(file ?? '', /^\d{14}_syncline_kit\.sql$/);
    assert.deepEqual(others, [], 'nothing else that supabase would apply');
    assert.deepEqual(readdirSync(join(folder, 'down')), [file]);
    project.refused(await write(at, '--json'), 'MIGRATION_EXISTS');

    await project.sandbox().execute(readFileSync(join(folder, file ?? ''), 'utf8'));
    for (const env of [project.http(), project.direct()]) {
      const [code, report] = await status(at, env);
      assert.deepEqual([code, report.state, report.installedVersion], [0, 'current', KIT_VERSION]);
      assert.deepEqual(
        report.tables.map(({ table, tracked }) => [table, tracked]),
        [
          ['log', false],
          ['members', true],
          ['sections', true],
        ],
      );
      assert.equal(causeOf(report, 'log'), 'no-primary-key');
    }
    const text = await runCli(['kit', 'status', '--workspace', at], { env: project.http() });
    assert.match(text.stdout, /^kit: current, version 1 of 1$/m);
    assert.match(text.stdout, /^members +yes$/m);
    const elsewhere = project.workspace();
    configure(elsewhere, { migrations: { directory: 'db' } });
    const again = await write(elsewhere);
    assert.match(again.stderr, /installed already/);
    assert.match(again.stdout, /\/db\/\d{14}_syncline_kit\.sql/);
  });

  const ALTERATIONS: readonly (readonly [KitReport['state'], string, string])[] = [
    ['older', 'update syncline.meta set version = 0', `update syncline.meta set version = ${KIT_VERSION}`],
    ['newer', 'update syncline.meta set version = 99', `update syncline.meta set version = ${KIT_VERSION}`],
    [
      'restored',
      `update syncline.meta set origin = 'elsewhere'`,
      'update syncline.meta set origin = syncline.origin()',
    ],
    [
      'current',
      'alter table members disable trigger syncline_update',
      'alter table members enable always trigger syncline_update',
    ],
    ['partial', 'drop function public.syncline_prune(interval)', ''],
  ];
  for (const [state, sql, undo] of ALTERATIONS) {
    it(`exits with 2 for a kit that is ${state === 'current' ? 'switched off on a table' : state}`, async () => {
      const at = project.workspace();
      await project.sandbox().execute(sql);
      for (const env of [project.http(), project.direct()]) {
        const [code, report] = await status(at, env);
        assert.deepEqual([code, report.state], [2, state]);
        assert.notEqual(report.advice, 'Everything is in order.');
        if (state === 'current') assert.equal(causeOf(report, 'members'), 'untracked');
        if (state === 'partial') assert.deepEqual(report.missing, ['public.syncline_prune(interval)']);
      }
      if (undo !== '') await project.sandbox().execute(undo);
    });
  }

  it('refuses a key that may not ask, and a folder that cannot be written', async () => {
    const at = project.workspace();
    const env = project.http(undefined, project.sandbox().publishableKey);
    const run = await runCli(['kit', 'status', '--json', '--workspace', at], { env });
    project.refused(run, 'REMOTE_FORBIDDEN');
    writeFileSync(join(at, 'file'), '');
    configure(at, { migrations: { directory: 'file' } });
    project.refused(await write(at, '--json'), 'MIGRATION_UNWRITABLE');
  });
});
