import assert from 'node:assert/strict';
import { SynclineError } from '../../../src/core/errors.ts';
import type { ProductionWriter, PushRequest } from '../../../src/core/push-ports.ts';
import { openPostgresWriter } from '../../../src/databases/postgres/open-postgres-writer.ts';
import { push as pushChanges } from '../../../src/engine/push.ts';
import { recover } from '../../../src/engine/recover.ts';
import { settlePushes } from '../../../src/engine/settle-pushes.ts';
import { undoable } from '../../../src/engine/undo.ts';
import { expectError } from '../../support/expect-error.ts';
import { execute, query } from '../../support/sqlite-files.ts';
import { KEY, type TestWorkspace } from '../../support/test-workspace.ts';
import { undoing } from '../../support/undo-state.ts';
import { PUSH_WAYS } from '../databases/push-database.ts';
import { PUSH_RULES, pushWorkspaces } from './push-workspace.ts';

const signal = new AbortController().signal;

describe('what a push has to be agreed to', function () {
  this.timeout(60_000);
  const { pulled, push, production, database } = pushWorkspaces('transaction');

  /** Refused by a guard: nothing moved, and the same push goes with the agreement. */
  async function guarded(
    workspace: TestWorkspace,
    code: Parameters<typeof expectError>[0],
    agreement: Parameters<typeof push>[1],
    without: Parameters<typeof push>[1] = {},
  ): Promise<Awaited<ReturnType<typeof expectError>>> {
    const before = await production();
    assert.equal((await push(workspace, { ...without, mode: 'plan' })).state, 'planned');
    const error = await expectError(code, () => push(workspace, without));
    assert.notEqual(error.remedy, '');
    assert.equal(await production(), before);
    assert.equal((await push(workspace, { ...without, ...agreement })).state, 'pushed');
    return error;
  }

  it('is more rows than the workspace file allows, or a large share of a table deleted', async () => {
    const targets = { production: { confirm: { rows: 3, deleteShare: 0.5 } } };
    const workspace = await pulled({ ...PUSH_RULES, targets });
    execute(workspace.database, `UPDATE members SET points = points + 1 WHERE id <= 3`);
    assert.equal((await push(workspace)).state, 'pushed');
    execute(workspace.database, `UPDATE members SET points = points + 1 WHERE id <= 4`);
    const many = await guarded(workspace, 'PUSH_NEEDS_CONFIRMATION', { confirmed: true });
    assert.deepEqual(many.details['rows'], 4);
    workspace.configure({
      ...PUSH_RULES,
      targets: { production: { confirm: { rows: 99, deleteShare: 0.5 } } },
    });
    execute(workspace.database, `DELETE FROM members WHERE id <= 11`);
    const share = await guarded(workspace, 'PUSH_NEEDS_CONFIRMATION', { confirmed: true });
    assert.match(share.message, /11 of 20 rows of members would be deleted/);
  });

  it('is a table whose rules ask for approval, named for this push', async () => {
    const { members, sections } = PUSH_RULES.tables;
    const workspace = await pulled({
      ...PUSH_RULES,
      tables: { members, sections: { ...sections, push: 'approval' } },
    });
    execute(workspace.database, `UPDATE sections SET name = 'Rovers' WHERE id = 1`);
    const before = await production();
    const report = await push(workspace);
    assert.equal(report.state, 'refused');
    assert.match(report.refused[0]?.message ?? '', /"push" of sections is "approval".*--approve/);
    assert.equal(await production(), before);
    assert.equal((await push(workspace, { approved: ['members'] })).state, 'refused');
    assert.equal((await push(workspace, { approved: ['sections'] })).state, 'pushed');
  });

  it('leaves a table without a primary key out of it, unless it is selected', async () => {
    const workspace = await pulled();
    execute(
      workspace.database,
      `INSERT INTO nokey VALUES (2); UPDATE members SET points = 51 WHERE id = 5; UPDATE sections SET name = 'x' WHERE id = 3`,
    );
    for (const selection of [undefined, { tables: ['nokey', 'members'] }]) {
      const report = await push(workspace, selection === undefined ? {} : { selection });
      assert.deepEqual(
        report.refused.map(({ table, cause }) => [table, cause]),
        [['nokey', 'no-primary-key']],
      );
    }
    execute(workspace.database, 'ALTER TABLE sections ADD COLUMN more TEXT');
    const report = await push(workspace, { selection: { tables: ['members'] } });
    assert.deepEqual([report.state, report.totals.updated], ['pushed', 1]);
  });

  it('does not let clocks that are an hour off change anything', async () => {
    for (const hours of [-1, 1]) {
      const workspace = await pulled();
      const skewed = (): number => Date.now() + hours * 3_600_000;
      const points = 100 + hours;
      execute(
        workspace.database,
        `UPDATE members SET points = ${points} WHERE id = 5;
        INSERT INTO members (id, email, points) VALUES (${points}, 'new${points}@new.test', 1)`,
      );
      const { writer } = database();
      const cut: ProductionWriter = {
        ...writer,
        async push(request) {
          await writer.push(request);
          throw new Error('lost');
        },
        outcome: () => Promise.resolve('unknown'),
      };
      const options = {
        address: 'test',
        maskingKey: KEY,
        mode: 'push',
        armed: true,
        who: 'test',
        signal,
        onProgress: () => undefined,
      } as const;
      await workspace.open((context) =>
        expectError('PUSH_IN_DOUBT', () =>
          pushChanges({ ...context, clock: skewed }, { ...options, writer: cut }),
        ),
      );
      // Settled, it is in step without a row being compared anew.
      await workspace.open(async (context) => {
        recover(context);
        await settlePushes(context, { writer, maskingKey: KEY, signal });
      });
      assert.ok(
        workspace.log.some((line) => line.includes('is taken in: production has its 2 changes')),
        workspace.log.join('\n'),
      );
      assert.equal((await push(workspace)).state, 'nothing');
      await database().execute(
        'delete from members where id > 20; update members set points = 5 where id = 5',
      );
    }
  });
});

for (const way of PUSH_WAYS) {
  describe(`pushes beside one another, and cut short (${way})`, function () {
    this.timeout(60_000);
    const { pulled, push, production, database } = pushWorkspaces(way);

    it('let two developers push at once: what both changed goes once, the rest of both goes', async () => {
      const [one, two] = [await pulled(), await pulled()];
      execute(one.database, `UPDATE members SET points = 100 WHERE id IN (1, 2)`);
      execute(
        two.database,
        `UPDATE members SET points = 200 WHERE id = 2; UPDATE members SET points = 200 WHERE id = 3`,
      );
      const states = await Promise.all(
        [one, two].map((each) =>
          push(each).then(
            ({ state }) => state,
            (error: unknown) => (error instanceof SynclineError ? error.code : String(error)),
          ),
        ),
      );
      const rows = await database().rows('select id, points from members where id <= 3 order by id');
      const points = rows.map(([, value]) => value);
      if (way !== 'row-by-row') {
        assert.ok(
          [
            ['100', '100', '3'],
            ['1', '200', '200'],
          ].some((whole) => JSON.stringify(whole) === JSON.stringify(points)),
          JSON.stringify([states, points]),
        );
        assert.equal(states.filter((state) => state === 'pushed').length, 1, states.join());
      }
      assert.ok(points[1] === '100' || points[1] === '200');
      // The one that came too late is told, and keeps its change.
      const late = points[1] === '100' ? two : one;
      const report = await push(late);
      assert.deepEqual(
        report.refused.map(({ key, cause }) => [key.join(), cause]),
        [['2', 'changed-in-production']],
      );
      const [[mine]] = query(late.database, 'SELECT points FROM members WHERE id = 2') as [[bigint]];
      assert.equal(mine, points[1] === '100' ? 200n : 100n);
    });

    it('are taken in by the next start when they were killed after the commit', async () => {
      const workspace = await pulled();
      execute(
        workspace.database,
        `UPDATE members SET points = 51 WHERE id = 5; DELETE FROM members WHERE id = 6;
         INSERT INTO members (id, email, points) VALUES (90, 'new@new.test', 4)`,
      );
      const { writer } = database();
      let ended = false;
      // Whatever a killed process would still do does not happen: the ledger's end of the run is left out.
      await workspace.open(async (context) => {
        const ledger = { ...context.ledger, end: () => undefined };
        const killed: ProductionWriter = {
          ...writer,
          async push(request: PushRequest) {
            await writer.push(request);
            ended = true;
            throw new Error('killed');
          },
          outcome: () => Promise.reject(new Error('killed')),
        };
        await assert.rejects(
          pushChanges(
            { ...context, ledger },
            {
              writer: killed,
              address: 'test',
              maskingKey: KEY,
              mode: 'push',
              armed: true,
              rowByRow: true,
              who: 'test',
              signal,
              onProgress: () => undefined,
            },
          ),
        );
      });
      assert.ok(ended);
      const there = await production();
      await workspace.open(async (context) => {
        recover(context);
        await settlePushes(context, { writer, maskingKey: KEY, signal });
      });
      assert.ok(workspace.log.some((line) => line.includes('is taken in: production has its 3 changes')));
      assert.equal((await push(workspace)).state, 'nothing');
      assert.equal(await production(), there);
    });
  });
}

describe('a push row by row', function () {
  this.timeout(60_000);
  const { pulled, push, production, database } = pushWorkspaces('row-by-row');

  const EDITS = `INSERT INTO sections VALUES (4, 'Rovers'); INSERT INTO sections VALUES (5, 'Leaders');
    PRAGMA ignore_check_constraints = ON;
    UPDATE members SET points = 101 WHERE id = 1; UPDATE members SET points = -2 WHERE id = 2;
    UPDATE members SET points = 103 WHERE id = 3; DELETE FROM members WHERE id = 4`;

  it('has to be agreed to, and cannot be rehearsed', async () => {
    const workspace = await pulled();
    execute(workspace.database, `UPDATE members SET points = 101 WHERE id = 1`);
    const before = await production();
    const error = await expectError('PUSH_NOT_ATOMIC', () => push(workspace, { rowByRow: false }));
    assert.match(error.remedy, /kit.*--row-by-row/);
    await expectError('REHEARSAL_UNAVAILABLE', () => push(workspace, { mode: 'rehearse' }));
    assert.equal(await production(), before);
    const report = await push(workspace);
    assert.equal(report.state, 'pushed');
    assert.match(report.warnings.join(), /row by row.*not all or nothing/i);
  });

  it('accounts exactly for what was done before a failure, and undoes just that', async () => {
    const workspace = await pulled();
    execute(workspace.database, EDITS);
    const before = await production();
    const report = await push(workspace);
    assert.equal(report.state, 'partial');
    assert.deepEqual(report.totals, { inserted: 2, updated: 1, deleted: 0 });
    assert.deepEqual(report.tables, [
      { table: 'sections', inserted: 2, updated: 0, deleted: 0 },
      { table: 'members', inserted: 0, updated: 1, deleted: 0 },
    ]);
    assert.deepEqual(report.left, [{ table: 'members', inserted: 0, updated: 2, deleted: 1 }]);
    assert.deepEqual(
      report.refused.map(({ key, cause }) => [key.join(), cause]),
      [['2', 'refused-by-server']],
    );
    const points = `select points from members where id <= 4 order by id`;
    assert.deepEqual((await database().rows(points)).flat(), ['101', '2', '3', '4']);
    // The rest stays a local change.
    const plan = await push(workspace, { mode: 'plan' });
    assert.deepEqual(plan.totals, { inserted: 0, updated: 2, deleted: 1 });
    const [run] = await workspace.open(undoable);
    assert.deepEqual([run?.run, run?.rows], [report.run, 3]);
    const undone = await undoing(workspace, {
      openWriter: () =>
        Promise.resolve(openPostgresWriter({ connectionString: database().connectionString })),
    });
    assert.deepEqual([undone.state, undone.stale], ['undone', []]);
    assert.equal(await production(), before);
    const again = await push(workspace, { mode: 'plan' });
    assert.deepEqual(again.totals, { inserted: 2, updated: 3, deleted: 1 });
  });
});
