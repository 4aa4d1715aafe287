import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PULL_PHASES } from '../../../src/engine/progress.ts';
import { expectError } from '../../support/expect-error.ts';
import { fakeProduction } from '../../support/fake-production.ts';
import { scoutTables } from '../../support/scout-tables.ts';
import { bytesOf, dump } from '../../support/sqlite-files.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { testWorkspace, type TestWorkspace } from '../../support/test-workspace.ts';

describe('a cancelled pull', () => {
  const folder = temporaryFolders();
  const options = { batchRows: 2 };

  /** Every step that a pull of the scout tables asks of production. */
  let steps: readonly string[] = [];
  before(async () => {
    const production = fakeProduction(scoutTables(), options);
    await testWorkspace(folder()).pull(production);
    steps = production.steps;
  });

  async function expectUntouched(workspace: TestWorkspace, before: object | undefined): Promise<void> {
    const state = readdirSync(join(workspace.folder, '.syncline'), { recursive: true }).map(String);
    if (before === undefined) {
      assert.deepEqual(readdirSync(workspace.folder).sort(), ['.syncline', 'syncline.json']);
      assert.deepEqual(
        state.filter((name) => /(base|backups)./.test(name)),
        [],
      );
    } else {
      assert.deepEqual(bytesOf(workspace.database), before);
      assert.equal(state.filter((name) => /(base|backups)./.test(name)).length, 1, state.join());
    }
    await workspace.open(({ ledger }) => assert.deepEqual(ledger.unfinished(), []));
    assert.equal(await workspace.recover(), undefined);
  }

  for (const existing of [false, true]) {
    const where = existing ? 'an existing database' : 'a new database';

    it(`at any step of reading leaves ${where} as it was, and the next pull succeeds`, async function () {
      this.timeout(60_000);
      const workspace = testWorkspace(folder());
      if (existing) await workspace.pull(fakeProduction(scoutTables()));
      const before = existing ? bytesOf(workspace.database) : undefined;
      for (const step of steps.filter((each) => !each.startsWith('close'))) {
        const controller = new AbortController();
        const production = fakeProduction(scoutTables(), {
          ...options,
          onStep() {
            if (production.steps.at(-1) === step) controller.abort();
          },
        });
        const { signal } = controller;
        await expectError('CANCELLED', () => workspace.pull(production, { signal }));
        assert.equal(production.openSnapshots, 0, step);
        await expectUntouched(workspace, before);
      }
      await workspace.pull(fakeProduction(scoutTables()));
      assert.equal((await workspace.status()).tables.length, 4);
    });

    it(`at the start of any phase leaves ${where} as it was, until the last one`, async () => {
      const workspace = testWorkspace(folder());
      if (existing) await workspace.pull(fakeProduction(scoutTables()));
      const before = existing ? bytesOf(workspace.database) : undefined;
      for (const phase of PULL_PHASES.filter((each) => each !== 'record')) {
        const controller = new AbortController();
        const error = await expectError('CANCELLED', () =>
          workspace.pull(fakeProduction(scoutTables()), {
            signal: controller.signal,
            onProgress: (progress) => {
              if (progress.phase === phase) controller.abort();
            },
          }),
        );
        assert.equal(error.exitCode, 130);
        await expectUntouched(workspace, before);
      }
    });
  }

  it('is done when it was cancelled after the switch', async () => {
    const workspace = testWorkspace(folder());
    const controller = new AbortController();
    await workspace.pull(fakeProduction(scoutTables()), {
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === 'record') controller.abort();
      },
    });
    const other = testWorkspace(folder());
    await other.pull(fakeProduction(scoutTables()));
    assert.equal(dump(workspace.database), dump(other.database));
  });

  it('does not begin when it was cancelled before', async () => {
    const workspace = testWorkspace(folder());
    const production = fakeProduction(scoutTables());
    await expectError('CANCELLED', () => workspace.pull(production, { signal: AbortSignal.abort() }));
    await expectUntouched(workspace, undefined);
  });

  it('hears of a cancellation that came during the checks, before the switch', async () => {
    const workspace = testWorkspace(folder());
    await workspace.pull(fakeProduction(scoutTables()));
    const before = bytesOf(workspace.database);
    const controller = new AbortController();
    const production = fakeProduction(scoutTables(), {
      // As a message to the worker comes: in a later turn of the event loop.
      onStep: ({ kind }) => {
        if (kind === 'close') setImmediate(() => controller.abort());
      },
    });
    await expectError('CANCELLED', () => workspace.pull(production, { signal: controller.signal }));
    await expectUntouched(workspace, before);
  });

  it('hears of the cancellation while it waits for production', async () => {
    const workspace = testWorkspace(folder());
    const controller = new AbortController();
    const production = fakeProduction(scoutTables(), {
      onStep: async ({ kind }) => {
        if (kind !== 'batch') return;
        setTimeout(() => controller.abort(), 5);
        await new Promise((resolve) => controller.signal.addEventListener('abort', resolve, { once: true }));
      },
    });
    await expectError('CANCELLED', () => workspace.pull(production, { signal: controller.signal }));
  });
});
