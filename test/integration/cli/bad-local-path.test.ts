import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { skip } from '../../support/skip.ts';
import { bytesOf, execute } from '../../support/sqlite-files.ts';
import { cliProject, configure } from './cli-project.ts';

describe('a local path that cannot be pulled into', function () {
  this.timeout(60_000);
  const project = cliProject();
  const paths: readonly {
    readonly what: string;
    readonly code: ErrorCode;
    readonly path?: string;
    readonly spoil?: (path: string) => void;
  }[] = [
    { what: 'one in a folder that is missing', code: 'LOCAL_DIRECTORY_MISSING', path: './none/dev.db' },
    { what: 'a folder', code: 'LOCAL_IS_DIRECTORY', path: './sub', spoil: (path) => mkdirSync(path) },
    { what: 'a read-only file', code: 'LOCAL_READ_ONLY', spoil: (path) => chmodSync(path, 0o444) },
    { what: 'what is not a database', code: 'LOCAL_NOT_A_DATABASE', path: './syncline.json' },
    {
      what: 'a damaged database',
      code: 'LOCAL_CORRUPT',
      spoil(path) {
        const bytes = readFileSync(path);
        bytes.fill(0xee, 4096 * 3, 4096 * 8);
        writeFileSync(path, bytes);
      },
    },
  ];
  for (const { what, code, path = './dev.db', spoil } of paths) {
    it(`${what}: ${code}`, async () => {
      const at = project.workspace();
      configure(at, { local: { path } });
      spoil?.(join(at, path));
      const whole = join(at, path);
      const before = existsSync(whole) && code !== 'LOCAL_IS_DIRECTORY' ? bytesOf(whole) : undefined;
      project.refused(await project.pull(at, project.direct()), code);
      if (before === undefined) assert.equal(existsSync(whole), code === 'LOCAL_IS_DIRECTORY');
      else assert.deepEqual(bytesOf(whole), before);
    });
  }

  it('a database that another program writes to: LOCAL_LOCKED', async () => {
    const at = project.workspace();
    const before = bytesOf(join(at, 'dev.db'));
    const writer = new Database(join(at, 'dev.db'));
    writer.exec('BEGIN IMMEDIATE');
    try {
      project.refused(await project.pull(at, project.direct()), 'LOCAL_LOCKED');
    } finally {
      writer.close();
    }
    assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
  });

  it('a database with edits of one’s own: LOCAL_EDITS, until --yes', async () => {
    const at = project.workspace();
    execute(join(at, 'dev.db'), `UPDATE sections SET name = 'mine' WHERE id = 1`);
    const before = bytesOf(join(at, 'dev.db'));
    const error = project.refused(await project.pull(at, project.direct()), 'LOCAL_EDITS');
    assert.deepEqual(error.details, { edits: 1 });
    assert.deepEqual(bytesOf(join(at, 'dev.db')), before);
    const run = await project.pull(at, project.direct(), '--yes');
    assert.equal(run.code, 0, run.stderr);
    const report = JSON.parse(run.stdout) as { local: { replacedEdits: number } };
    assert.equal(report.local.replacedEdits, 1);
  });

  describe('a full disk: DISK_FULL', () => {
    /** Runs `work` with a file system of so many kilobytes at a folder. */
    async function onSmallDisk(
      context: Mocha.Context,
      folder: string,
      kilobytes: number,
      work: () => Promise<void>,
    ): Promise<void> {
      mkdirSync(folder);
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
      if (mounted.status !== 0) skip(context, 'a small file system cannot be mounted here');
      try {
        await work();
      } finally {
        spawnSync('umount', [folder]);
      }
    }

    it('under everything', async function () {
      const disk = join(project.workspace(), 'disk');
      await onSmallDisk(this, disk, 256, async () => {
        configure(disk);
        execute(join(disk, 'dev.db'), 'CREATE TABLE mine (a)', 'INSERT INTO mine VALUES (1)');
        const before = bytesOf(join(disk, 'dev.db'));
        project.refused(await project.pull(disk, project.direct()), 'DISK_FULL');
        assert.deepEqual(bytesOf(join(disk, 'dev.db')), before);
      });
    });

    for (const mode of ['DELETE', 'WAL']) {
      it(`under the local database alone, in ${mode} mode: in the middle of the switch`, async function () {
        const at = project.workspace();
        await onSmallDisk(this, join(at, 'disk'), 128, async () => {
          configure(at, { local: { path: './disk/dev.db' } });
          const path = join(at, 'disk', 'dev.db');
          execute(
            path,
            `PRAGMA journal_mode = ${mode}`,
            'CREATE TABLE mine (a)',
            'INSERT INTO mine VALUES (1)',
          );
          const before = bytesOf(path);
          project.refused(await project.pull(at, project.direct()), 'DISK_FULL');
          assert.deepEqual(bytesOf(path), before);
        });
      });
    }
  });
});
