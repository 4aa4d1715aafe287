import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ledger, PulledTableRecord, PullOutcome } from '../../../src/core/ledger-port.ts';
import { loadSqliteDriver, type SqliteDriver } from '../../../src/databases/sqlite/driver.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { lockWorkspace } from '../../../src/ledger/workspace-lock.ts';
import { required, table, type } from '../../support/catalog.ts';
import { expectError } from '../../support/expect-error.ts';
import { bytesOf, execute, query } from '../../support/sqlite-files.ts';
import { localTablesOf } from '../../support/staged.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const LOCK_HOLDER = `
  import { loadSqliteDriver } from '${new URL('../../../src/databases/sqlite/driver.ts', import.meta.url).href}';
  import { lockWorkspace } from '${new URL('../../../src/ledger/workspace-lock.ts', import.meta.url).href}';
  lockWorkspace(await loadSqliteDriver(), process.argv[1], 0);
  process.stdout.write('held');
  setInterval(() => undefined, 1000);
`;

describe('the ledger', () => {
  const folder = temporaryFolders();
  let driver: SqliteDriver;
  before(async () => {
    driver = await loadSqliteDriver();
  });
  const ledgerIn = (at: string): Ledger => openLedger(driver, join(at, '.syncline', 'ledger.db'));

  function begun(ledger: Ledger, at: string, id: string, target = 'production'): PullOutcome {
    const stagePath = join(at, '.syncline', 'base', `${id}.db`);
    ledger.begin({ id, operation: 'pull', target, startedAt: Number(id), stagePath });
    return {
      run: id,
      target,
      localPath: join(at, 'dev.db'),
      created: false,
      schemaVersions: { before: 3, after: 20_003 },
      basePath: stagePath,
      maskingKey: 'abc',
      tables: [record()],
      held: [],
      report: JSON.stringify({ run: id, prepared: true }),
    };
  }

  function record(): PulledTableRecord {
    const [local] = localTablesOf(
      table('a "b" 😀', { id: required(type.bigint), n: type.text }, { key: ['id'] }),
    );
    return {
      table: local!,
      seenColumn: '_syncline_seen',
      columns: [{ column: 'n', transformer: 'text', reason: 'unclassified', detail: 'nothing is known' }],
      mask: null,
      rows: 2 ** 31,
    };
  }

  it('keeps itself out of git, and writes that down only once', () => {
    const at = folder();
    ledgerIn(at).close();
    const ignore = join(at, '.syncline', '.gitignore');
    assert.equal(readFileSync(ignore, 'utf8'), '*\n');
    writeFileSync(ignore, '*\n!kept\n');
    const { mtimeMs } = statSync(ignore);
    ledgerIn(at).close();
    assert.equal(statSync(ignore).mtimeMs, mtimeMs);
  });

  it('puts a prepared pull in force when it is completed, not before', () => {
    const at = folder();
    const ledger = ledgerIn(at);
    const outcome = begun(ledger, at, '1000');
    assert.deepEqual(
      ledger.unfinished().map(({ id, state }) => [id, state]),
      [['1000', 'running']],
    );
    ledger.prepare(outcome);
    assert.equal(ledger.pulled('production'), undefined);
    assert.deepEqual(ledger.unfinished(), [
      {
        id: '1000',
        operation: 'pull',
        target: 'production',
        state: 'switching',
        startedAt: 1000,
        stagePath: outcome.basePath,
        outcome,
      },
    ]);
    ledger.complete('1000', { finishedAt: 2000, fingerprint: 'f', report: '{"final":true}' });
    assert.deepEqual(ledger.unfinished(), []);
    assert.deepEqual(ledger.pulled('production'), {
      run: '1000',
      pulledAt: 2000,
      basePath: outcome.basePath,
      maskingKey: 'abc',
      fingerprint: 'f',
      tables: outcome.tables,
      report: '{"final":true}',
    });
    assert.deepEqual(ledger.neededBases(), [outcome.basePath]);
    ledger.close();
  });

  it('keeps the prepared report when it is completed without one, after a crash', () => {
    const at = folder();
    const first = ledgerIn(at);
    first.prepare(begun(first, at, '1000'));
    first.close();
    const second = ledgerIn(at);
    second.complete('1000', { finishedAt: 2000, fingerprint: '' });
    assert.equal(second.pulled('production')?.report, '{"run":"1000","prepared":true}');
    second.close();
  });

  it('forgets what a failed run had prepared', () => {
    const at = folder();
    const ledger = ledgerIn(at);
    ledger.prepare(begun(ledger, at, '1000'));
    ledger.end('1000', 'failed', 2000, { code: 'DISK_FULL', message: 'full', remedy: 'free', details: {} });
    assert.deepEqual(ledger.unfinished(), []);
    assert.equal(ledger.pulled('production'), undefined);
    assert.deepEqual(ledger.neededBases(), []);
    ledger.close();
  });

  it('replaces the last pull of a target and drops what was compared with it', () => {
    const at = folder();
    const ledger = ledgerIn(at);
    for (const id of ['1000', '3000']) {
      ledger.prepare(begun(ledger, at, id));
      ledger.complete(id, { finishedAt: Number(id), fingerprint: id });
      assert.deepEqual(ledger.comparisons('production'), []);
      ledger.saveComparisons('production', [
        {
          table: 'b',
          comparedAt: 5,
          counts: { inserted: 1, updated: 2, deleted: 3 },
          schemaDifferences: ['x'],
        },
        { table: 'a', comparedAt: 6, counts: { inserted: 0, updated: 0, deleted: 0 }, schemaDifferences: [] },
      ]);
      assert.deepEqual(
        ledger.comparisons('production').map(({ table: of, counts }) => [of, counts.deleted]),
        [
          ['a', 0],
          ['b', 3],
        ],
      );
    }
    assert.equal(ledger.pulled('production')?.run, '3000');
    assert.equal(ledger.neededBases().length, 1);
    ledger.saveFingerprint('production', 'later');
    assert.equal(ledger.pulled('production')?.fingerprint, 'later');
    ledger.close();
  });

  it('knows which target the local file was last filled from', () => {
    const at = folder();
    const ledger = ledgerIn(at);
    for (const [id, target] of [
      ['1000', 'production'],
      ['2000', 'staging'],
    ] as const) {
      ledger.prepare(begun(ledger, at, id, target));
      ledger.complete(id, { finishedAt: Number(id), fingerprint: id });
    }
    assert.equal(ledger.lastPull()?.run, '2000');
    assert.equal(ledger.pulled('production')?.run, '1000');
    assert.equal(ledger.neededBases().length, 2);
    ledger.close();
  });

  it('finds its files again after the workspace was moved', () => {
    const at = folder();
    const [from, to] = [join(at, 'from'), join(at, 'to')];
    const before = ledgerIn(from);
    before.prepare(begun(before, from, '1000'));
    before.complete('1000', { finishedAt: 1, fingerprint: '' });
    before.prepare(begun(before, from, '2000'));
    before.close();
    renameSync(from, to);
    const after = ledgerIn(to);
    const [unfinished] = after.unfinished();
    assert.equal(after.pulled('production')?.basePath, join(to, '.syncline', 'base', '1000.db'));
    assert.deepEqual(after.neededBases(), [join(to, '.syncline', 'base', '1000.db')]);
    assert.equal(unfinished?.stagePath, join(to, '.syncline', 'base', '2000.db'));
    assert.equal(unfinished.outcome?.localPath, join(to, 'dev.db'));
    after.close();
  });

  describe('refuses, and leaves the file as it is', () => {
    const inFolder = (content: string | Buffer): string => {
      const at = folder();
      ledgerIn(at).close();
      const path = join(at, '.syncline', 'ledger.db');
      writeFileSync(path, content);
      return at;
    };

    it('what is not a database', async () => {
      const at = inFolder('not a database at all, though long enough to be looked at as one');
      const before = bytesOf(join(at, '.syncline', 'ledger.db'));
      const error = await expectError('LEDGER_CORRUPT', () => ledgerIn(at));
      assert.match(error.remedy, /ledger\.db/);
      assert.deepEqual(bytesOf(join(at, '.syncline', 'ledger.db')), before);
    });

    it('a damaged one', async () => {
      const at = folder();
      const whole = ledgerIn(at);
      whole.prepare(begun(whole, at, '1000'));
      whole.close();
      const path = join(at, '.syncline', 'ledger.db');
      const bytes = readFileSync(path);
      bytes.fill(0xff, 100, bytes.length);
      writeFileSync(path, bytes);
      await expectError('LEDGER_CORRUPT', () => ledgerIn(at).unfinished());
    });

    it('one of a newer version', async () => {
      const at = folder();
      ledgerIn(at).close();
      const path = join(at, '.syncline', 'ledger.db');
      execute(path, 'PRAGMA user_version = 99');
      const error = await expectError('LEDGER_CORRUPT', () => ledgerIn(at));
      assert.match(error.message, /newer/);
      assert.deepEqual(query(path, 'PRAGMA user_version'), [[99n]]);
    });

    it('an outcome that cannot be read', async () => {
      const at = folder();
      const ledger = ledgerIn(at);
      ledger.prepare(begun(ledger, at, '1000'));
      ledger.complete('1000', { finishedAt: 1, fingerprint: '' });
      execute(join(at, '.syncline', 'ledger.db'), `UPDATE pulled SET outcome = '{'`);
      await expectError('LEDGER_CORRUPT', () => ledger.pulled('production'));
      ledger.close();
    });

    it('a file in the place of its folder', async () => {
      const at = folder();
      writeFileSync(join(at, '.syncline'), 'mine');
      await expectError('LOCAL_READ_ONLY', () => ledgerIn(at));
      await expectError('LOCAL_READ_ONLY', () => lockWorkspace(driver, join(at, '.syncline', 'lock.db'), 0));
      assert.equal(readFileSync(join(at, '.syncline'), 'utf8'), 'mine');
    });
  });

  it('can be opened for the first time by many programs at once', async () => {
    const at = folder();
    const script = `
      import { loadSqliteDriver } from '${new URL('../../../src/databases/sqlite/driver.ts', import.meta.url).href}';
      import { openLedger } from '${new URL('../../../src/ledger/ledger.ts', import.meta.url).href}';
      openLedger(await loadSqliteDriver(), process.argv[1]).close();
    `;
    const path = join(at, '.syncline', 'ledger.db');
    const children = Array.from({ length: 4 }, () => runScript(script, path));
    assert.deepEqual(await Promise.all(children.map(exitCode)), [0, 0, 0, 0]);
    assert.deepEqual(query(path, 'SELECT count(*) FROM runs'), [[0n]]);
  });

  describe('the lock of a workspace', () => {
    it('is held by one at a time, in one process', async () => {
      const path = join(folder(), '.syncline', 'lock.db');
      const release = lockWorkspace(driver, path, 0);
      await expectError('RUN_IN_PROGRESS', () => lockWorkspace(driver, path, 0));
      release();
      lockWorkspace(driver, path, 0)();
    });

    it('is held by one at a time across processes, and freed by the death of its holder', async () => {
      const path = join(folder(), '.syncline', 'lock.db');
      const holder = runScript(LOCK_HOLDER, path);
      await new Promise<void>((held) => holder.stdout?.once('data', () => held()));
      await expectError('RUN_IN_PROGRESS', () => lockWorkspace(driver, path, 0));
      holder.kill('SIGKILL');
      await exitCode(holder);
      lockWorkspace(driver, path, 0)();
    });

    it('is not said to be held when its file is damaged', async () => {
      const path = join(folder(), 'lock.db');
      writeFileSync(path, 'not a database at all, though long enough to be looked at as one');
      await expectError('LEDGER_CORRUPT', () => lockWorkspace(driver, path, 0));
    });
  });

  function runScript(script: string, argument: string): ChildProcess {
    return spawn(process.execPath, ['--input-type=module-typescript', '-e', script, argument], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  function exitCode(child: ChildProcess): Promise<number | null> {
    return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }
});
